// How a plugin says what it holds: component types with parameters, channels and commands, and simulated chips.
//
//   M2AG_PLUGIN("relay", "1.0.0", plugin) {
//     plugin.component<Relay>("relay", "One relay on a GPIO line")
//         .param("line", &Relay::Params::line, "GPIO line that drives the relay").required();
//   }
//
// A component class has `struct Params` (may be left out) and a constructor (m2ag::Context&, Params) or (m2ag::Context&).
// Describing touches no hardware and starts no threads.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "abi.h"
#include "channel.h"
#include "component.h"
#include "param_table.h"

namespace m2ag {

/// One component type, as data plus the calls into the plugin's code. Frozen for the life of an SDK major (abi.h).
struct ComponentSpec {
  std::string type;
  std::string description;
  std::vector<ParamSpec> params;
  std::vector<ChannelSpec> channels;
  std::vector<CommandSpec> commands;
  bool sensor = false;                             ///< has an `interval`
  std::chrono::microseconds interval{10'000'000};  ///< the default of a sensor's `interval`
  std::function<std::unique_ptr<Component>(Context&, const Value& settings)> create;
  std::function<void(Component&, const Value& settings)> reconfigure;  ///< empty: restart instead
};

/// One register-level model of an I²C chip, for the descriptor's `simulated` section.
struct SimulatedChipSpec {
  std::string chip;
  std::string description;
  std::vector<ParamSpec> params;
  std::function<std::unique_ptr<SimulatedI2cChip>(const Value& settings)> create;
};

namespace detail {

struct NoParams {};

template <class T>
struct ParamsOf {
  using Type = NoParams;
};
template <class T>
  requires requires { typename T::Params; }
struct ParamsOf<T> {
  using Type = typename T::Params;
};

/// Takes member pointers of commands and setters apart: `R (T::*)()` and `R (T::*)(Argument)`.
template <class R, class Call>
Value call_for_value(Call&& call) {
  if constexpr (std::is_void_v<R>) {
    std::forward<Call>(call)();
    return {};
  } else {
    return Value(std::forward<Call>(call)());
  }
}

}  // namespace detail

/// Chain of calls that fills one ComponentSpec. `.range` and its like speak of the parameter named last, `.quantity` and its like of the
/// channel named last.
template <class T>
class ComponentBuilder : public ParamModifiers<ComponentBuilder<T>> {
 public:
  using Params = typename detail::ParamsOf<T>::Type;

  ComponentBuilder(ComponentSpec& spec, std::shared_ptr<ParamTable<Params>> table)
      : spec_(spec), table_(std::move(table)) {}

  template <class Member>
  ComponentBuilder& param(std::string name, Member Params::*member, std::string description) {
    table_->param(std::move(name), member, std::move(description));
    return *this;
  }
  ComponentBuilder& i2c(I2cConfig Params::*member, std::initializer_list<std::uint8_t> addresses) {
    table_->i2c(member, addresses);
    return *this;
  }
  /// A sensor's default `interval`.
  ComponentBuilder& interval(std::chrono::microseconds interval) {
    spec_.interval = interval;
    return *this;
  }

  /// A number that the component measures: `channel("temperature", "°C", "Air temperature")`.
  ComponentBuilder& channel(std::string name, std::string unit, std::string description) {
    add_channel(std::move(name), ChannelType::number, std::move(description)).unit = std::move(unit);
    return *this;
  }
  ComponentBuilder& boolean(std::string name, std::string description) {
    add_channel(std::move(name), ChannelType::boolean, std::move(description));
    return *this;
  }
  /// Free text, or one of `words` when some are given.
  ComponentBuilder& text(std::string name, std::vector<std::string> words, std::string description) {
    add_channel(std::move(name), ChannelType::text, std::move(description)).choices = std::move(words);
    return *this;
  }
  /// Moments, one of `types` each: `event("press", {"click", "double", "long"}, "…")`.
  ComponentBuilder& event(std::string name, std::vector<std::string> types, std::string description) {
    add_channel(std::move(name), ChannelType::event, std::move(description)).choices = std::move(types);
    return *this;
  }

  /// Of the channel named last: what it measures, in Home Assistant's words ("temperature").
  ComponentBuilder& quantity(std::string quantity) {
    spec_.channels.back().quantity = std::move(quantity);
    return *this;
  }
  /// Digits after the point.
  ComponentBuilder& precision(int digits) {
    spec_.channels.back().precision = digits;
    return *this;
  }
  /// What may be set, inclusive.
  ComponentBuilder& limits(double minimum, double maximum) {
    spec_.channels.back().minimum = minimum;
    spec_.channels.back().maximum = maximum;
    return *this;
  }
  /// `<component>/set` goes to this channel.
  ComponentBuilder& main() {
    for (ChannelSpec& channel : spec_.channels) channel.main = false;
    spec_.channels.back().main = true;
    return *this;
  }
  /// The channel named last may be set: `handler` is called on the lane with a checked value.
  template <class R, class Argument>
  ComponentBuilder& writable(R (T::*handler)(Argument)) {
    using Plain = std::remove_cvref_t<Argument>;
    spec_.channels.back().writable = true;
    spec_.channels.back().set = [handler](Component& component, const Value& value) {
      (static_cast<T&>(component).*handler)(ParamTraits<Plain>::from(value));
    };
    return *this;
  }

