#include "plugin/description_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/topic.h"

namespace m2ag::host {
namespace {

constexpr std::array<std::string_view, 7> kHostSettings = {"type",     "name",         "enabled", "lane",
                                                           "interval", "publish_json", "channels"};

bool is_key(std::string_view word) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !word.empty() && word.size() <= 63 && std::all_of(word.begin(), word.end(), fits);
}

/// `state` is reserved for ids of components, and is the name of a switch's main channel.
bool is_channel_id(std::string_view word) {
  constexpr std::string_view kSwitchState = "state", kAvailability = "availability";
  return word == kSwitchState || (valid_id(word) && word != kAvailability);
}

class Check {
 public:
  std::vector<std::string> problems;

  void plugin(const PluginDescription& description) {
    if (description.name.empty()) report("the plugin", "has no name");
    if (description.version.empty()) report("the plugin", "has no version");
    if (description.components.empty() && description.chips.empty()) report("the plugin", "offers neither a type nor a simulated chip");
    std::set<std::string> types, chips;
    for (const ComponentSpec& spec : description.components) {
      const std::string where = "type " + spec.type;
      if (!is_key(spec.type)) report(where, "expected [a-z0-9_]{1,63} as its name");
      if (!types.insert(spec.type).second) report(where, "is described twice");
      component(where, spec);
    }
    for (const SimulatedChipSpec& spec : description.chips) {
      const std::string where = "simulated chip " + spec.chip;
      if (!is_key(spec.chip)) report(where, "expected [a-z0-9_]{1,63} as its name");
      if (!chips.insert(spec.chip).second) report(where, "is described twice");
      params(where, spec.params, true);
    }
  }

 private:
  void report(const std::string& where, std::string_view what) { problems.push_back(fmt::format("{}: {}", where, what)); }

  void component(const std::string& where, const ComponentSpec& spec) {
    params(where, spec.params, true);
    if (spec.sensor && spec.interval.count() <= 0) report(where, "its interval must be longer than nothing");
    std::set<std::string> names;
    for (const ChannelSpec& each : spec.channels) {
      const std::string place = fmt::format("{}, channel {}", where, each.name);
      if (!is_channel_id(each.name)) report(place, "expected [a-z0-9-]{1,63} as its name, and no word the topics use themselves");
      if (!names.insert(each.name).second) report(place, "the name is used twice");
      channel(place, each);
    }
    if (std::count_if(spec.channels.begin(), spec.channels.end(), [](const ChannelSpec& each) { return each.main; }) > 1) {
      report(where, "has more than one main channel");
    }
    for (const CommandSpec& each : spec.commands) {
      const std::string place = fmt::format("{}, command {}", where, each.name);
      if (!valid_id(each.name)) report(place, "expected [a-z0-9-]{1,63} as its name, and no word the topics use themselves");
      if (!names.insert(each.name).second) report(place, "a channel or another command has the same name");
      params(place, each.params, false);
    }
  }

  void channel(const std::string& place, const ChannelSpec& spec) {
    limits(place, spec.minimum, spec.maximum);
    if (spec.precision && (*spec.precision < 0 || *spec.precision > 15)) report(place, "its precision must be 0 to 15 digits");
    if (spec.type == ChannelType::event && spec.choices.empty()) report(place, "an event needs the words it may be");
    if (spec.type == ChannelType::event && spec.writable) report(place, "an event cannot be set");
  }

  void params(const std::string& where, const std::vector<ParamSpec>& specs, bool of_component) {
    std::set<std::string> names;
    for (const ParamSpec& spec : specs) {
      const std::string place = fmt::format("{}, parameter {}", where, spec.name);
      if (!is_key(spec.name)) report(place, "expected [a-z0-9_]{1,63} as its name");
      if (!names.insert(spec.name).second) report(place, "is described twice");
      const auto settings = host_settings();
      if (of_component && std::find(settings.begin(), settings.end(), spec.name) != settings.end()) {
        report(place, "the host has a setting of this name");
      }
      param(place, spec);
    }
  }

  void param(const std::string& place, const ParamSpec& spec) {
    limits(place, spec.minimum, spec.maximum);
    for (const Value& choice : spec.choices) value(place, "choice", spec, choice);
    if (!spec.default_value.is_null()) value(place, "default", spec, spec.default_value);
    if (!spec.example.is_null()) value(place, "example", spec, spec.example);
    const bool collection = spec.type == ParamType::list || spec.type == ParamType::map;
    if (collection && spec.fields.size() != 1) report(place, "a list or map needs one row for its elements");
    if (collection && spec.fields.size() == 1) param(place + ", element", spec.fields.front());
    if (spec.type == ParamType::group) params(place, spec.fields, false);
  }

  void limits(const std::string& place, const std::optional<double>& minimum, const std::optional<double>& maximum) {
    if ((minimum && !std::isfinite(*minimum)) || (maximum && !std::isfinite(*maximum))) report(place, "its limits must be finite");
    if (minimum && maximum && *minimum > *maximum) report(place, fmt::format("its range {} to {} is empty", *minimum, *maximum));
  }

  void value(const std::string& place, std::string_view role, const ParamSpec& spec, const Value& value) {
    if (!fits(spec.type, value)) {
      report(place, fmt::format("its {} is {}, which is no {}", role, value.kind(), to_string(spec.type)));
      return;
    }
    if (role != "choice" && !spec.choices.empty() &&
        std::find(spec.choices.begin(), spec.choices.end(), value) == spec.choices.end()) {
      report(place, fmt::format("its {} is not one of its choices", role));
    }
    if (!value.is_number()) return;
    const double number = value.as_number();
    if (!std::isfinite(number) || (spec.minimum && number < *spec.minimum) || (spec.maximum && number > *spec.maximum)) {
      report(place, fmt::format("its {} {} lies outside its range", role, number));
    }
  }

  static bool fits(ParamType type, const Value& value) {
    switch (type) {
      case ParamType::boolean: return value.is_bool();
      case ParamType::integer:
      case ParamType::duration:
      case ParamType::size: return value.is_integer();
      case ParamType::number: return value.is_number();
      case ParamType::text: return value.is_text();
      case ParamType::gpio_line: return value.is_text() || value.is_map();
      case ParamType::list: return value.is_list();
      case ParamType::map:
      case ParamType::group: return value.is_map();
    }
    return false;
  }
};

}  // namespace

std::span<const std::string_view> host_settings() { return kHostSettings; }

std::vector<std::string> description_problems(const PluginDescription& description) {
  Check check;
  check.plugin(description);
  return std::move(check.problems);
}

}  // namespace m2ag::host
