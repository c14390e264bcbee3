#include "plugin/description_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "config/descriptor.h"
#include "core/topic.h"

namespace m2ag::host {
namespace {

/// The keys that the host itself reads: what a type or chip without parameters has.
std::set<std::string> host_keys_of_components() {
  ComponentSpec bare;
  bare.sensor = true;
  std::set<std::string> keys;
  for (const ParamSpec& row : component_params(bare)) keys.insert(row.name);
  return keys;
}
std::set<std::string> host_keys_of_chips() {
  std::set<std::string> keys;
  for (const ParamSpec& row : chip_params({})) keys.insert(row.name);
  return keys;
}

bool is_key(std::string_view word) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !word.empty() && word.size() <= 63 && std::all_of(word.begin(), word.end(), fits);
}

/// `state` and `event` are reserved for ids of components; below a component they are the names of a switch's main channel and of an input's
/// moments.
bool is_channel_id(std::string_view word) {
  constexpr std::string_view kSwitchState = "state", kInputEvent = "event", kAvailability = "availability";
  return word == kSwitchState || word == kInputEvent || (valid_id(word) && word != kAvailability);
}

class Check {
 public:
  std::vector<std::string> problems;

  void plugin(const PluginDescription& description) {
    if (description.name.empty()) report("the plugin", "has no name");
    if (description.version.empty()) report("the plugin", "has no version");
    if (description.components.empty() && description.chips.empty())
      report("the plugin", "offers neither a type nor a simulated chip");
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
      params(where, spec.params, host_keys_of_chips());
    }
  }

 private:
  void report(const std::string& where, std::string_view what) {
    problems.push_back(fmt::format("{}: {}", where, what));
  }

  void component(const std::string& where, const ComponentSpec& spec) {
    params(where, spec.params, host_keys_of_components());
    if (spec.sensor && spec.interval.count() <= 0) report(where, "its interval must be longer than nothing");
    std::set<std::string> names;
    for (const ChannelSpec& each : spec.channels) {
      const std::string place = fmt::format("{}, channel {}", where, each.name);
      if (!is_channel_id(each.name))
        report(place, "expected [a-z0-9-]{1,63} as its name, and no word the topics use themselves");
      if (!names.insert(each.name).second) report(place, "the name is used twice");
      channel(place, each);
    }
    if (std::count_if(spec.channels.begin(), spec.channels.end(), [](const ChannelSpec& each) { return each.main; }) >
        1) {
      report(where, "has more than one main channel");
    }
    for (const CommandSpec& each : spec.commands) {
      const std::string place = fmt::format("{}, command {}", where, each.name);
      if (!valid_id(each.name))
        report(place, "expected [a-z0-9-]{1,63} as its name, and no word the topics use themselves");
      if (!names.insert(each.name).second) report(place, "a channel or another command has the same name");
      params(place, each.params, {});
    }
  }

  void channel(const std::string& place, const ChannelSpec& spec) {
    limits(place, spec.minimum, spec.maximum);
    if (spec.precision && (*spec.precision < 0 || *spec.precision > 15))
      report(place, "its precision must be 0 to 15 digits");
    if (spec.type == ChannelType::event && spec.choices.empty()) report(place, "an event needs the words it may be");
    if (spec.type == ChannelType::event && spec.writable) report(place, "an event cannot be set");
  }

  void params(const std::string& where, const std::vector<ParamSpec>& specs, const std::set<std::string>& host_keys) {
    std::set<std::string> names;
    for (const ParamSpec& spec : specs) {
      const std::string place = fmt::format("{}, parameter {}", where, spec.name);
      if (!is_key(spec.name)) report(place, "expected [a-z0-9_]{1,63} as its name");
      if (!names.insert(spec.name).second) report(place, "is described twice");
      if (host_keys.contains(spec.name)) report(place, "the host has a setting of this name");
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
    if (spec.type == ParamType::group) params(place, spec.fields, {});
  }

  void limits(const std::string& place, const std::optional<double>& minimum, const std::optional<double>& maximum) {
    if ((minimum && !std::isfinite(*minimum)) || (maximum && !std::isfinite(*maximum)))
      report(place, "its limits must be finite");
    if (minimum && maximum && *minimum > *maximum)
      report(place, fmt::format("its range {} to {} is empty", *minimum, *maximum));
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
    if (!std::isfinite(number) || (spec.minimum && number < *spec.minimum) ||
        (spec.maximum && number > *spec.maximum)) {
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

std::vector<std::string> description_problems(const PluginDescription& description) {
  Check check;
  check.plugin(description);
  return std::move(check.problems);
}

}  // namespace m2ag::host
