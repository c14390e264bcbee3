// One component's life: stopped, starting, running, failed and tried again. Owns the plugin's object; everything that touches it runs on
// the component's lane. Public functions may be called from any thread and return at once, unless said otherwise.
#pragma once

#include <m2ag/plugin.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "component/command.h"
#include "component/services.h"
#include "component/signals.h"

namespace m2ag::host {

enum class InstanceState { stopped, starting, running, failed, stuck };
std::string_view to_string(InstanceState state);

/// What the descriptor says of one component, bound to its type.
struct InstanceConfig {
  std::string id;
  std::string name;                           ///< for people; the id when empty
  std::shared_ptr<const ComponentSpec> spec;  ///< keeps the plugin's library loaded
  std::string plugin;                         ///< "relay 1.0.0", for messages
  Value settings;
  std::chrono::microseconds interval{0};  ///< of a sensor
  std::string lane;                       ///< empty: one of its own
  bool publish_json = false;
  ChannelSettingsMap channels;  ///< only those of which something is said
};

class InstanceContext;

class Instance : public std::enable_shared_from_this<Instance> {
 public:
  Instance(InstanceConfig config, Services& services, std::shared_ptr<Lane> lane);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const InstanceConfig& config() const { return config_; }
  const std::shared_ptr<Lane>& lane() const { return lane_; }
  InstanceState state() const { return state_; }
  /// Why it is failed or stuck; empty otherwise.
  std::string reason() const;

  void start();
  /// Commands that wait are answered `unavailable` and not carried out. The future is ready once the component has let go of its device. The caller gives up waiting after the stop deadline.
  std::future<void> stop();
  /// It did not stop in time: the command it is still in is answered, since nobody will do so later.
  void give_up();
  /// Done, refused or busy: always answered where the rules ask for an answer.
  void execute(std::shared_ptr<Command> command);
  void answer(const Command& command, std::optional<Refusal> refusal, Value data = {});

  /// [supervisor] A call on the lane takes longer than ten times its budget, and has come back.
  void set_stuck(const std::string& reason);
  void clear_stuck();

  /// How often it has become failed.
  std::uint64_t failures() const { return failures_; }
  /// Failures, and readings that failed but were had at another try.
  std::uint64_t errors() const { return errors_; }

 private:
  friend class InstanceContext;
  static constexpr std::chrono::seconds kFirstRetry{1};
  static constexpr std::chrono::seconds kLastRetry{60};

  // all on the lane
  bool post(std::function<void(Instance&)> task, const char* label);
  void start_now();
  void start_sampling();
  void sample_now();
  /// False: it has been tried often enough.
  bool sample_again(const std::string& reason);
  std::chrono::seconds longest_retry() const;
  /// Runs the plugin's code; what it throws fails the component.
  void call_plugin(const std::function<void()>& task);
  void run_command(const std::shared_ptr<Command>& running);
  bool take_current(const std::shared_ptr<Command>& command);
  void refuse_late(const Command& command);
  Refusal stopping_refusal() const;
  void apply_set(const ChannelSet& set);
  void fail_now(const std::string& reason, bool retry);
  void release() noexcept;
  void become_running();
  void start_service();

  // `for`: a channel goes back after a time, also across a restart of the host
  void set_for(const std::shared_ptr<const ChannelSpec>& spec, const Value& value, const Value& after,
               std::chrono::microseconds duration);
  void forget_duration(const ChannelSpec& spec);
  void resume_durations();
  void arm(const std::shared_ptr<const ChannelSpec>& spec, const Value& after, std::chrono::microseconds duration);

  void publish(std::string_view name, Value value);
  /// A number of a channel with a pipeline.
  void publish_number(std::shared_ptr<const ChannelSpec> spec, double number);
  /// [lane] What has become due: held back numbers, heartbeats, channels that are stale or fresh again.
  void look_at_signals();
  void set_state(InstanceState state, const std::string& reason);
  void set_state_locked(InstanceState state, const std::string& reason);
  void set_online(bool online);
  std::shared_ptr<const ChannelSpec> channel(std::string_view name) const;

  const InstanceConfig config_;
  Services& services_;
  const std::shared_ptr<Lane> lane_;
  std::atomic<InstanceState> state_{InstanceState::stopped};
  std::atomic<std::uint64_t> failures_{0}, errors_{0};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;  // reason_, current_, signals_ and the order of publications
  std::string reason_;
  std::shared_ptr<Command> current_;  ///< is carried out and not answered
  Signals signals_;
  bool look_posted_ = false;
  bool online_ = false;
  bool known_ = false;  ///< availability has been published

  // on the lane
  std::shared_ptr<InstanceContext> context_;
  std::unique_ptr<Component> component_;
  std::jthread service_thread_;
  Handle retry_timer_, sample_timer_, again_timer_, signal_timer_;
  int failed_tries_ = 0;  ///< of the reading that is due
  bool has_sampled_ = false;
  bool stale_ = false;  ///< a channel is: the component is offline although it runs
  struct PendingReturn {
    Handle timer;
    Value after;
  };
  std::map<std::string, PendingReturn, std::less<>> pending_returns_;  // by channel
  std::chrono::steady_clock::time_point started_;
  std::chrono::seconds retry_delay_{kFirstRetry};
  std::string last_failure_;  ///< empty: it works, or has not failed yet
  bool wanted_ = false;
};

}  // namespace m2ag::host
