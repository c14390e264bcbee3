// The bench's load generator: options in, one line of JSON out.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>

#include "load_run.h"

int main(int argc, char** argv) {
  bench::LoadOptions options;
  options.wire.client_id = "bench-load";
  CLI::App app("Sends numbered commands and times how long their state takes");
  app.add_option("--port", options.wire.port)->required();
  app.add_option("--ca", options.wire.ca)->required();
  app.add_option("--cert", options.wire.cert)->required();
  app.add_option("--key", options.wire.key)->required();
  app.add_option("--topic", options.topics, "state topic; commands go to <topic>/set; may be repeated")->required();
  app.add_option("--rate", options.rate, "commands a second; 0: as fast as the window allows")->capture_default_str();
  app.add_option("--window", options.window, "commands without an answer")->capture_default_str();
  app.add_option("--warm-up", options.warm_up, "seconds")->capture_default_str();
  app.add_option("--seconds", options.seconds)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    const bench::LoadResult r = bench::LoadRun(options).run();
    fmt::print(
        "{{\"sent\":{},\"states\":{},\"unanswered\":{},\"rate\":{:.1f},\"p50\":{:.1f},\"p90\":{:.1f},\"p99\":{:.1f},\"max\":{:.1f}}}\n",
        r.sent, r.states, r.unanswered, r.rate, r.p50, r.p90, r.p99, r.most);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
