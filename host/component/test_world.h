// For tests: a whole host without a broker, on real lanes, with one component type that does what the test says. Records what the bus saw
// and what was answered. Fields that threads write are read inside `wait` or after the thing that was waited for.
#pragma once

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "component/register_requests.h"
#include "component/router.h"
#include "component/supervisor.h"
#include "core/floor_clock.h"

namespace m2ag::host {

/// What the test lets the component do. The functions are called on the component's lane.
struct Script {
  std::atomic<int> starts{0}, samples{0}, stops{0};
  std::atomic<bool> fail_start{false}, fail_sample{false}, config_error{false}, publish_nan{false};
  std::atomic<double> temperature{21.5};  ///< what sample() publishes
  std::function<void()> on_start, on_set;
  std::function<void()> on_edge;                     ///< when given, the component listens to the simulated line BUTTON
  std::function<void(Context&)> starts_with;         ///< in start(), before it publishes
  std::function<void(Context&, bool on)> sets_with;  ///< in set(), before it publishes
};

class Scripted final : public Component, public Sensor, public Switch {
 public:
  Scripted(Context& context, Script& script) : Component(context), script_(script) {}
  void start() override {
    ++script_.starts;
    if (script_.on_start) script_.on_start();
    if (script_.starts_with) script_.starts_with(context());
    if (script_.config_error) throw ConfigError("the line does not exist");
    if (script_.fail_start) throw DeviceError("no device answered");
    if (script_.on_edge) input_ = context().gpio_input({"BUTTON"}, {}, [this](const GpioEdge&) { script_.on_edge(); });
    publish("state", context().saved("state").value_or(false));
  }
  void sample() override {
    ++script_.samples;
    if (script_.fail_sample) throw DeviceError("bad checksum");
    publish("temperature", script_.publish_nan ? std::nan("") : script_.temperature.load());
  }
  void set(bool on) override {
    if (script_.on_set) script_.on_set();
    if (script_.sets_with) script_.sets_with(context(), on);
    context().save("state", on);
    publish("state", on);
  }
  void set_level(double level) { publish("level", level); }
  void stop() noexcept override {
    input_.reset();
    ++script_.stops;
  }

 private:
  Script& script_;
  std::unique_ptr<GpioInput> input_;
};

/// The same abilities, for the description only: Scripted takes more than a context.
class ScriptedShape final : public Component, public Sensor, public Switch {
 public:
  using Component::Component;
  void sample() override {}
  void set(bool) override {}
};

/// `state` can be switched, `level` set from 0 to 100, `temperature` is measured.
inline ComponentSpec scripted_spec(Script& script) {
  Plugin plugin;
  plugin.component<ScriptedShape>("scripted", "does what the test says")
      .channel("temperature", "°C", "temperature")
      .precision(2)
      .channel("level", "%", "level")
      .limits(0, 100);
  ComponentSpec spec = plugin.components().front();
  spec.channels.front().set = [](Component& component, const Value& value) {
    dynamic_cast<Switch&>(component).set(value.as_bool());
  };
  spec.channels.back().set = [](Component& component, const Value& value) {
    dynamic_cast<Scripted&>(component).set_level(value.as_number());
  };
  spec.create = [&script](Context& context, const Value&) { return std::make_unique<Scripted>(context, script); };
  return spec;
}

class World {
 public:
  enum class Time { real, manual };