  /// `<component>/<name>/run`: `handler` takes nothing, or a struct that describes itself (param_table.h); it returns nothing or a value
  /// for the reply.
  template <class R>
  ComponentBuilder& command(std::string name, R (T::*handler)(), std::string description) {
    spec_.commands.push_back(
        {std::move(name), std::move(description), {}, [handler](Component& component, const Value&) {
           return detail::call_for_value<R>([&] { return (static_cast<T&>(component).*handler)(); });
         }});
    return *this;
  }
  template <class R, class Arguments>
  ComponentBuilder& command(std::string name, R (T::*handler)(Arguments), std::string description) {
    using Plain = std::remove_cvref_t<Arguments>;
    spec_.commands.push_back({std::move(name), std::move(description), ParamTraits<Plain>::table().specs(),
                              [handler](Component& component, const Value& arguments) {
                                return detail::call_for_value<R>([&] {
                                  return (static_cast<T&>(component).*handler)(ParamTraits<Plain>::from(arguments));
                                });
                              }});
    return *this;
  }

  ParamSpec& last_param() { return table_->last_param(); }

 private:
  ChannelSpec& add_channel(std::string name, ChannelType type, std::string description) {
    ChannelSpec& channel = spec_.channels.emplace_back();
    channel.name = std::move(name);
    channel.type = type;
    channel.description = std::move(description);
    return channel;
  }

  ComponentSpec& spec_;
  std::shared_ptr<ParamTable<Params>> table_;
};

class Plugin {
 public:
  /// A component type: the descriptor's `type`, `[a-z0-9_]{1,63}`.
  template <class T>
  ComponentBuilder<T> component(std::string type, std::string description) {
    static_assert(std::is_base_of_v<Component, T>, "a component derives from m2ag::Component");
    using Params = typename detail::ParamsOf<T>::Type;
    auto entry = std::make_unique<Entry>();
    ComponentSpec& spec = entry->spec;
    auto table = std::make_shared<ParamTable<Params>>();
    spec.type = std::move(type);
    spec.description = std::move(description);
    spec.sensor = std::is_base_of_v<Sensor, T>;
    spec.create = [table](Context& context, const Value& settings) -> std::unique_ptr<Component> {
      if constexpr (std::is_constructible_v<T, Context&, Params>) {
        return std::make_unique<T>(context, table->bind(settings));
      } else {
        return std::make_unique<T>(context);
      }
    };
    if constexpr (std::is_base_of_v<Reconfigurable<Params>, T>) {
      spec.reconfigure = [table](Component& component, const Value& settings) {
        static_cast<T&>(component).reconfigure(table->bind(settings));
      };
    }
    entry->finish = [table](ComponentSpec& filled) { filled.params = table->specs(); };
    ComponentBuilder<T> builder(spec, table);
    if constexpr (std::is_base_of_v<Switch, T>) {
      builder.boolean("state", "on or off").main();
      spec.channels.back().writable = true;
      spec.channels.back().set = [](Component& component, const Value& value) {
        static_cast<T&>(component).set(value.as_bool());
      };
    }
    entries_.push_back(std::move(entry));
    return builder;
  }

  /// A register-level model of a chip; `T` has `Params` or not, and a constructor (Params) or ().
  template <class T>
  ParamTable<typename detail::ParamsOf<T>::Type>& simulated_chip(std::string chip, std::string description) {
    using Params = typename detail::ParamsOf<T>::Type;
    auto table = std::make_shared<ParamTable<Params>>();
    auto entry = std::make_unique<ChipEntry>();
    entry->spec.chip = std::move(chip);
    entry->spec.description = std::move(description);
    entry->spec.create = [table](const Value& settings) -> std::unique_ptr<SimulatedI2cChip> {
      if constexpr (std::is_constructible_v<T, Params>) {
        return std::make_unique<T>(table->bind(settings));
      } else {
        return std::make_unique<T>();
      }
    };
    entry->finish = [table](SimulatedChipSpec& filled) { filled.params = table->specs(); };
    chips_.push_back(std::move(entry));
    return *table;
  }

  /// [host] What was described.
  std::vector<ComponentSpec> components() const { return finished<ComponentSpec>(entries_); }
  std::vector<SimulatedChipSpec> simulated_chips() const { return finished<SimulatedChipSpec>(chips_); }

 private:
  struct Entry {
    ComponentSpec spec;
    std::function<void(ComponentSpec&)> finish;
  };
  struct ChipEntry {
    SimulatedChipSpec spec;
    std::function<void(SimulatedChipSpec&)> finish;
  };
  template <class Spec, class Entries>
  static std::vector<Spec> finished(const Entries& entries) {
    std::vector<Spec> specs;
    for (const auto& entry : entries) entry->finish(specs.emplace_back(entry->spec));
    return specs;
  }

  std::vector<std::unique_ptr<Entry>> entries_;
  std::vector<std::unique_ptr<ChipEntry>> chips_;
};

}  // namespace m2ag

/// Defines the one symbol that a plugin exports, and begins the function that describes it.
#define M2AG_PLUGIN(NAME, VERSION, PLUGIN)                                                 \
  static void m2ag_describe(::m2ag::Plugin& PLUGIN);                                       \
  extern "C" {                                                                             \
  extern __attribute__((visibility("default"))) const ::m2ag::abi::Descriptor m2ag_plugin; \
  const ::m2ag::abi::Descriptor m2ag_plugin = {::m2ag::abi::kMagic,                        \
                                               sizeof(::m2ag::abi::Descriptor),            \
                                               ::m2ag::abi::kMajor,                        \
                                               ::m2ag::abi::kMinor,                        \
                                               ::m2ag::abi::kBuild,                        \
                                               NAME,                                       \
                                               VERSION,                                    \
                                               &m2ag_describe};                            \
  }                                                                                        \
  static void m2ag_describe(::m2ag::Plugin& PLUGIN)
