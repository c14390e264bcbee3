// For tests: a relay on a fake context. Each has a device of its own, unless it is given one: relays of one device know each other.
#pragma once

#include <m2ag/testing.h>

#include <algorithm>
#include <map>
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

/// What the host knows of the components of a device: here of its relays, by their ids. `type` is another one after it was changed.
struct KnownRelay {
  Value::List interlock;
  std::string type = "relay";
};
using KnownDevice = std::map<std::string, KnownRelay>;
inline KnownDevice& known(const std::string& device) {
  static std::map<std::string, KnownDevice> devices;
  return devices[device];
}

class RelayContext : public FakeContext {
 public:
  RelayContext(const std::string& id, const std::string& device)
      : FakeContext(id, device), known_(known(device)), device_(device) {}
  /// As after a restart of the host: what the relays of a process knew of each other is gone. One call for all of a device.
  static void begin_process(const std::vector<RelayContext*>& contexts) {
    const std::string name = fresh_device();
    for (RelayContext* context : contexts) context->device_ = name;
  }
  std::string_view device() const override { return device_; }
  std::vector<std::string> named_by(std::string_view parameter) const override {
    std::vector<std::string> found;
    for (const auto& [id, relay] : known_) {
      const auto& names = relay.interlock;
      if (parameter == "interlock" && std::find(names.begin(), names.end(), Value(component())) != names.end())
        found.push_back(id);
    }
    return found;
  }
  std::optional<std::string> type_of(std::string_view component) const override {
    const auto entry = known_.find(std::string(component));
    return entry == known_.end() ? std::nullopt : std::optional(entry->second.type);
  }

 private:
  const KnownDevice& known_;
  std::string device_;
};

struct TestRelay {
  RelayContext context;
  DescribedPlugin plugin{m2ag_plugin};
  Value::Map settings;
  std::unique_ptr<m2ag::Component> component;

  explicit TestRelay(Value::Map given = {}, const std::string& id = "pump", const std::string& device = fresh_device())
      : context(id, device), settings(std::move(given)) {
    settings["line"] = "GPIO17";
    const auto interlock = settings.find("interlock");
    known(device)[id] = {interlock == settings.end() ? Value::List() : interlock->second.as_list()};
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
