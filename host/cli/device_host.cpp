#include "cli/device_host.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <stdexcept>
#include <vector>

#include "cli/client_settings.h"
#include "cli/component_list.h"
#include "cli/instance_config.h"
#include "component/register_requests.h"
#include "core/clock_state.h"
#include "hardware/supply.h"
#include "system/vitals.h"

namespace m2ag::host {
namespace {

constexpr std::chrono::seconds kHealthInterval{30};
constexpr std::chrono::seconds kRepeatInterval{5};
constexpr DateKeeper::Date kRelease{std::chrono::seconds(M2AG_RELEASE_DATE)};
constexpr std::chrono::seconds kLastWords{2};
constexpr std::chrono::seconds kExecutorDeadline{1};

MachineSenses senses_of_machine() {
  return {[supply = Supply()] { return supply.undervoltage(); }, [] { return clock_synchronised(); }};
}

}  // namespace

DeviceHost::DeviceHost(const Descriptor& descriptor, std::shared_ptr<const Catalog> catalog, Log& log,
                       HostOptions options)
    : options_(options),
      descriptor_(std::make_shared<const Descriptor>(descriptor)),
      catalog_(std::move(catalog)),
      state_file_(descriptor.state.file),
      root_(descriptor.mqtt.base_topic + '/' + descriptor.device.id),
      log_(log),
      lock_(descriptor.state.file),
      store_(descriptor.state.file, log),
      dates_(clock_, store_, log, kRelease),
      machine_watch_(clock_, dates_, log, senses_of_machine(),
                     [this](std::string name, Value::Map body) { event(std::move(name), std::move(body)); }),
      crash_watch_(descriptor.state.file, options_.safe, store_, log, dates_.floor()),
      bridge_(root_, registry_, [this](PublishRequest request) { link_.publish(std::move(request)); }),
      services_{descriptor.device.id,
                clock_,
                log,
                executor_,
                scheduler_,
                bus_,
                registry_,
                subscriptions_,
                store_,
                hardware_,
                connection_,
                peers_,
                failures_,
                [this](const Reply& reply) { this->reply(reply); },
                [this](std::uint64_t handed) {
                  if (options_.report != nullptr) options_.report->answered({handed, false, true, {}, {}, {}});
                }},
      supervisor_(services_) {
  add_sinks();
  connection_.set_broker(broker_access(descriptor));
  peers_.attach(supervisor_);
  peers_.roster().exchange(roster_of(descriptor));
  Problems problems;
  Simulation::Plan simulated = simulation_.plan(descriptor.simulated, *catalog_, problems);
  if (problems.has_errors()) throw std::runtime_error(problems.text());
  simulation_.apply(std::move(simulated));
  std::vector<InstanceConfig> configs;
  for (const ComponentSection& section : descriptor.components) {
    if (section.enabled) configs.push_back(configure(descriptor, section, *catalog_));
  }
  for (const InstanceConfig& config : configs) prepare(config);
  supervisor_.hold_back(
      [this](const InstanceConfig& config) { return crash_watch_.hold_back(config, settings_of(config)); });
  supervisor_.add(std::move(configs));
  if (options_.report != nullptr) {
    options_.report->about(supervisor_.find(options_.alone));
    peers_.alone(options_.alone);
  }
  crash_watch_.watch(supervisor_);
  bridge_.publish_json_of(published_as_json(descriptor));
  router_ = std::make_unique<Router>(descriptor.mqtt.base_topic, descriptor.device.groups, supervisor_, services_);
  router_->on_request("info", [this](const Value&) { return info(); });
  router_->on_request("health", [this](const Value&) { return health(); });
  router_->on_request("list", [this](const Value&) { return component_list(*this->descriptor(), supervisor_); });
  router_->on_request("retry", [this](const Value& arguments) { return crash_watch_.retry(supervisor_, arguments); });
  add_register_requests(*router_, supervisor_);
  scan_requests_.add_to(*router_);
  link_.exchange(make_client(descriptor));
}

BackgroundRequest& DeviceHost::background(std::string name, BackgroundRequest::Work work, Clock::duration deadline,
                                          std::size_t most) {
  background_requests_.push_back(std::make_unique<BackgroundRequest>(std::move(name), executor_, scheduler_, log_,
                                                                     std::move(work), deadline, most));
  return *background_requests_.back();
}

void DeviceHost::add_sinks() {
  bus_.add_sink([this](const EventPtr& event) {
    const bool told_by_host = options_.report != nullptr && event->kind == EventKind::status;
    if (told_by_host) return;
    registry_.apply(event);
    subscriptions_.apply(event);
    peers_.availability().apply(event);
    bridge_.apply(event);
  });
  bus_.add_sink([this](const EventPtr& event) {
    if (event->kind == EventKind::register_value) supervisor_.settings_changed(event->component);
  });
  if (options_.report != nullptr) bus_.add_sink([this](const EventPtr& event) { options_.report->apply(event); });
}

std::shared_ptr<const Descriptor> DeviceHost::descriptor() const {
  const std::lock_guard lock(mutex_);
  return descriptor_;
}

std::shared_ptr<const Catalog> DeviceHost::catalog() const {
  const std::lock_guard lock(mutex_);
  return catalog_;
}

std::set<std::string, std::less<>> DeviceHost::published_as_json(const Descriptor& descriptor) {
  std::set<std::string, std::less<>> ids;
  for (const ComponentSection& section : descriptor.components) {
    if (section.enabled && section.publish_json) ids.insert(section.id);
  }
  return ids;
}

std::unique_ptr<MqttClient> DeviceHost::make_client(const Descriptor& descriptor) {
  if (descriptor.mqtt.url.empty()) return nullptr;
  const auto current = std::make_shared<std::atomic<bool>>(true);
  MqttClient::Handlers handlers;
  handlers.on_message = [this, current](const MqttMessage& message) {
    if (*current) on_message(message);
  };
  handlers.on_connected = [this, current](bool, MqttVersion) {
    if (!*current) return;
    connection_.set(true);
    // The host hands commands over before this process is seen online.
    if (options_.report != nullptr) options_.report->listens(true);
    bridge_.connected(options_.report == nullptr ? info() : Value());
  };
  handlers.on_disconnected = [this, current](const std::string&) {
    if (!*current) return;
    connection_.set(false);
    bridge_.disconnected();
    if (options_.report != nullptr) options_.report->listens(false);
  };
  handlers.on_subscribe_refused = [this](const std::string& filter, const std::string& reason) {
    log_.error("", "the broker does not let us subscribe to {}: {}; commands on it will not arrive", filter, reason);
  };
  MqttSettings settings = device_settings(descriptor);
  const std::string mine = options_.alone.empty() ? "/status" : '/' + options_.alone + "/availability";
  // A component in a process of its own is seen online by another connection than the one that its commands come over.
  settings.subscribe_first = options_.report == nullptr;
  settings.will = MqttWill{root_ + mine, "offline", 1, true};
  auto client = std::make_unique<MqttClient>(std::move(settings), std::move(handlers), executor_, log_);
  // The process of an isolated component gets its commands from the host.
  if (options_.report == nullptr) client->subscribe(subscriptions(router_->filters()));
  current_client_ = current;
  return client;
}

std::vector<Subscription> DeviceHost::subscriptions(const std::vector<std::string>& filters) const {
  std::vector<Subscription> subscriptions;
  for (const std::string& filter : filters) {
    Subscription subscription;
    subscription.filter = filter;
    subscription.retained = RetainHandling::never;
    // MQTT 5: a command published with retain keeps the mark, so that it is refused also while we are there.
    subscription.retain_as_published = true;
    subscriptions.push_back(std::move(subscription));
  }
  return subscriptions;
}

/// The host publishes what became of a command that it has handed over: a process that ends has no time to.
void DeviceHost::reply(const Reply& reply) {
  const std::uint64_t handed = reply.address.handed;
  if (options_.report == nullptr || handed == 0) return bridge_.reply(reply);
  if (options_.report->answered({handed, true, reply.ok, reply.code, reply.message, reply.data})) return;
  bridge_.reply(reply);
  options_.report->answered({handed, false, true, {}, {}, {}});
}

void DeviceHost::on_message(const MqttMessage& message) {
  IncomingMessage incoming;
  incoming.topic = message.topic;
  incoming.payload = message.payload;
  incoming.retained = message.retained;
  incoming.too_long = message.too_long;
  if (message.expiry_seconds) incoming.expiry = std::chrono::seconds(*message.expiry_seconds);
  incoming.response_topic = message.response_topic;
  incoming.correlation_data = message.correlation_data;
  incoming.arrival = message.arrival;
  router_->route(incoming);
}

void DeviceHost::start() {
  log_forwarder_ =
      std::make_unique<LogForwarder>(executor_, log_, [this](const LogLine& line) { bridge_.log(line, date()); });
  scheduler_.start();
  link_.start();
  crash_watch_.report(bus_);
  supervisor_.start();
  if (options_.report != nullptr) {
    scheduler_.every(kRepeatInterval, [this] {
      options_.report->repeat();
      dates_.tick(clock_synchronised().value_or(false));
    });
    return;
  }
  watchdog_ = std::make_unique<Watchdog>(options_.service, executor_, scheduler_);
  scheduler_.every(
      kHealthInterval,
      [this] {
        machine_watch_.check();
        bridge_.health(health());
        options_.service.status(summary());
      },
      std::chrono::seconds(1));
  log_.info("", "device {} runs {} components{}{}", services_.device, supervisor_.instances().size(),
            descriptor()->mqtt.url.empty() ? ", without a broker" : "",
            options_.safe ? "; none is started (--safe), request/retry starts single ones" : "");
}

bool DeviceHost::stop() {
  bool ended = supervisor_.stop();
  scan_requests_.close();
  for (const auto& each : background_requests_) each->close();
  scheduler_.stop();
  dates_.save();
  store_.close();  // what waits for it is answered while there is still a broker
  if (forget_) {
    forget_all();
  } else if (options_.report == nullptr) {
    bridge_.offline();
  }
  ended = link_.disconnect(kLastWords) && ended;
  for (const auto& client : left_clients_) ended = client->ended() && ended;
  log_forwarder_.reset();
  return executor_.stop(std::chrono::steady_clock::now() + kExecutorDeadline) && ended;
}

Value DeviceHost::info() const {
  Value::List components, plugins;
  const auto device = descriptor();
  const auto offered = catalog();
  for (const ComponentSection& section : device->components) {
    if (!section.enabled) continue;
    components.emplace_back(Value::Map{
        {"id", section.id}, {"type", section.type}, {"name", section.name.empty() ? section.id : section.name}});
  }
  for (const PluginDescription& plugin : offered->plugins()) {
    plugins.emplace_back(Value::Map{{"name", plugin.name}, {"version", plugin.version}});
  }
  return Value::Map{{"id", device->device.id},          {"name", device->device.name},
                    {"version", M2AG_VERSION},          {"boot_id", boot_id()},
                    {"addresses", network_addresses()}, {"time_quality", time_quality()},
                    {"components", components},         {"plugins", plugins}};
}

std::string DeviceHost::summary() const {
  std::map<std::string_view, std::vector<std::string>> by_state;
  for (const auto& [id, instance] : supervisor_.instances()) by_state[to_string(instance->state())].push_back(id);
  std::string text = fmt::format("{} of {} components run", by_state["running"].size(), supervisor_.instances().size());
  for (const auto& [state, ids] : by_state) {
    if (state != "running") text += fmt::format(", {}: {}", state, fmt::join(ids, " "));
  }
  return text;
}

Value DeviceHost::health() const {
  Value::Map health = process_vitals(descriptor()->state.file);
  health.emplace("uptime", std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - started_).count());
  machine_watch_.add_to(health);
  Value::Map components;
  for (const auto& [id, instance] : supervisor_.instances()) {
    components.emplace(id, Value::Map{{"state", to_string(instance->state())},
                                      {"failures", instance->failures()},
                                      {"errors", instance->errors()}});
  }
  health.emplace("components", std::move(components));
  health.emplace("commands_refused", router_->refused());
  if (const auto stats = link_.stats()) {
    health.emplace("mqtt", Value::Map{{"connects", stats->connects},
                                      {"sent", stats->sent},
                                      {"received", stats->received},
                                      {"unread", stats->unread},
                                      {"dropped", stats->dropped},
                                      {"conflated", stats->conflated},
                                      {"queued", stats->queued},
                                      {"in_flight", stats->in_flight}});
  }
  return health;
}

}  // namespace m2ag::host
