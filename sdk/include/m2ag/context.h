// What the host offers to one component. Every call may be made from any thread, returns at once and never re-enters the component,
// unless its comment says otherwise. The host implements it; testing.h has a fake. New calls are appended at the end only (abi.h).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker.h"
#include "channel.h"
#include "gpio.h"
#include "i2c.h"
#include "log_level.h"
#include "peer.h"
#include "value.h"

namespace m2ag {

/// A timer or a subscription: it ends with this object. Once the destructor has returned on the lane, no call comes any more.
using Handle = std::shared_ptr<void>;

/// A value of some channel on its way over the bus.
struct ChannelUpdate {
  std::string_view component;
  std::string_view channel;
  const Value& value;
};

class Context {
 public:
  virtual ~Context() = default;

  /// [any-thread] This component's id and the device's.
  virtual std::string_view component() const = 0;
  virtual std::string_view device() const = 0;

  /// [any-thread] A new value of one of the type's channels. Not a number (NaN, infinity), an unknown channel or a value of the wrong
  /// type throws std::invalid_argument: a bug of the plugin. A sensor is online from its first good sample on, any
  /// other component as soon as it has started.
  virtual void publish(std::string_view channel, Value value) = 0;

  /// [any-thread] One line in the log, with the component's name.
  virtual void log(LogLevel level, std::string_view message) = 0;

  /// [any-thread] Runs `task` on the component's lane, after what waits there.
  virtual void post(std::function<void()> task) = 0;

  /// [any-thread] Runs `task` on the lane once after `delay`, or each `interval` (a tick that finds the last one still waiting is skipped).
  [[nodiscard]] virtual Handle after(std::chrono::microseconds delay, std::function<void()> task) = 0;
  [[nodiscard]] virtual Handle every(std::chrono::microseconds interval, std::function<void()> task) = 0;

  /// [any-thread] Device trouble noticed outside a call: the component is failed with this reason and started again after the retry delay.
  virtual void fail(std::string reason) = 0;

  /// [any-thread] Persistent memory of this component, in the device database. `save` returns before the value is durable; a reply to a
  /// command that saved waits until it is. Keys are `[a-z0-9_-]{1,63}`.
  virtual std::optional<Value> saved(std::string_view key) const = 0;
  virtual void save(std::string_view key, Value value) = 0;

  /// [any-thread] Channel values of this device: `filter` is "component/channel" with `+` for any. The newest per channel waits.
  [[nodiscard]] virtual Handle subscribe(std::string_view filter,
                                         std::function<void(const ChannelUpdate&)> handler) = 0;

  /// [lane] Monotonic time; in tests it stands still until it is advanced.
  virtual std::chrono::steady_clock::time_point now() const = 0;

  /// [lane] Hardware. Each may block and throws DeviceError with what is there instead (buses, line names, who holds the line).
  virtual std::unique_ptr<I2cDevice> i2c(const I2cConfig& config) = 0;
  virtual std::unique_ptr<GpioOutput> gpio_output(const GpioLineConfig& line, const GpioOutputOptions& options) = 0;
  virtual std::unique_ptr<GpioInput> gpio_input(const GpioLineConfig& line, const GpioInputOptions& options,
                                                EdgeHandler on_edge) = 0;
  /// [lane] Throws ConfigError when the descriptor's `simulated` section does not define the line.
  virtual std::unique_ptr<SimulatedGpioLine> simulated_line(const GpioLineConfig& line) = 0;
  /// [lane] One attribute file below /sys: its text without the newline; `sysfs_write` writes it. Paths outside /sys are refused.
  virtual std::string sysfs_read(const std::string& path) = 0;
  virtual void sysfs_write(const std::string& path, std::string_view text) = 0;

  /// [lane] The names in a folder below /sys, sorted; nothing when there is no such folder. Throws DeviceError when it cannot be read.
  virtual std::optional<std::vector<std::string>> sysfs_list(const std::string& path) = 0;
  /// [lane] Where a path below /sys leads when its links are followed: "/sys/devices/…/1-0048/hwmon/hwmon3". The numbers at the end of
  /// names such as hwmon3 change from boot to boot, what is before them says which device it is. Throws as `sysfs_read`.
  virtual std::string sysfs_real_path(const std::string& path) = 0;

