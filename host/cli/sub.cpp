#include "cli/sub.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/client_settings.h"
#include "cli/client_wait.h"
#include "cli/exit_code.h"
#include "cli/seconds_option.h"
#include "core/log.h"
#include "core/topic.h"
#include "mqtt/client.h"

namespace m2ag::host {
namespace {

struct Options {
  std::filesystem::path config;
  std::vector<std::string> filters;
  std::uint64_t count = 0;
  double seconds = 0;
  bool json = false;
};

constexpr std::uint64_t kMostCount = 1'000'000'000;

/// CLI11 would take -1 for the largest number there is.
std::string count_problem(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && number > 0 && number <= kMostCount) return {};
  return fmt::format("\"{}\": expected a whole number, 1 to {}", text.substr(0, 40), kMostCount);
}

/// One line a message, written whole and at once, so that a pipe sees it now.
bool print(const MqttMessage& message, bool json) {
  std::string line;
  if (json) {
    line = nlohmann::json{{"topic", message.topic},
                          {"payload", message.payload},
                          {"qos", message.qos},
                          {"retained", message.retained}}
               .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  } else {
    line.append(message.topic).append(" ").append(message.payload);
  }
  line += '\n';
  return std::fwrite(line.data(), 1, line.size(), stdout) == line.size() && std::fflush(stdout) == 0;
}

int subscribe(const Options& options) {
  std::vector<Subscription> subscriptions;
  for (const std::string& filter : options.filters) {
    if (!valid_filter(filter)) {
      std::fprintf(stderr, "m2ag sub: \"%s\" is no topic filter: + stands alone on its level, # alone on the last\n",
                   filter.c_str());
      return kExitInputWrong;
    }
    Subscription subscription;
    subscription.filter = filter;
    subscriptions.push_back(std::move(subscription));
  }
  auto broker = client_broker(options.config);
  if (!broker) return kExitInputWrong;

  ClientWait wait;
  Log log(LogLevel::warning);
  log.add_sink(stderr_sink());
  std::mutex mutex;
  std::uint64_t received = 0;
  std::atomic<bool> refused{false};
  MqttClient::Handlers handlers;
  handlers.on_message = [&](const MqttMessage& message) {
    const std::lock_guard lock(mutex);
    if (options.count != 0 && received == options.count) return;
    // Nobody reads any more, as behind `| head`: that is an end too.
    if (!print(message, options.json) || ++received == options.count) wait.done();
  };
  handlers.on_subscribe_refused = [&](const std::string& filter, const std::string& reason) {
    std::fprintf(stderr, "m2ag sub: the broker refuses %s: %s\n", filter.c_str(), reason.c_str());
    refused = true;
    wait.done();
  };
  const SystemClock clock;
  Executor executor(clock, {.keep = 1});
  MqttClient client(std::move(broker->settings), std::move(handlers), executor, log);
  client.subscribe(std::move(subscriptions));
  client.start();
  std::optional<std::chrono::steady_clock::duration> patience;
  if (options.seconds > 0) patience = to_wait(options.seconds);
  const ClientWait::End end = wait.wait(patience);
  const MqttStats stats = client.stats();
  client.disconnect(std::chrono::milliseconds(500));
  // Stopped while it prints into something that nobody reads.
  if (!client.ended()) std::_Exit(kExitSystemWrong);
  if (refused) return kExitSystemWrong;
  if (end == ClientWait::End::timeout && (stats.connects == 0 || options.count != 0)) {
    fmt::print(stderr, "m2ag sub: {}\n",
               stats.connects == 0 ? "the broker could not be reached in time: " + stats.last_error
                                   : "not enough messages came in time");
    return kExitSystemWrong;
  }
  return kExitOk;
}

}  // namespace

void add_sub_verb(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("sub", "Print messages of a descriptor's broker, one line each: topic, space, payload");
  verb->add_option("--config", options->config, "descriptor whose broker and certificates are used")
      ->required()
      ->envname("M2AG_CONFIG");
  verb->add_option("FILTER", options->filters, "topic filters, such as 'm2ag/demo/#'")->required();
  verb->add_option("-C,--count", options->count, "end after so many messages")
      ->check(CLI::Validator(count_problem, "COUNT"));
  add_wait_option(*verb, options->seconds, "end after so long; without it, never");
  verb->add_flag("--json", options->json, "one JSON object a line, with qos and retained");
  verb->callback([options, &exit_code] { exit_code = subscribe(*options); });
}

}  // namespace m2ag::host
