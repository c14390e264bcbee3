// The least a subscriber can do: a bare libmosquitto client of MQTT 5 that counts QoS 1 messages. Says "ready", and when it has counted
// enough JSON with what it took from the first message to the last.
#include <fmt/format.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  int port = 0;
  std::string ca, cert, key, filter = "m2ag/+/+/+";
  long messages = 0;
};

struct Count {
  long expected = 0, count = 0;
  double cpu_begin = 0;
  Clock::time_point begin;
};

double cpu_now() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

void on_message(mosquitto* client, void* context, const mosquitto_message*) {
  auto& count = *static_cast<Count*>(context);
  if (++count.count == 1) {
    count.begin = Clock::now();
    count.cpu_begin = cpu_now();
  }
  if (count.count != count.expected) return;
  fmt::print("{{\"messages\":{},\"seconds\":{:.3f},\"cpu_seconds\":{:.3f}}}\n", count.count,
             std::chrono::duration<double>(Clock::now() - count.begin).count(), cpu_now() - count.cpu_begin);
  std::fflush(stdout);
  mosquitto_disconnect(client);
}

void on_subscribe(mosquitto*, void*, int, int, const int*) {
  fmt::print("ready\n");
  std::fflush(stdout);
}

int run(const Options& options) {
  Count count;
  count.expected = options.messages;
  mosquitto_lib_init();
  mosquitto* const client = mosquitto_new("bench-count", true, &count);
  mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
  mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, 65'535);
  mosquitto_tls_set(client, options.ca.c_str(), nullptr, options.cert.c_str(), options.key.c_str(), nullptr);
  mosquitto_message_callback_set(client, on_message);
  mosquitto_subscribe_callback_set(client, on_subscribe);
  int code = mosquitto_connect(client, "localhost", options.port, 60);
  if (code == MOSQ_ERR_SUCCESS) code = mosquitto_subscribe(client, nullptr, options.filter.c_str(), 1);
  if (code == MOSQ_ERR_SUCCESS) code = mosquitto_loop_forever(client, -1, 1);
  if (count.count < count.expected) fmt::print(stderr, "bench_count: {}\n", mosquitto_strerror(code));
  mosquitto_destroy(client);
  mosquitto_lib_cleanup();
  return count.count < count.expected ? 2 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Counts messages and does nothing else");
  app.add_option("--port", options.port)->required();
  app.add_option("--ca", options.ca)->required();
  app.add_option("--cert", options.cert)->required();
  app.add_option("--key", options.key)->required();
  app.add_option("--filter", options.filter)->capture_default_str();
  app.add_option("--messages", options.messages, "ends after so many")->required();
  CLI11_PARSE(app, argc, argv);
  return run(options);
}
