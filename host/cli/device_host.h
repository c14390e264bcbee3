// One running instance: everything a descriptor asks for, put together. Owns the parts in the order of their dependence, so that the last
// one made is the first one gone. Used by one thread, the verb `run`; what is said to be for any thread excepted.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/apply_report.h"
#include "cli/broker_link.h"
#include "cli/crash_watch.h"
#include "cli/isolated_report.h"
#include "cli/log_forwarder.h"
#include "cli/machine_watch.h"
#include "cli/scan_requests.h"
#include "cli/simulation.h"
#include "cli/watchdog.h"
#include "component/background_request.h"
#include "component/router.h"
#include "component/services.h"
#include "component/supervisor.h"
#include "config/descriptor.h"
#include "mqtt/bridge.h"
#include "mqtt/client.h"
#include "plugin/catalog.h"
#include "store/state_lock.h"

namespace m2ag::host {

struct HostOptions {
  const ServiceManager& service;
  bool safe = false;  ///< start no component
  // This is the process of an isolated component of that id: it says nothing of the device, and its host how the component is.
  std::string alone = {};
  IsolatedReport* report = nullptr;
};

class DeviceHost {
 public:
  /// Loads the plugins that the descriptor uses and constructs every component; touches no hardware and no network. Throws
  /// std::runtime_error or PluginError with a sentence.
  DeviceHost(const Descriptor& descriptor, std::shared_ptr<const Catalog> catalog, Log& log, HostOptions options);
  DeviceHost(const DeviceHost&) = delete;
  DeviceHost& operator=(const DeviceHost&) = delete;

  void start();
  /// A command that came another way than from the broker: of the process of an isolated component. One thread.
  void take(const IncomingMessage& message) { router_->route(message); }
  /// Before start(): a request that the one who runs this host answers.
  void on_request(std::string operation, LongRequestHandler handler) {
    router_->on_long_request(std::move(operation), std::move(handler));
  }
  /// Before start(): work that may block, for such a request. It is closed when the host stops.
  BackgroundRequest& background(std::string name, BackgroundRequest::Work work, Clock::duration deadline,
                                std::size_t most = 1);

  /// Whether all that a descriptor changes could be had, components constructed on trial. Touches nothing that runs.
  bool accepts(const Descriptor& next, const Catalog& catalog, Problems& problems);
  /// Takes over another descriptor and other plugins: what is not different is not touched. Nothing, and nothing changed, when there are
  /// problems. `commit` is called when nothing can refuse it any more and nothing has been touched; what it throws ends it there. Not for
  /// another device.id, base topic or state file: those need another host. Blocks, bounded: 5 s for constructors that do
  /// not return, 5 s for components that do not stop, 5 s for a broker that does not answer.
  std::optional<ApplyReport> apply(const Descriptor& next, std::shared_ptr<const Catalog> catalog, Problems& problems,
                                   const std::function<void(const Changes&)>& commit = {});

  /// Stops one component and makes it anew, its settings the same. Throws CommandError when there is none of that id. Blocks as `apply`.
  /// The ids of those that missed the deadline.
  std::vector<std::string> restart(const std::string& id);

  /// Any thread: as they are now.
  std::shared_ptr<const Descriptor> descriptor() const;
  std::shared_ptr<const Catalog> catalog() const;
  /// Any thread: publishes `event/<name>`.
  void event(std::string name, Value::Map body);
  /// Any thread: the date as this device has it.
  Clock::system_time_point date() const { return clock_.system_now(); }
  /// After stop(): the broker keeps nothing of this device.
  void forget_at_broker() { forget_ = true; }

  /// Outputs go to their safe state, the broker hears `offline`. False when a component or the MQTT client missed its deadline: leave the
  /// process with std::_Exit then, a thread still runs in code of a plugin or in a handler.
  bool stop();

 private:
  struct Plan {
    Changes changes;
    std::vector<InstanceConfig> coming;
    Simulation::Plan simulated;
  };
  Plan plan(const Descriptor& next, const Catalog& catalog, Problems& problems);
  std::vector<std::string> exchange_components(Plan& plan, const Descriptor& next);
  void forget_all();
  /// What the process of an isolated component has published and nobody publishes any more, now that `next` follows it, if anything does.
  void forget_isolated(const Instance& before, const InstanceConfig* next);
  /// Its saved values to where it runs, at the broker nothing twice.
  void prepare(const InstanceConfig& config);
  void add_sinks();
  void take_over_device(const Descriptor& next);
  InstanceConfig configure(const Descriptor& descriptor, const ComponentSection& section, const Catalog& catalog);
  void configure_isolated(InstanceConfig& config, const Descriptor& descriptor, const ComponentSection& section,
                          const Catalog& catalog);
  /// What its fingerprint is made from.
  Value settings_of(const InstanceConfig& config);
  static std::set<std::string, std::less<>> published_as_json(const Descriptor& descriptor);
  std::unique_ptr<MqttClient> make_client(const Descriptor& descriptor);
  void reconnect(const Descriptor& next);
  std::vector<Subscription> subscriptions(const std::vector<std::string>& filters) const;
  void reply(const Reply& reply);
  void on_message(const MqttMessage& message);
  Value info() const;
  Value health() const;
  /// How the components are, for `systemctl status`.
  std::string summary() const;

  const HostOptions options_;
  mutable std::mutex mutex_;  // the two that follow
  std::shared_ptr<const Descriptor> descriptor_;
  std::shared_ptr<const Catalog> catalog_;
  const std::string state_file_;
  const std::string root_;  ///< base topic and device: "m2ag/demo"
  Log& log_;
  const SystemClock machine_clock_;
  FloorClock clock_{machine_clock_};
  const Clock::time_point started_ = clock_.now();
  Scheduler scheduler_{clock_};
  Executor executor_{clock_};
  Bus bus_{clock_};
  Registry registry_;
  Subscriptions subscriptions_;
  const StateLock lock_;
  StateStore store_;
  DateKeeper dates_;
  MachineWatch machine_watch_;
  CrashWatch crash_watch_;
  Hardware hardware_;
  Simulation simulation_{hardware_};
  Connection connection_{!descriptor_->mqtt.url.empty()};
  Peers peers_{clock_, log_, registry_};
  SharedFailures failures_;
  BrokerLink link_;
  Bridge bridge_;
  Services services_;
  Supervisor supervisor_;
  ScanRequests scan_requests_{hardware_, executor_, scheduler_, log_};
  std::vector<std::unique_ptr<BackgroundRequest>> background_requests_;
  std::unique_ptr<Router> router_;
  std::unique_ptr<LogForwarder> log_forwarder_;
  std::unique_ptr<Watchdog> watchdog_;
  bool forget_ = false;
  std::shared_ptr<std::atomic<bool>> current_client_;  ///< false: what its threads still say no longer counts
  std::vector<std::unique_ptr<MqttClient>> left_clients_;
};

}  // namespace m2ag::host