  /// Manual: timers fire in advance() only.
  explicit World(Time time = Time::real)
      : clock(time == Time::real ? static_cast<const Clock&>(system_clock_) : static_cast<const Clock&>(floor_clock)) {
    std::string pattern = (std::filesystem::temp_directory_path() / "m2ag-component-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    store = std::make_unique<StateStore>(folder_ / "state.db", log);
    log.add_sink([this](const LogLine& line) { record(line); });
    bus.add_sink([this](const EventPtr& event) { registry.apply(event); });
    bus.add_sink([this](const EventPtr& event) { subscriptions.apply(event); });
    bus.add_sink([this](const EventPtr& event) { peers.availability().apply(event); });
    bus.add_sink([this](const EventPtr& event) {
      if (event->kind == EventKind::register_value && supervisor) supervisor->settings_changed(event->component);
    });
    bus.add_sink([this](const EventPtr& event) { record(event); });
    services = std::make_unique<Services>(Services{"demo", clock, log, executor, scheduler, bus, registry,
                                                   subscriptions, *store, hardware, connection, peers, failures,
                                                   [this](Reply reply) { record(std::move(reply)); }});
    if (time == Time::real) scheduler.start();
  }
  ~World() {
    if (supervisor) supervisor->stop();
    scheduler.stop();
    executor.stop(std::chrono::steady_clock::now() + std::chrono::seconds(5));
    supervisor.reset();
    store.reset();
    std::filesystem::remove_all(folder_);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void start(const std::vector<std::string>& ids = {"pump"}) {
    const auto spec = std::make_shared<ComponentSpec>(scripted_spec(script));
    if (adjust) adjust(*spec);
    supervisor = std::make_unique<Supervisor>(*services);
    peers.attach(*supervisor);
    std::vector<InstanceConfig> configs;
    for (const auto& id : ids) {
      InstanceConfig config;
      config.id = id;
      config.spec = spec;
      config.plugin = "scripted 1.0.0";
      config.interval = std::chrono::seconds(10);
      config.channels = channels;
      config.settings = settings;
      config.secrets = secrets;
      configs.push_back(config);
    }
    supervisor->add(std::move(configs));
    supervisor->hold_back([this](const InstanceConfig&) { return hold; });
    router = std::make_unique<Router>("m2ag", std::vector<std::string>{"garden"}, *supervisor, *services);
    add_register_requests(*router, *supervisor);
    supervisor->start();
  }

  /// Time::manual: the clock goes on and what is due then is handed to the lanes.
  void advance(Clock::duration step) {
    manual_clock_.advance(step);
    scheduler.run_due();
  }

  /// Time::manual: only the date jumps.
  void jump_date(Clock::duration step) { manual_clock_.jump_date(step); }

  void send(std::string_view topic, std::string_view payload, bool retained = false,
            std::string_view response = "answers/1") {
    IncomingMessage message;
    message.topic = topic;
    message.payload = payload;
    message.retained = retained;
    message.response_topic = response;
    message.arrival = clock.now();
    router->route(message);
  }

  /// Looked at after each event and every few milliseconds: what a predicate asks may change without one.
  template <class Predicate>
  bool wait(Predicate predicate) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::unique_lock lock(mutex_);
    while (!predicate()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      changed_.wait_for(lock, std::chrono::milliseconds(5));
    }
    return true;
  }
  bool wait_state(const std::string& state) {
    return wait([&] { return !states.empty() && states.back() == state; });
  }
  /// Until the call under way has returned; what it did may be seen before.
  bool wait_idle(std::string_view id) {
    return supervisor->find(id)->lane()->wait_idle(std::chrono::steady_clock::now() + std::chrono::seconds(30));
  }
  bool wait_availability(const std::string& last) {
    return wait([&] { return !availability.empty() && availability.back() == last; });
  }
  bool wait_event(const std::string& last) {
    return wait([&] { return !events.empty() && events.back() == last; });
  }
  bool wait_value(std::string_view channel, const Value& value) {
    return wait([&] { return registry.value("pump", channel) == value; });
  }
  Reply wait_reply(std::size_t count = 1) {
    if (!wait([&] { return replies.size() >= count; })) throw std::runtime_error("no reply came in time");
    const std::lock_guard lock(mutex_);
    return replies.back();
  }
  /// Sends a command and waits for its answer, which is the only one under way.
  Reply command(std::string_view topic, std::string_view payload) {
    std::size_t before = 0;
    wait([&] {
      before = replies.size();
      return true;
    });
    send(topic, payload);
    return wait_reply(before + 1);
  }
  bool logged(std::string_view text) {
    const std::lock_guard lock(log_mutex_);
    return log_text_.find(text) != std::string::npos;
  }

 private:
  SystemClock system_clock_;
  ManualClock manual_clock_;

 public:
  FloorClock floor_clock{manual_clock_};  ///< Time::manual
  const Clock& clock;
  Log log{LogLevel::warning};
  Executor executor{clock};
  Scheduler scheduler{clock};
  Bus bus{clock};
  Registry registry;
  Subscriptions subscriptions;
  Hardware hardware;
  Connection connection{true};
  Peers peers{clock, log, registry};
  SharedFailures failures;
  std::unique_ptr<StateStore> store;
  std::unique_ptr<Services> services;
  Script script;
  // of every component, before start()
  ChannelSettingsMap channels;
  std::function<void(ComponentSpec&)> adjust;
  Value settings = Value::Map{};
  std::vector<std::string> secrets;
  std::optional<Supervisor::Hold> hold;

  std::unique_ptr<Supervisor> supervisor;
  std::unique_ptr<Router> router;
  std::vector<std::string> states, availability, events;
  std::vector<Reply> replies;

 private:
  void record(const EventPtr& event) {
    const std::lock_guard lock(mutex_);
    if (event->kind == EventKind::status) states.push_back(event->value.find("state")->as_text());
    if (event->kind == EventKind::availability)
      availability.emplace_back(event->value.as_bool() ? "online" : "offline");
    if (event->kind == EventKind::device) events.push_back(event->name);
    changed_.notify_all();
  }
  void record(Reply reply) {
    const std::lock_guard lock(mutex_);
    replies.push_back(std::move(reply));
    changed_.notify_all();
  }
  void record(const LogLine& line) {
    const std::lock_guard lock(log_mutex_);
    log_text_.append(line.message).append("\n");
  }

  std::filesystem::path folder_;
  std::mutex mutex_, log_mutex_;
  std::condition_variable changed_;
  std::string log_text_;
};

}  // namespace m2ag::host
