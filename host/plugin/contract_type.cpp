#include "plugin/contract_type.h"

#include <m2ag/testing.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "config/bind.h"
#include "config/expectation.h"
#include "core/duration.h"

namespace m2ag::host {
namespace {

using m2ag::testing::FakeContext;

constexpr int kStarts = 100;

/// A value that the row allows, as a descriptor would say it.
Value example_value(const ParamSpec& spec) {
  const auto nearest = [&](double wish) {
    if (spec.maximum) wish = std::min(wish, *spec.maximum);
    return spec.minimum ? std::max(wish, *spec.minimum) : wish;
  };
  switch (spec.type) {
    case ParamType::boolean: return false;
    case ParamType::integer: return static_cast<std::int64_t>(std::ceil(nearest(1)));
    case ParamType::size: return format_size(static_cast<std::int64_t>(std::ceil(nearest(1))));
    case ParamType::duration:
      return format_duration(std::chrono::microseconds(static_cast<std::int64_t>(std::ceil(nearest(1'000'000)))));
    case ParamType::number: return nearest(1);
    case ParamType::text: return "example";
    case ParamType::gpio_line: return "GPIO" + spec.name;  // one for each parameter
    case ParamType::list: return Value::List{};
    case ParamType::map: return Value::Map{};
    case ParamType::group: return example_settings(spec.fields);
  }
  return {};
}

Value given(const ParamSpec& spec) {
  const Value& chosen = !spec.example.is_null() || spec.choices.empty() ? spec.example : spec.choices.front();
  if (chosen.is_null()) return example_value(spec);
  // As settings they are integers, in a descriptor they have a unit.
  const bool with_unit = spec.type == ParamType::duration || spec.type == ParamType::size;
  return with_unit && chosen.is_integer() ? Value(written(chosen, spec)) : chosen;
}

/// As the host fills it in: the table's rows applied to the values that must be given.
Value bound_settings(const std::vector<ParamSpec>& params) {
  Problems problems;
  Value settings = bind_settings(to_node(example_settings(params)), params, {}, "", problems);
  if (problems.has_errors()) throw Finding("its own defaults and examples are refused: " + problems.text());
  return settings;
}

Value value_of_wrong_type(const ParamSpec& spec) {
  return spec.type == ParamType::list ? Value(Value::Map{{"a", 1}}) : Value(Value::List{1, 2});
}

void expect_refused(const ComponentSpec& spec, const std::string& key, const Value& value) {
  Value::Map settings = example_settings(spec.params).as_map();
  settings[key] = value;
  Problems problems;
  bind_settings(to_node(settings), spec.params, {}, "", problems);
  if (!problems.has_errors()) throw Finding(fmt::format("{} was taken for \"{}\"", value.kind(), key));
}

/// A component on a fake context, with the simulated chip of its plugin on the bus.
class Bench {
 public:
  Bench(const ComponentSpec& spec, const std::vector<SimulatedChipSpec>& chips) : spec_(spec) {
    const Value settings = bound_settings(spec.params);
    attach_chip(settings, chips);
    component_ = spec.create(context_, settings);
    if (!component_) throw Finding("its factory made nothing");
  }

  /// Once started, stopped, and let go of everything. A start may fail: the fakes are not the device.
  void start_and_stop(bool use_it) {
    try {
      component_->start();
      if (use_it) use();
    } catch (const std::exception&) {
      // contained: the host would report it and retry
    }
    component_->stop();
    if (const auto line = context_.held_line())
      throw Finding(fmt::format("it still holds line {} after stop()", *line));
  }

  /// Each publication must be of a described channel and of its type.
  void expect_described_publications() const {
    for (const auto& publication : context_.publications()) {
      const auto channel = std::find_if(spec_.channels.begin(), spec_.channels.end(),
                                        [&](const ChannelSpec& each) { return each.name == publication.channel; });
      if (channel == spec_.channels.end()) {
        throw Finding(fmt::format("it published on \"{}\", which it does not describe", publication.channel));
      }
      if (!fits(channel->type, publication.value)) {
        throw Finding(fmt::format("it published {} on \"{}\"", publication.value.kind(), publication.channel));
      }
    }
  }

 private:
  void attach_chip(const Value& settings, const std::vector<SimulatedChipSpec>& chips) {
    const auto chip = std::find_if(chips.begin(), chips.end(),
                                   [&](const SimulatedChipSpec& each) { return each.chip == spec_.type; });
    const Value* bus = settings.find("bus");
    const Value* address = settings.find("address");
    if (chip == chips.end() || bus == nullptr || address == nullptr) return;
    context_.attach_chip({bus->as_text(), static_cast<std::uint8_t>(address->as_integer())},
                         chip->create(bound_settings(chip->params)));
  }

  void use() {
    if (auto* sensor = dynamic_cast<Sensor*>(component_.get())) sensor->sample();
    if (auto* output = dynamic_cast<Switch*>(component_.get())) {
      output->set(true);
      output->set(false);
    }
    context_.advance(std::chrono::seconds(1));
  }

  static bool fits(ChannelType type, const Value& value) {
    switch (type) {
      case ChannelType::number: return value.is_number();
      case ChannelType::boolean: return value.is_bool();
      case ChannelType::text:
      case ChannelType::event: return value.is_text();
    }
    return false;
  }

  const ComponentSpec& spec_;
  FakeContext context_;
  std::unique_ptr<Component> component_;  // after what it refers to
};

void expect_kept_promises(const ComponentSpec& spec, Component& component) {
  if (!spec.sensor && dynamic_cast<Sensor*>(&component) != nullptr)
    throw Finding("it samples, and is not described as a sensor");
  if (spec.sensor && dynamic_cast<Sensor*>(&component) == nullptr)
    throw Finding("it is described as a sensor, and has no sample()");
}

}  // namespace

Value example_settings(const std::vector<ParamSpec>& params) {
  Value::Map settings;
  for (const ParamSpec& spec : params) {
    if (spec.required) settings[spec.name] = given(spec);
  }
  return settings;
}

void check_type(ContractSteps& steps, const ComponentSpec& spec, const std::vector<SimulatedChipSpec>& chips) {
  const bool made = steps.run(spec.type + ": is made with its defaults, and destroyed", [&] {
    FakeContext context;
    const auto component = spec.create(context, bound_settings(spec.params));
    if (!component) throw Finding("its factory made nothing");
    expect_kept_promises(spec, *component);
  });
  if (!made) return;
  steps.run(spec.type + ": an unknown key is refused", [&] { expect_refused(spec, "no_such_key", 1); });
  steps.run(spec.type + ": a value of the wrong type is refused, for each of its parameters", [&] {
    for (const ParamSpec& param : spec.params) expect_refused(spec, param.name, value_of_wrong_type(param));
  });
  steps.run(fmt::format("{}: starts and stops {} times, and contains its exceptions", spec.type, kStarts), [&] {
    Bench bench(spec, chips);
    for (int i = 0; i < kStarts; ++i) bench.start_and_stop(i == 0);
    bench.expect_described_publications();
  });
}

void check_chip(ContractSteps& steps, const SimulatedChipSpec& spec) {
  steps.run(spec.chip + " (simulated): is made with its defaults, and its registers can be read", [&] {
    const auto chip = spec.create(bound_settings(spec.params));
    if (!chip) throw Finding("its factory made nothing");
    for (unsigned reg = 0; reg <= 0xff; ++reg) {
      try {
        chip->read(static_cast<std::uint8_t>(reg));
      } catch (const DeviceError&) {
        continue;  // a chip may not answer
      }
    }
  });
}

}  // namespace m2ag::host
