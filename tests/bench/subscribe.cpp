// What a message costs the MQTT reader, beside a bare libmosquitto subscriber that only counts: same broker, same publisher, one after
// the other, each in a process of its own. Both acknowledge QoS 1 at once. Prints CPU per message from the first to the last one.
//
//   cmake --preset release -DM2AG_BENCH=ON && cmake --build --preset release --target bench_subscribe
//   build/release/bin/bench_subscribe --rate 20000 --seconds 5
#include <fmt/format.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <ctime>
#include <functional>
#include <optional>
#include <thread>

#include "mqtt/reader/reader.h"
#include "mqtt/test_broker.h"
#include "tls/authority.h"

namespace {

using namespace m2ag::host;
using Clock = std::chrono::steady_clock;

struct Options {
  int rate = 20'000;  // messages a second
  int seconds = 5;
  int rounds = 3;
  int gather_us = 2000;
  int payload = 8;
  int receive_maximum = 65'535;
};

struct Place {
  int port;
  std::filesystem::path tls;  // folder with the files, empty: plain
  int qos;
};

struct Result {
  long count = 0;
  long cpu_ns = 0;
  long wall_ns = 0;
};

long cpu_now() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

/// Counts on one thread, is looked at by another.
class Counter {
 public:
  explicit Counter(long expected) : expected_(expected) {}
  void add(long count) {
    if (count_ == 0) {
      begin_ = Clock::now();
      cpu_begin_ = cpu_now();
    }
    const long now = count_ += count;
    if (now < expected_) return;
    result_ = {now - 1, cpu_now() - cpu_begin_, (Clock::now() - begin_).count()};
    done_ = true;
  }
  Result wait(int seconds) {
    const auto end = Clock::now() + std::chrono::seconds(seconds);
    while (!done_ && Clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    // Late on a busy machine: what came until now.
    return done_ || count_ == 0 ? result_ : Result{count_ - 1, cpu_now() - cpu_begin_, (Clock::now() - begin_).count()};
  }

 private:
  const long expected_;
  std::atomic<long> count_{0};
  long cpu_begin_ = 0;  // with begin_ written before count_
  Clock::time_point begin_;
  Result result_;
  std::atomic<bool> done_{false};
};

void say_ready(int pipe) { static_cast<void>(!write(pipe, "r", 1)); }

Result read_with_reader(const Place& place, const Options& options, int ready) {
  Counter counter(long{options.rate} * options.seconds);
  reader::Settings settings;
  settings.url = fmt::format("{}://localhost:{}", place.tls.empty() ? "mqtt" : "mqtts", place.port);
  settings.client_id = "reader";
  settings.session_expiry = {};
  settings.receive_maximum = static_cast<std::uint16_t>(options.receive_maximum);
  settings.gather = std::chrono::microseconds(options.gather_us);
  settings.filters.emplace_back();
  settings.filters[0].filter = "bench/#";
  settings.filters[0].qos = place.qos;
  if (!place.tls.empty()) {
    settings.ca = place.tls / "ca.crt";
    settings.cert = place.tls / "one.crt";
    settings.key = place.tls / "one.key";
  }
  reader::Reader* self = nullptr;
  reader::Reader one(settings, {.on_batch =
                                    [&](const reader::Batch& batch) {
                                      self->acknowledge(batch.last());
                                      counter.add(static_cast<long>(batch.size()));
                                    },
                                .on_state =
                                    [&](const reader::State& state) {
                                      if (state.connected) return say_ready(ready);
                                      fmt::print(stderr, "{}\n", state.sentence);
                                    },
                                .on_refused = {}});
  self = &one;
  one.start();
  const Result result = counter.wait(options.seconds + 10);
  one.stop();
  return result;
}

mosquitto* connected(const Place& place, const char* id, void* context) {
  mosquitto* const client = mosquitto_new(id, true, context);
  mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
  mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_int_option(client, MOSQ_OPT_SEND_MAXIMUM, 65'535);
  mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, 65'535);
  if (!place.tls.empty()) {
    const auto file = [&](const char* name) { return (place.tls / name).string(); };
    mosquitto_tls_set(client, file("ca.crt").c_str(), nullptr, file("one.crt").c_str(), file("one.key").c_str(),
                      nullptr);
  }
  if (const int code = mosquitto_connect(client, "localhost", place.port, 60); code != MOSQ_ERR_SUCCESS)
    fmt::print(stderr, "{}: {}\n", id, mosquitto_strerror(code));
  return client;
}

struct Bare {
  Counter counter;
  int ready;
};

Result read_with_libmosquitto(const Place& place, const Options& options, int ready) {
  Bare bare{Counter(long{options.rate} * options.seconds), ready};
  mosquitto* const client = connected(place, "bare", &bare);
  mosquitto_message_callback_set(
      client, [](mosquitto*, void* context, const mosquitto_message*) { static_cast<Bare*>(context)->counter.add(1); });
  mosquitto_subscribe_callback_set(
      client, [](mosquitto*, void* context, int, int, const int*) { say_ready(static_cast<Bare*>(context)->ready); });
  mosquitto_subscribe(client, nullptr, "bench/#", place.qos);
  std::thread loop([&] { mosquitto_loop_forever(client, -1, 1); });
  const Result result = bare.counter.wait(options.seconds + 10);
  mosquitto_disconnect(client);
  loop.join();
  mosquitto_destroy(client);
  return result;
}

/// Every millisecond what the rate asks for until then, over 1,000 topics.
void publish(const Place& place, const Options& options) {
  std::atomic<long> gone{0};
  mosquitto* const client = connected(place, "publisher", &gone);
  mosquitto_publish_callback_set(client,
                                 [](mosquitto*, void* context, int) { ++*static_cast<std::atomic<long>*>(context); });
  mosquitto_loop_start(client);
  const std::string payload(static_cast<std::size_t>(options.payload), '7');
  const long total = long{options.rate} * options.seconds;
  const auto begin = Clock::now();
  for (long sent = 0; sent < total;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    for (const long due = std::min(total, static_cast<long>(seconds * options.rate)); sent < due; ++sent) {
      const std::string topic = fmt::format("bench/device-{}/temperature", sent % 1000);
      mosquitto_publish(client, nullptr, topic.c_str(), options.payload, payload.data(), place.qos, false);
    }
  }
  // What is queued is lost with the connection.
  for (const auto end = Clock::now() + std::chrono::seconds(10); gone < total && Clock::now() < end;)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  mosquitto_disconnect(client);
  mosquitto_loop_stop(client, false);
}

using Subscriber = Result (*)(const Place&, const Options&, int);

/// The subscriber in a process of its own; the messages come once it is ready.
Result measure(Subscriber subscriber, const Place& place, const Options& options) {
  int pipes[2];
  if (pipe(pipes) != 0) return {};
  const pid_t reading = fork();
  if (reading == 0) {
    const Result result = subscriber(place, options, pipes[1]);
    _exit(write(pipes[1], &result, sizeof result) == sizeof result ? 0 : 2);
  }
  close(pipes[1]);
  char ready = 0;
  Result result;
  if (read(pipes[0], &ready, 1) == 1) {
    const pid_t writing = fork();
    if (writing == 0) {
      publish(place, options);
      _exit(0);
    }
    if (read(pipes[0], &result, sizeof result) != sizeof result) result = {};
    waitpid(writing, nullptr, 0);
  }
  waitpid(reading, nullptr, 0);
  close(pipes[0]);
  return result;
}

double microseconds(const Result& result) {
  return result.count > 0 ? static_cast<double>(result.cpu_ns) / static_cast<double>(result.count) / 1000 : 0;
}

void compare(const Options& options, const std::filesystem::path& tls) {
  TestBroker broker(
      fmt::format("log_type none\nmax_queued_messages 0\n{}",
                  tls.empty() ? ""
                              : fmt::format("cafile {0}/ca.crt\ncertfile {0}/broker.crt\nkeyfile {0}/broker.key\n"
                                            "require_certificate true",
                                            tls.string())),
      !tls.empty());
  broker.start();
  for (const int qos : {0, 1}) {
    const Place place{broker.port(), tls, qos};
    for (int round = 0; round < options.rounds; ++round) {
      const Result ours = measure(read_with_reader, place, options);
      const Result bare = measure(read_with_libmosquitto, place, options);
      const double ratio = microseconds(bare) > 0 ? microseconds(ours) / microseconds(bare) : 0;
      fmt::print(
          "{:5} QoS {}  reader {:6.2f} us  libmosquitto {:6.2f} us  ratio {:4.2f}  ({} of {} in {:.1f} s, {} in {:.1f} s)\n",
          tls.empty() ? "plain" : "TLS", qos, microseconds(ours), microseconds(bare), ratio, ours.count + 1,
          options.rate * options.seconds, static_cast<double>(ours.wall_ns) / 1e9, bare.count + 1,
          static_cast<double>(bare.wall_ns) / 1e9);
      std::fflush(stdout);
    }
  }
}

}  // namespace

int main(int count, char** values) {
  Options options;
  CLI::App app("CPU time that a message costs the MQTT reader and a bare libmosquitto subscriber");
  app.add_option("--rate", options.rate, "messages a second")->capture_default_str();
  app.add_option("--seconds", options.seconds, "of each run")->capture_default_str();
  app.add_option("--rounds", options.rounds, "of each pair")->capture_default_str();
  app.add_option("--gather", options.gather_us, "microseconds, of the reader")->capture_default_str();
  app.add_option("--payload", options.payload, "bytes")->capture_default_str();
  app.add_option("--receive-maximum", options.receive_maximum, "of the reader; libmosquitto has 65535")
      ->capture_default_str();
  CLI11_PARSE(app, count, values);
  mosquitto_lib_init();
  compare(options, {});
  const TestFolder folder;
  make_authority(folder.path(), {.name = "bench", .host_names = {"localhost"}, .allow_domains = {}},
                 std::chrono::system_clock::now());
  Authority authority(folder.path());
  authority.issue_server({.name = "broker", .dns = {"localhost"}, .ip = {}});
  authority.issue_client("one");
  compare(options, folder.path());
  return 0;
}
