// For tests: a relay on a fake context. Each has a device of its own, unless it is given one: relays of one device know each other.
#pragma once

#include <m2ag/testing.h>

#include <memory>
#include <string>
#include <vector>

using m2ag::Value;
using m2ag::testing::DescribedPlugin;
using m2ag::testing::FakeContext;
using Levels = std::vector<bool>;

inline std::string fresh_device() {
  static int count = 0;
  return "device-" + std::to_string(++count);
}

struct TestRelay {
  FakeContext context;
  DescribedPlugin plugin{m2ag_plugin};
  Value::Map settings;
  std::unique_ptr<m2ag::Component> component;

  explicit TestRelay(Value::Map given = {}, const std::string& id = "pump", const std::string& device = fresh_device())
      : context(id, device), settings(std::move(given)) {
    settings["line"] = "GPIO17";
    create();
  }
  void create() { component = plugin.create("relay", context, settings); }
  void start() { component->start(); }
  void stop() { component->stop(); }
  /// As a start of the host after it was killed: nothing is told to the old object, its line and timers are gone.
  void kill_and_start() {
    create();
    component->start();
  }
  void set(bool on) { dynamic_cast<m2ag::Switch&>(*component).set(on); }
  void run(const std::string& name, const Value::Map& arguments = {}) {
    for (const auto& command : plugin.type("relay").commands) {
      if (command.name == name) command.call(*component, arguments);
    }
  }
  bool on() { return line().level(); }
  m2ag::testing::FakeLine& line() { return context.line("GPIO17"); }
};

/// The code of the CommandError that the call throws; empty when it throws none.
template <class Call>
std::string refusal(Call&& call) {
  try {
    call();
  } catch (const m2ag::CommandError& error) {
    return error.code();
  }
  return {};
}
