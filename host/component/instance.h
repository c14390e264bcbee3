// One component's life: stopped, starting, running, failed and tried again. Owns the plugin's object; everything that touches it runs on
// the component's lane. Public functions may be called from any thread and return at once, unless said otherwise.
#pragma once

#include <m2ag/plugin.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "component/command.h"
#include "component/handover.h"
#include "component/redaction.h"
#include "component/registers.h"
#include "component/services.h"
#include "component/signals.h"
#include "component/told_failures.h"

namespace m2ag::host {

enum class InstanceState { stopped, starting, running, failed, stuck, quarantined };
std::string_view to_string(InstanceState state);

/// What the descriptor says of one component, bound to its type.
struct InstanceConfig {
  std::string id;
  std::string name;                           ///< for people; the id when empty
  std::shared_ptr<const ComponentSpec> spec;  ///< keeps the plugin's library loaded
  std::string plugin;                         ///< "relay 1.0.0", for messages
  std::string digest;                         ///< of the library that is loaded
  const void* code = nullptr;                 ///< an address in that library, to know its code by
  Value settings;                             ///< the descriptor's; registers lie over them
  std::vector<std::string> secrets;           ///< paths of settings that came from !secret: `components.api.token`
  std::chrono::microseconds interval{0};      ///< of a sensor, the descriptor's
  std::string lane;                           ///< empty: one of its own
  bool publish_json = false;
  bool isolated =
      false;  ///< it runs in a process of its own; `spec` has no code of the plugin, what it makes stands for it here
  ChannelSettingsMap channels;  ///< only those of which something is said
};

/// How a component is that runs in a process of its own, in that process's words.
struct RemoteState {
  InstanceState state = InstanceState::starting;
  std::string reason;
  bool online = false;
  std::uint64_t failures = 0, errors = 0;  ///< since the process began
  Value registers;                         ///< as `request/registers` lists them
};

class InstanceContext;

class Instance : public std::enable_shared_from_this<Instance> {
 public:
  Instance(InstanceConfig config, Services& services, std::shared_ptr<Lane> lane);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const InstanceConfig& config() const { return config_; }
  /// Through it goes what the plugin says before anybody hears it.
  const Redaction& redact() const { return redact_; }
  const std::shared_ptr<Lane>& lane() const { return lane_; }
  InstanceState state() const { return state_; }
  const Registers& registers() const { return registers_; }
  /// Why it is failed, stuck, quarantined or held back; empty otherwise.
  std::string reason() const;

  void start();
  /// Instead of start(): it shows this state and why, until retry().
  void hold(InstanceState state, std::string reason);
  /// Starts it now, whatever it waits for. Nothing when it runs, starts or is being stopped.
  void retry();
  /// Commands that wait are answered `unavailable` and not carried out. The future is ready once the component has let go of its device. The caller gives up waiting after the stop deadline.
  std::future<void> stop();
  /// It did not stop in time: the command it is still in is answered, since nobody will do so later; what it does from here on is neither
  /// published nor saved, since another component may have its id by then. It is shown as stuck, with the reason.
  void give_up(const std::string& reason);
  /// Done, refused or busy: always answered where the rules ask for an answer. Registers are taken also while it is failed or stopped.
  void execute(std::shared_ptr<Command> command);
  void answer(const Command& command, std::optional<Refusal> refusal, Value data = {});
  /// [lane] The command that the calling thread is carrying out for this component; null outside of one.
  std::shared_ptr<Command> carried_out() const;
  /// [lane] What a channel goes back to because a `for` has ended while the component did not run.
  std::optional<Value> overdue(std::string_view channel) const;

  /// [supervisor] A call on the lane takes longer than ten times its budget, and has come back.
  void set_stuck(const std::string& reason);
  void clear_stuck();

  // Of one that is isolated:
  /// Its commands go to its process; while that takes none, they are refused here, with away().
  Handover& handover() { return handover_; }
  Refusal away() const;
  /// [lane] It is shown as its process says.
  void mirror(const RemoteState& remote);
  /// [lane] Its process has crashed too often: it waits for retry().
  void quarantine(const std::string& reason);
  /// Null when its process has not said yet.
  Value remote_registers() const;

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
  void start_with(const Value& settings, std::chrono::microseconds interval);
  void start_sampling();
  void sample_now();
  /// False: it has been tried often enough.
  bool sample_again(const std::string& reason);
  std::chrono::seconds longest_retry() const;
  /// Runs the plugin's code; what it throws fails the component.
  void call_plugin(const std::function<void()>& task);
  void run_command(const std::shared_ptr<Command>& running);
  void begin(const std::shared_ptr<Command>& running);
  /// Runs what a command does: what it throws is its refusal, and fails the component unless it only refuses. `add` to the sentence.
  std::optional<Refusal> attempt(const std::function<void()>& task, const std::function<std::string()>& add);
  /// Answers once what the command saved is durable.
  void finish(const std::shared_ptr<Command>& running, std::optional<Refusal> refusal, Value data);
  bool take_current(const std::shared_ptr<Command>& command);
  void refuse_late(const Command& command);
  void answer_durable(const std::shared_ptr<Command>& command, Value data);
  Refusal stopping_refusal() const;
  void reply_to(const Command& command, std::optional<Refusal> refusal, Value data) const;
  /// What the process of an isolated component has not answered is refused.
  void end_handover();
  void apply_set(const ChannelSet& set);
  void run_registers(const std::shared_ptr<Command>& running);
  /// All that follow throw a refusal, and nothing has changed then.
  void apply_registers(const Value::Map& changes);
  void try_out(const Value& settings);
  void restart_with(const Value& settings, std::chrono::microseconds interval);
  void use_interval(std::chrono::microseconds interval);
  void fail_now(const std::string& said, bool retry);
  /// What several components have in common is said by one of them. `fresh`: this one has not failed for it before.
  void log_failure(const std::string& reason, const std::string& what, bool fresh);
  void release() noexcept;
  void become_running();
  /// Threads that an earlier start has left behind; nobody can end them.
  void look_for_threads();
  const std::string& running_reason() const { return held_offline_.empty() ? left_behind_ : held_offline_; }
  void start_service();

