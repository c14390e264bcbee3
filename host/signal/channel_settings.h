// What a descriptor says of one channel: `channels.<name>` of a component. Plain data; functions for any thread.
#pragma once

#include <m2ag/channel.h>
#include <m2ag/parameter.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace m2ag::host {

struct ChannelSettings {
  std::string name;                        ///< for people; empty when not given
  std::string unit;                        ///< empty: the plugin's own
  std::vector<Value> filters;              ///< steps for make_filter, in their order
  std::optional<double> delta;             ///< smaller changes are not published
  std::chrono::microseconds throttle{0};   ///< least time between two numbers
  std::chrono::microseconds heartbeat{0};  ///< published again after this long without a change
  std::chrono::microseconds expire{0};     ///< without a believable number for so long the component is offline

  friend bool operator==(const ChannelSettings&, const ChannelSettings&) = default;
};

/// The rows of `channels.<name>`. Numbers have them all, others only those that mean something for them.
std::vector<ParamSpec> channel_params(const ChannelSpec& channel);

/// From settings bound to these rows.
ChannelSettings channel_settings(const Value& bound);

/// The channel in the unit that is asked for, with so many digits there that a reading says no less than before.
ChannelSpec in_unit(ChannelSpec channel, const std::string& unit);

/// The channel as it is published: the filters have their say about the digits, the last one's counts, then the unit.
ChannelSpec as_published(ChannelSpec channel, const ChannelSettings& settings);

/// Whether a sensor that is read every `interval` would be offline before each reading.
bool expires_before(const ChannelSettings& settings, std::chrono::microseconds interval);

/// What the rows alone cannot say, at a key such as "filters[2]" or "unit".
struct SettingsProblem {
  std::string key;
  std::string sentence;
};
/// All of them. `interval` is a sensor's, else 0. A filter that is null is passed over: it did not fit its row.
std::vector<SettingsProblem> settings_problems(const ChannelSettings& settings, const ChannelSpec& channel,
                                               std::chrono::microseconds interval = {});

}  // namespace m2ag::host