  /// [any-thread] The descriptor names a broker. Without one there is nothing to wait for: never connected.
  virtual bool has_broker() const = 0;
  /// [any-thread] The broker has accepted this host. A connection that dies in silence counts until `mqtt.keep_alive` has found out.
  virtual bool connected() const = 0;
  /// [any-thread] Calls `handler` on the lane each time `connected()` changes, with the newest state: of several changes in a row those
  /// between may be skipped. Not called for the state it begins with: ask for this first, then for connected().
  [[nodiscard]] virtual Handle on_connection(std::function<void(bool connected)> handler) = 0;

  /// [any-thread] The date, for what has to be compared after a restart. May jump when the network sets it, also backwards.
  virtual std::chrono::system_clock::time_point wall_time() const = 0;

  // Other components of this device, with or without a broker. None of these calls waits for the other one, so that two components may set
  // each other; what one asks of another is carried out in the order in which it was asked.

  /// [any-thread] As `<component>/<channel>/set` does: the value is checked against the channel, then set on the other component's lane, at
  /// the latest 10 s later. `done` is called on this component's lane once it is done (and durable) or refused; nothing is called after
  /// stop(). Without `done` a refusal is told to whom it concerns: a command of this component that called this is answered only
  /// then, and refused with that sentence; elsewhere it is a warning in the log. Refused are an unknown component or channel, this
  /// component itself, and a set that comes back to a component which is a cause of it.
  virtual void set(const ChannelName& channel, Value value, AnswerHandler done = {}) = 0;
  /// [any-thread] As `<component>/<command>/run`; `arguments` is a map, or null for none. `done` as for `set`.
  virtual void run(std::string_view component, std::string_view command, Value arguments, AnswerHandler done = {}) = 0;
  /// [any-thread] Calls `handler` on the lane with whether the component is online: once for what it is now, then after each change. Of
  /// several changes in a row those between may be skipped. A component that does not exist is offline.
  [[nodiscard]] virtual Handle on_availability(std::string_view component,
                                               std::function<void(bool online)> handler) = 0;
  /// [any-thread] The newest value, also of a component that is offline; nothing before the first.
  virtual std::optional<Value> value(const ChannelName& channel) const = 0;
  /// [any-thread] What the channel is: its type, its unit as the descriptor has it; `set` is empty, `writable` says whether it may be set.
  /// Throws DeviceError with what is there instead when there is no such component or channel: it may come with another descriptor.
  virtual ChannelSpec channel(const ChannelName& channel) const = 0;

  /// [any-thread] While it runs: whether its values hold. A component that computes is offline when what it computes from is; the reason
  /// stands in its status. It goes on running and taking commands. A start begins online.
  virtual void set_online(bool online, std::string reason = {}) = 0;

  /// [lane] In start(): what this component's channel goes back to because the time of a set with `for` has ended since; nothing when none
  /// has. An output begins with it whatever it is restored to, so that what was over is not on again for a moment.
  virtual std::optional<Value> overdue(std::string_view channel) const = 0;

  // What the descriptor says of the others. Asked anew each time: a reload may change the answers without a restart of this component. A
  // component in a process of its own (`isolation: process`) has no others.

  /// [any-thread] The ids of the components whose setting `parameter`, a text or a list of texts, names this one: exactly its id. They need
  /// not run: those that have not started, could not be constructed or are `enabled: false` count too. Without this component itself.
  virtual std::vector<std::string> named_by(std::string_view parameter) const = 0;
  /// [any-thread] The type of a component that may run in this process, whatever its state is; nothing when there is none of that id, or it
  /// is `enabled: false`, or in a process of its own. What a plugin remembers of a component ends when this is another than before.
  virtual std::optional<std::string> type_of(std::string_view component) const = 0;

  // For services.

  /// [any-thread] For a connection of one's own, with a client id of one's own. Nothing when the descriptor names no broker. A reload may
  /// change it: ask again when on_connection() calls.
  virtual std::optional<BrokerAccess> broker() const = 0;
  /// [any-thread] Absolute: the folder of the device database, where a component may keep files of its own, named after itself.
  virtual std::string state_folder() const = 0;
};

}  // namespace m2ag
