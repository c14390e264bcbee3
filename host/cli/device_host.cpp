#include "cli/device_host.h"

#include <chrono>
#include <stdexcept>

#include "cli/client_settings.h"
#include "system/vitals.h"

namespace m2ag::host {
namespace {

constexpr std::chrono::seconds kHealthInterval{30};
constexpr std::chrono::seconds kLastWords{2};
constexpr std::chrono::seconds kExecutorDeadline{1};

/// The chip's code is in the library: it goes first.
struct HeldChip {
  std::shared_ptr<PluginLibrary> library;
  std::unique_ptr<SimulatedI2cChip> chip;
};

}  // namespace

DeviceHost::DeviceHost(const Descriptor& descriptor, std::shared_ptr<const Catalog> catalog, Log& log)
    : descriptor_(descriptor),
      catalog_(std::move(catalog)),
      log_(log),
      store_(descriptor_.state.file, log),
      bridge_(descriptor_.mqtt.base_topic + '/' + descriptor_.device.id, registry_,
              [this](PublishRequest request) {
                if (client_) client_->publish(std::move(request));
              }),
      services_{descriptor_.device.id,
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
                [this](const Reply& reply) { bridge_.reply(reply); }},
      supervisor_(services_) {
  bus_.add_sink([this](const EventPtr& event) { registry_.apply(event); });
  bus_.add_sink([this](const EventPtr& event) { subscriptions_.apply(event); });
  bus_.add_sink([this](const EventPtr& event) { bridge_.apply(event); });
  simulate(descriptor_.simulated);
  supervisor_.add(configure());
  router_ = std::make_unique<Router>(descriptor_.mqtt.base_topic, descriptor_.device.groups, supervisor_, services_);
  router_->on_request("info", [this](const Value&) { return info(); });
  router_->on_request("health", [this](const Value&) { return health(); });
  if (!descriptor_.mqtt.url.empty()) connect();
}

void DeviceHost::simulate(const SimulatedSection& simulated) {
  for (const std::string& bus : simulated.buses) hardware_.simulated_i2c().add_bus(bus);
  for (const SimulatedChipSection& section : simulated.chips) {
    const auto library = catalog_->load_chip(section.chip);
    auto held =
        std::make_shared<HeldChip>(HeldChip{library, library->find_chip(section.chip)->create(section.settings)});
    hardware_.simulated_i2c().add_chip(section.bus, section.address, {held, held->chip.get()});
  }
  for (const std::string& line : simulated.lines) hardware_.simulated_gpio().add_line({line, {}, -1});
}

std::vector<InstanceConfig> DeviceHost::configure() {
  std::vector<InstanceConfig> configs;
  std::set<std::string, std::less<>> as_json;
  for (const ComponentSection& section : descriptor_.components) {
    if (!section.enabled) continue;
    const auto library = catalog_->load_type(section.type);
    InstanceConfig config;
    config.id = section.id;
    config.name = section.name.empty() ? section.id : section.name;
    config.spec = {library, library->find_type(section.type)};
    config.plugin = library->description().name + ' ' + library->description().version;
    config.settings = section.settings;
    config.interval = section.interval;
    config.lane = section.lane;
    config.publish_json = section.publish_json;
    config.channels = section.channels;
    if (section.publish_json) as_json.insert(section.id);
    configs.push_back(std::move(config));
  }
  bridge_.publish_json_of(std::move(as_json));
  return configs;
}

void DeviceHost::connect() {
  MqttClient::Handlers handlers;
  handlers.on_message = [this](const MqttMessage& message) { on_message(message); };
  handlers.on_connected = [this](bool, MqttVersion) {
    connection_.set(true);
    bridge_.connected(info());
  };
  handlers.on_disconnected = [this](const std::string&) {
    connection_.set(false);
    bridge_.disconnected();
  };
  handlers.on_subscribe_refused = [this](const std::string& filter, const std::string& reason) {
    log_.error("", "the broker does not let us subscribe to {}: {}; commands on it will not arrive", filter, reason);
  };
  MqttSettings settings = device_settings(descriptor_);
  settings.will = MqttWill{descriptor_.mqtt.base_topic + '/' + descriptor_.device.id + "/status", "offline", 1, true};
  client_ = std::make_unique<MqttClient>(std::move(settings), std::move(handlers), executor_, log_);
  std::vector<Subscription> subscriptions;
  for (std::string& filter : router_->filters()) {
    Subscription subscription;
    subscription.filter = std::move(filter);
    subscription.retained = RetainHandling::never;
    // MQTT 5: a command published with retain keeps the mark, so that it is refused also while we are there.
    subscription.retain_as_published = true;
    subscriptions.push_back(std::move(subscription));
  }
  client_->subscribe(std::move(subscriptions));
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
  log_forwarder_ = std::make_unique<LogForwarder>(executor_, log_, [this](const LogLine& line) { bridge_.log(line); });
  scheduler_.start();
  if (client_) client_->start();
  supervisor_.start();
  scheduler_.every(
      kHealthInterval, [this] { bridge_.health(health()); }, std::chrono::seconds(1));
  log_.info("", "device {} runs {} components{}", descriptor_.device.id, supervisor_.instances().size(),
            descriptor_.mqtt.url.empty() ? ", without a broker" : "");
}

bool DeviceHost::stop() {
  bool ended = supervisor_.stop();
  scheduler_.stop();
  store_.close();  // what waits for it is answered while there is still a broker
  if (client_) {
    bridge_.offline();
    client_->disconnect(kLastWords);
    ended = client_->ended() && ended;
  }
  log_forwarder_.reset();
  return executor_.stop(std::chrono::steady_clock::now() + kExecutorDeadline) && ended;
}

Value DeviceHost::info() const {
  Value::List components, plugins;
  for (const ComponentSection& section : descriptor_.components) {
    if (!section.enabled) continue;
    components.emplace_back(Value::Map{
        {"id", section.id}, {"type", section.type}, {"name", section.name.empty() ? section.id : section.name}});
  }
  for (const PluginDescription& plugin : catalog_->plugins()) {
    plugins.emplace_back(Value::Map{{"name", plugin.name}, {"version", plugin.version}});
  }
  return Value::Map{{"id", descriptor_.device.id},      {"name", descriptor_.device.name},
                    {"version", M2AG_VERSION},          {"boot_id", boot_id()},
                    {"addresses", network_addresses()}, {"time_quality", time_quality()},
                    {"components", components},         {"plugins", plugins}};
}

Value DeviceHost::health() const {
  Value::Map health = process_vitals(descriptor_.state.file);
  health.emplace("uptime", std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - started_).count());
  Value::Map components;
  for (const auto& [id, instance] : supervisor_.instances()) {
    components.emplace(id, Value::Map{{"state", to_string(instance->state())},
                                      {"failures", instance->failures()},
                                      {"errors", instance->errors()}});
  }
  health.emplace("components", std::move(components));
  health.emplace("commands_refused", router_->refused());
  if (client_) {
    const MqttStats stats = client_->stats();
    health.emplace("mqtt", Value::Map{{"connects", stats.connects},
                                      {"sent", stats.sent},
                                      {"received", stats.received},
                                      {"unread", stats.unread},
                                      {"dropped", stats.dropped},
                                      {"conflated", stats.conflated},
                                      {"queued", stats.queued},
                                      {"in_flight", stats.in_flight}});
  }
  return health;
}

}  // namespace m2ag::host
