// The registers of one component: its `runtime` parameters and, of a sensor, the `interval`. What was set lies in the device database, beside
// what the descriptor said then: when the descriptor comes to say something else, it wins. What is secret is no register, since topics and
// lists show every one. Decides what a value is; applying it is the instance's. Any thread.
#pragma once

#include <m2ag/plugin.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "component/payload.h"
#include "component/services.h"

namespace m2ag::host {

struct InstanceConfig;

class Registers {
 public:
  /// Both outlive it.
  Registers(const InstanceConfig& config, Services& services);

  const std::vector<ParamSpec>& specs() const { return specs_; }
  const ParamSpec* find(std::string_view name) const;
  /// Why there is no register of this name, and what there is.
  Refusal explain_unknown(std::string_view name) const;

  Value value(const ParamSpec& spec) const;
  Value of_descriptor(const ParamSpec& spec) const;
  bool is_set(const ParamSpec& spec) const { return kept(spec).has_value(); }

  /// What the component is made from: the descriptor's settings, over them the registers, over them `changes`. Null in `changes` is the
  /// descriptor's value.
  Value settings(const Value::Map& changes = {}) const;
  std::chrono::microseconds interval(const Value::Map& changes = {}) const;
  /// Why a sensor cannot be read that seldom though the row allows it: a channel would expire before each reading. Empty when it can.
  std::string interval_problem(std::chrono::microseconds interval) const;

  /// [lane] Forgets what does not hold any more, and says so; publishes all.
  void begin();
  /// [lane] Saves and publishes. What is not durable yet is the store's to say.
  void keep(const Value::Map& changes);

 private:
  /// The descriptor has it from !secret.
  bool is_secret(const ParamSpec& spec) const;
  /// What was set, while it holds; `why` gets why it does not.
  std::optional<Value> kept(const ParamSpec& spec, std::string* why = nullptr) const;
  Value changed(const ParamSpec& spec, const Value::Map& changes) const;
  void publish(const ParamSpec& spec);

  const InstanceConfig& config_;
  Services& services_;
  std::vector<ParamSpec> specs_;
};

}  // namespace m2ag::host
