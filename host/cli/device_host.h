// One running instance: everything a descriptor asks for, put together. Owns the parts in the order of their dependence, so that the last
// one made is the first one gone. Used by one thread, the verb `run`.
#pragma once

#include <memory>
#include <string>

#include "cli/log_forwarder.h"
#include "component/router.h"
#include "component/services.h"
#include "component/supervisor.h"
#include "config/descriptor.h"
#include "mqtt/bridge.h"
#include "mqtt/client.h"
#include "plugin/catalog.h"

namespace m2ag::host {

class DeviceHost {
 public:
  /// Loads the plugins that the descriptor uses and constructs every component; touches no hardware and no network. Throws
  /// std::runtime_error or PluginError with a sentence.
  DeviceHost(const Descriptor& descriptor, std::shared_ptr<const Catalog> catalog, Log& log);
  DeviceHost(const DeviceHost&) = delete;
  DeviceHost& operator=(const DeviceHost&) = delete;

  void start();
  /// Outputs go to their safe state, the broker hears `offline`. False when a component or the MQTT client missed its deadline: leave the
  /// process with std::_Exit then, a thread still runs in code of a plugin or in a handler.
  bool stop();

 private:
  void simulate(const SimulatedSection& simulated);
  std::vector<InstanceConfig> configure();
  void connect();
  void on_message(const MqttMessage& message);
  Value info() const;
  Value health() const;

  const Descriptor descriptor_;
  const std::shared_ptr<const Catalog> catalog_;
  Log& log_;
  const SystemClock clock_;
  const Clock::time_point started_ = clock_.now();
  Scheduler scheduler_{clock_};
  Executor executor_{clock_};
  Bus bus_{clock_};
  Registry registry_;
  Subscriptions subscriptions_;
  StateStore store_;
  Hardware hardware_;
  Connection connection_{!descriptor_.mqtt.url.empty()};
  Bridge bridge_;
  Services services_;
  Supervisor supervisor_;
  std::unique_ptr<Router> router_;
  std::unique_ptr<LogForwarder> log_forwarder_;
  std::unique_ptr<MqttClient> client_;  // last: its threads call the parts above
};

}  // namespace m2ag::host
