#include "cli/pub.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/client_settings.h"
#include "cli/conversation.h"
#include "cli/exit_code.h"
#include "cli/seconds_option.h"
#include "core/topic.h"

namespace m2ag::host {
namespace {

struct Options {
  std::filesystem::path config;
  std::string topic, payload;
  double seconds = 5;
  bool no_wait = false;
  bool retain = false;
};

/// Whether devices of this base topic take it as a command. Others' topics are left alone.
bool is_command(const std::string& topic, const std::string& base) {
  return topic.starts_with(base + '/') &&
         (topic.ends_with("/set") || topic.ends_with("/run") || topic.find("/request/") != std::string::npos);
}

/// A command topic that no device listens to, as a sentence: nobody would answer, and nobody would know why.
std::optional<std::string> shape_problem(const std::string& topic, const std::string& base) {
  if (!is_command(topic, base)) return std::nullopt;
  auto levels = split(std::string_view(topic).substr(base.size() + 1));
  const bool many = levels.front() == "group" || levels.front() == "all";
  const std::size_t device = levels.front() == "group" ? 2 : 1;
  if (levels.size() > device + 1) {
    levels.erase(levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(device));
    if (many && levels.front() == "request") {
      return fmt::format("no device listens on {}: a request goes to one device, on {}/DEVICE/request/{}", topic, base,
                         fmt::join(levels.begin() + 1, levels.end(), "/"));
    }
    const bool set = levels.back() == "set";
    const bool request = levels.front() == "request" && levels.size() == 2;
    const bool configuration = levels.size() == 4 && levels[1] == "config" && set;
    if (request || configuration || (set && levels.size() <= 3) || (!set && levels.size() == 3)) return std::nullopt;
  }
  return fmt::format(
      "no device listens on {0}: commands go to {1}/DEVICE/COMPONENT/set, {1}/DEVICE/COMPONENT/CHANNEL/set, "
      "{1}/DEVICE/COMPONENT/COMMAND/run or {1}/DEVICE/request/REQUEST",
      topic, base);
}

std::optional<std::string> retain_problem(const Options& options, const std::string& base) {
  if (!options.retain || !is_command(options.topic, base)) return std::nullopt;
  return "a command is never published retained: devices refuse it, since it would come again with every connection";
}

/// Where the answer to a command is expected; empty when it goes to many devices, each of which answers for itself, or to none.
std::string reply_topic(const std::string& topic, const std::string& base) {
  if (!is_command(topic, base)) return {};
  const auto parts = split(std::string_view(topic).substr(base.size() + 1));
  if (parts.size() < 3 || parts[0] == "all" || parts[0] == "group") return {};
  if (parts[1] == "request") return fmt::format("{}/{}/response/{}", base, parts[0], parts[2]);
  return fmt::format("{}/{}/{}/reply", base, parts[0], parts[1]);
}

int publish(Options& options) {
  if (!valid_topic(options.topic)) {
    std::fprintf(stderr, "m2ag pub: \"%s\" is no topic to publish on: it has no + and no #\n", options.topic.c_str());
    return kExitInputWrong;
  }
  if (options.payload == "-") options.payload.assign(std::istreambuf_iterator<char>(std::cin), {});
  auto broker = client_broker(options.config);
  if (!broker) return kExitInputWrong;
  auto problem = retain_problem(options, broker->base_topic);
  if (!problem) problem = shape_problem(options.topic, broker->base_topic);
  if (problem) {
    std::fprintf(stderr, "m2ag pub: %s\n", problem->c_str());
    return kExitInputWrong;
  }
  if (!reply_topic(options.topic, broker->base_topic).empty() && !options.topic.ends_with("/set") &&
      !options.payload.empty() && !nlohmann::json::parse(options.payload, nullptr, false).is_object()) {
    fmt::print(stderr, "m2ag pub: {} takes a JSON object of arguments, or nothing\n", options.topic);
    return kExitInputWrong;
  }
  Question question{options.topic, options.payload, {}, options.retain, options.seconds};
  if (!options.no_wait) question.reply_topic = reply_topic(options.topic, broker->base_topic);
  const Answer answer = ask("pub", question, std::move(broker->settings));
  if (!answer.text.empty()) std::cout << answer.text << std::endl;
  return answer.exit_code;
}

}  // namespace

void add_pub_verb(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "pub", "Publish a message; a command waits for its answer, prints it, and exits with 1 when refused");
  verb->add_option("--config", options->config, "descriptor whose broker and certificates are used")
      ->required()
      ->envname("M2AG_CONFIG");
  verb->add_option("TOPIC", options->topic, "such as m2ag/demo/pump/set")->required();
  verb->add_option("PAYLOAD", options->payload, "such as ON; - reads it from standard input");
  add_wait_option(*verb, options->seconds, "how long to wait for the answer")->capture_default_str();
  verb->add_flag("--no-wait", options->no_wait, "do not wait for an answer");
  verb->add_flag("--retain", options->retain, "let the broker keep it");
  verb->callback([options, &exit_code] { exit_code = publish(*options); });
}

}  // namespace m2ag::host
