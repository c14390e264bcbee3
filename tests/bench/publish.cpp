// The bench's devices: QoS 1 messages over many topics as fast as the broker acknowledges them, each with a date of its own as a device of
// ours gives it. Prints JSON once the broker has acknowledged all of them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <vector>

#include "mqtt_wire.h"

namespace {

struct Options {
  bench::WireOptions wire;
  std::int64_t messages = 100'000, rate = 0;
  int topics = 1'000, window = 500;
};

struct Topic {
  std::string name;
  std::int64_t time = 0;
};

std::int64_t now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
}

void run(const Options& options) {
  using Clock = std::chrono::steady_clock;
  bench::MqttWire wire(options.wire, [](std::string_view, std::string_view) {});
  std::vector<Topic> topics;
  for (int n = 0; n < options.topics; ++n) topics.push_back({fmt::format("m2ag/bench-{}/meter/value", n), 0});
  const auto begin = Clock::now();
  const std::int64_t before = wire.acknowledged();
  for (std::int64_t sent = 0; wire.acknowledged() - before < options.messages;) {
    std::int64_t due = options.messages;
    if (options.rate > 0) {
      const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
      due = std::min(due, static_cast<std::int64_t>(seconds * static_cast<double>(options.rate)));
    }
    for (; sent < due && sent - (wire.acknowledged() - before) < options.window; ++sent) {
      Topic& topic = topics[static_cast<std::size_t>(sent) % topics.size()];
      topic.time = std::max(topic.time + 1, now());
      wire.publish(topic.name, fmt::format("{:.2f}", static_cast<double>(sent % 10'000) / 100), topic.time);
    }
    wire.serve(Clock::now() + std::chrono::milliseconds(options.rate > 0 ? 1 : 1000));
  }
  fmt::print("{{\"messages\":{},\"seconds\":{:.3f}}}\n", options.messages,
             std::chrono::duration<double>(Clock::now() - begin).count());
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.wire.client_id = "bench-publish";
  CLI::App app("Publishes numbers with QoS 1 on m2ag/bench-N/meter/value");
  app.add_option("--port", options.wire.port)->required();
  app.add_option("--ca", options.wire.ca)->required();
  app.add_option("--cert", options.wire.cert)->required();
  app.add_option("--key", options.wire.key)->required();
  app.add_option("--messages", options.messages)->capture_default_str();
  app.add_option("--rate", options.rate, "messages a second; 0: as fast as the window allows")->capture_default_str();
  app.add_option("--topics", options.topics)->capture_default_str();
  app.add_option("--window", options.window, "messages without an acknowledgement")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    run(options);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_publish: {}\n", error.what());
    return 2;
  }
}
