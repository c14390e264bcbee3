#include "cli/registers.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/client_settings.h"
#include "cli/conversation.h"
#include "cli/exit_code.h"
#include "cli/seconds_option.h"
#include "core/topic.h"

namespace m2ag::host {
namespace {

using nlohmann::json;

struct Options {
  std::filesystem::path config;
  std::string component, name, value;
  double seconds = 5;
  bool json = false;
};

/// What the device refused, as a sentence; nothing when it did as asked or did not answer (then it has been said already).
bool complain(const Answer& answer) {
  if (answer.exit_code == kExitOk) return false;
  const auto object = json::parse(answer.text, nullptr, false);
  if (object.is_object() && object.contains("error"))
    fmt::print(stderr, "m2ag registers: {}\n", object["error"].value("message", std::string("refused")));
  return true;
}

Answer request(const Options& options, ClientBroker broker, const std::string& name, const json& arguments) {
  const std::string device = broker.base_topic + '/' + broker.device;
  const Question question{device + "/request/" + name, arguments.dump(), device + "/response/" + name, false,
                          options.seconds};
  return ask("registers", question, std::move(broker.settings));
}

std::string shown(const json& value) { return value.is_string() ? value.get<std::string>() : "-"; }

void print_table(const json& list) {
  std::size_t component = 0, name = 0, value = 0;
  for (const json& each : list) {
    component = std::max(component, each["component"].get_ref<const std::string&>().size());
    name = std::max(name, each["register"].get_ref<const std::string&>().size());
    value = std::max(value, shown(each["value"]).size());
  }
  for (const json& each : list) {
    std::string line = fmt::format("{:{}}  {:{}}  {:{}}", shown(each["component"]), component, shown(each["register"]),
                                   name, shown(each["value"]), value);
    if (each["set"] == true) line += fmt::format("  set, the descriptor says {}", shown(each["descriptor"]));
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << line << '\n';
  }
}

int list(const Options& options) {
  auto broker = client_broker(options.config);
  if (!broker) return kExitInputWrong;
  json arguments = json::object();
  if (!options.component.empty()) arguments["component"] = options.component;
  const Answer answer = request(options, std::move(*broker), "registers", arguments);
  if (complain(answer)) return answer.exit_code;
  const json data = json::parse(answer.text).at("data");
  if (options.json) {
    std::cout << data.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  } else {
    print_table(data);
  }
  return kExitOk;
}

int set(const Options& options) {
  auto broker = client_broker(options.config);
  if (!broker) return kExitInputWrong;
  const std::string component = broker->base_topic + '/' + broker->device + '/' + options.component;
  const Question question{component + "/config/" + options.name + "/set", options.value, component + "/reply", false,
                          options.seconds};
  const bool levels = is_word(options.component) && options.name.find('/') == std::string::npos;
  if (!levels || !valid_topic(question.topic)) {
    fmt::print(stderr,
               "m2ag registers: expected the id of a component and the name of a register, found \"{}\" and \"{}\"\n",
               options.component, options.name);
    return kExitInputWrong;
  }
  const Answer answer = ask("registers", question, std::move(broker->settings));
  complain(answer);
  return answer.exit_code;
}

int reset(const Options& options) {
  auto broker = client_broker(options.config);
  if (!broker) return kExitInputWrong;
  json arguments{{"component", options.component}};
  if (!options.name.empty()) arguments["register"] = options.name;
  const Answer answer = request(options, std::move(*broker), "reset-register", arguments);
  complain(answer);
  return answer.exit_code;
}

}  // namespace

void add_registers_verb(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("registers", "List, set or reset what may be changed of a running device's components");
  verb->add_option("--config", options->config, "descriptor whose device, broker and certificates are used")
      ->required()
      ->envname("M2AG_CONFIG");
  add_wait_option(*verb, options->seconds, "how long to wait for the answer")->capture_default_str();
  verb->add_flag("--json", options->json, "of a list: for programs");
  verb->fallthrough();
  verb->require_subcommand(0, 1);
  CLI::App* list_verb = verb->add_subcommand("list", "What there is; this is done when nothing else is said");
  list_verb->add_option("COMPONENT", options->component, "only its registers");
  CLI::App* set_verb = verb->add_subcommand("set", "Change one; done once it is kept on the device");
  set_verb->add_option("COMPONENT", options->component, "id of the component")->required();
  set_verb->add_option("REGISTER", options->name, "such as max_on")->required();
  set_verb->add_option("VALUE", options->value, "such as 10m")->required();
  CLI::App* reset_verb = verb->add_subcommand("reset", "Back to what the descriptor says");
  reset_verb->add_option("COMPONENT", options->component, "id of the component")->required();
  reset_verb->add_option("REGISTER", options->name, "without it all of the component");
  verb->callback([=, &exit_code] {
    exit_code = set_verb->parsed() ? set(*options) : reset_verb->parsed() ? reset(*options) : list(*options);
  });
}

}  // namespace m2ag::host