  // `for`: a channel goes back after a time, also across a restart of the host
  void set_for(const std::shared_ptr<const ChannelSpec>& spec, const Value& value, const Value& after,
               std::chrono::microseconds duration);
  void forget_duration(const ChannelSpec& spec);
  /// What is pending for a channel that the command moved, though it does not set it, is over: a fan's duty when it is switched off.
  void forget_touched(const Command& command);
  void resume_durations();
  void arm(const std::shared_ptr<const ChannelSpec>& spec, const Value& after, std::chrono::microseconds duration);

  /// [mutex_ held] To the bus, unless the component was given up.
  void emit(Event event);
  void publish(std::string_view name, Value value);
  /// A number of a channel with a pipeline.
  void publish_number(std::shared_ptr<const ChannelSpec> spec, double number);
  /// [lane] Sets the channel, and publishes what became of it though `delta` or `throttle` would hold it back: who has set it, and a `for`
  /// that goes back, look at what is published. Throws what the plugin throws.
  void set_channel(const ChannelSpec& spec, const Value& value);
  /// [lane] What has become due: held back numbers, heartbeats, channels that are stale or fresh again.
  void look_at_signals();
  void set_state(InstanceState state, const std::string& reason);
  void set_state_locked(InstanceState state, const std::string& reason);
  void set_online(bool online);
  /// [lane] The component says that its values do not hold; empty: they do.
  void hold_offline(const std::string& said);
  /// As it is published.
  std::shared_ptr<const ChannelSpec> channel(std::string_view name) const;

  /// A channel in another unit than the plugin's, or with other digits.
  struct ConvertedChannel {
    ConvertedChannel(std::shared_ptr<const ComponentSpec> spec, ChannelSpec converted)
        : library(std::move(spec)), channel(std::move(converted)) {}

    std::shared_ptr<const ComponentSpec> library;  ///< keeps it loaded
    ChannelSpec channel;
  };

  const InstanceConfig config_;
  const Redaction redact_;
  std::map<std::string, std::shared_ptr<const ConvertedChannel>, std::less<>> converted_;  // filled by the constructor
  Services& services_;
  const std::shared_ptr<Lane> lane_;
  Registers registers_;
  std::atomic<InstanceState> state_{InstanceState::stopped};
  std::atomic<std::uint64_t> failures_{0}, errors_{0};
  std::atomic<bool> stopping_{false}, abandoned_{false};
  mutable std::mutex mutex_;  // reason_, current_, signals_ and the order of publications
  std::string reason_;
  std::shared_ptr<Command> current_;  ///< is carried out and not answered
  Signals signals_;
  bool look_posted_ = false;
  bool online_ = false;
  bool known_ = false;  ///< availability has been published

  std::shared_ptr<InstanceContext> context_;  ///< changed on the lane, with the lock

  // on the lane
  std::unique_ptr<Component> component_;
  std::jthread service_thread_;
  std::chrono::microseconds interval_{0};  ///< of a sensor: the register's
  Handle retry_timer_, sample_timer_, again_timer_, signal_timer_;
  int failed_tries_ = 0;  ///< of the reading that is due
  bool has_sampled_ = false;
  bool stale_ = false;        ///< a channel is: the component is offline although it runs
  std::string held_offline_;  ///< why the component says that it is; empty: it does not
  bool held_told_ = false;    ///< the log knows
  std::string left_behind_;   ///< says so; empty: nothing is
  std::size_t threads_told_ = 0;
  struct PendingReturn {
    Handle timer;
    Value after;
  };
  std::map<std::string, PendingReturn, std::less<>> pending_returns_;  // by channel
  std::set<std::string, std::less<>> touched_;  ///< channels that were published since the command began
  std::chrono::steady_clock::time_point started_;
  std::chrono::seconds retry_delay_{kFirstRetry};
  std::string last_failure_;    ///< why
  ToldFailures told_failures_;  ///< empty: it works, or has not failed yet
  std::string left_to_others_;  ///< the reason that another component has said; empty: none
  bool wanted_ = false;

  Handover handover_;
  RemoteState remote_;  ///< changed on the lane, with the lock
};

}  // namespace m2ag::host
