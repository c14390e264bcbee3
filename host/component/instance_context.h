// What the host gives to one component: m2ag::Context on top of the host's services. One object per start of the component, gone after its
// stop; calls that come later from threads of an abandoned component find it switched off.
#pragma once

#include <m2ag/context.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "component/handover.h"
#include "component/redaction.h"
#include "component/services.h"

namespace m2ag::host {

class Instance;
struct RemoteState;

class InstanceContext : public Context, public std::enable_shared_from_this<InstanceContext> {
 public:
  InstanceContext(std::weak_ptr<Instance> instance, std::string_view component, Services& services,
                  std::shared_ptr<Lane> lane);
  /// Of a component that has no instance: `redact` is what its log lines go through.
  InstanceContext(std::string_view component, Services& services, std::shared_ptr<Lane> lane, Redaction redact);

  /// [host] After this nothing the component does has an effect.
  void switch_off() { active_ = false; }

  std::string_view component() const override { return component_; }
  std::string_view device() const override { return services_.device; }
  void publish(std::string_view channel, Value value) override;
  void log(LogLevel level, std::string_view message) override;
  void post(std::function<void()> task) override;
  Handle after(std::chrono::microseconds delay, std::function<void()> task) override;
  Handle every(std::chrono::microseconds interval, std::function<void()> task) override;
  void fail(std::string reason) override;
  std::optional<Value> saved(std::string_view key) const override;
  void save(std::string_view key, Value value) override;
  Handle subscribe(std::string_view filter, std::function<void(const ChannelUpdate&)> handler) override;
  std::chrono::steady_clock::time_point now() const override;
  std::unique_ptr<I2cDevice> i2c(const I2cConfig& config) override;
  std::unique_ptr<GpioOutput> gpio_output(const GpioLineConfig& line, const GpioOutputOptions& options) override;
  std::unique_ptr<GpioInput> gpio_input(const GpioLineConfig& line, const GpioInputOptions& options,
                                        EdgeHandler on_edge) override;
  std::unique_ptr<SimulatedGpioLine> simulated_line(const GpioLineConfig& line) override;
  std::string sysfs_read(const std::string& path) override;
  void sysfs_write(const std::string& path, std::string_view text) override;
  std::optional<std::vector<std::string>> sysfs_list(const std::string& path) override;
  std::string sysfs_real_path(const std::string& path) override;
  bool has_broker() const override;
  bool connected() const override;
  Handle on_connection(std::function<void(bool connected)> handler) override;
  std::chrono::system_clock::time_point wall_time() const override;
  void set(const ChannelName& channel, Value value, AnswerHandler done) override;
  void run(std::string_view component, std::string_view command, Value arguments, AnswerHandler done) override;
  Handle on_availability(std::string_view component, std::function<void(bool online)> handler) override;
  std::optional<Value> value(const ChannelName& channel) const override;
  ChannelSpec channel(const ChannelName& channel) const override;
  void set_online(bool online, std::string reason) override;
  std::optional<Value> overdue(std::string_view channel) const override;
  std::vector<std::string> named_by(std::string_view parameter) const override;
  std::optional<std::string> type_of(std::string_view component) const override;
  std::optional<BrokerAccess> broker() const override;
  std::string state_folder() const override;

  /// [host] Of what stands for an isolated component: what its process says. Any thread, as Instance's functions of these names.
  void open_handover(Handover::Give give) const;
  void close_handover() const;
  void answered(HandedAnswer answer) const;
  void mirror(RemoteState remote);
  void quarantine(std::string reason);

 private:
  /// What a plugin's callback does on the lane: not at all once switched off, and an exception fails the component.
  std::function<void()> guarded(std::function<void()> task);
  Peers::Origin origin() const;
  /// The answer comes back on the lane; nothing when nobody wants it.
  CommandDone on_lane(AnswerHandler done);
  /// What was asked about channels of that component still holds; throws DeviceError when it does not.
  void check_answers(std::string_view peer) const;

  const std::weak_ptr<Instance> instance_;
  const std::string_view component_;  ///< the instance's, which outlives the lane's tasks
  Services& services_;
  const std::shared_ptr<Lane> lane_;
  Redaction redact_;  ///< a copy: threads that a component has left behind still log
  std::atomic<bool> active_{true};
  mutable std::mutex answers_mutex_;                                  // what follows
  mutable std::vector<std::pair<ChannelName, ChannelSpec>> answers_;  ///< of channel()
};

}  // namespace m2ag::host
