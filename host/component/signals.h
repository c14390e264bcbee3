// The pipelines of one component's channels: those of which a descriptor says more than a name. Decides; publishes and logs nothing itself.
// Not safe for several threads: its owner locks.
#pragma once

#include <m2ag/channel.h>
#include <m2ag/plugin.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "signal/pipeline.h"

namespace m2ag::host {

using ChannelSettingsMap = std::map<std::string, ChannelSettings, std::less<>>;

class Signals {
 public:
  /// `interval` is a sensor's, else 0. Where filters may refuse readings and nothing is said of `expire`, three intervals are taken.
  Signals(const ComponentSpec& spec, const ChannelSettingsMap& settings, std::chrono::microseconds interval);

  bool handles(std::string_view channel) const { return lines_.contains(channel); }

  /// The component starts.
  void start(Clock::time_point now);

  struct Verdict {
    std::optional<double> publish;
    std::string refused;  ///< why the number is not believed, at the first of a row; empty otherwise
  };
  Verdict take(std::string_view channel, double value, Clock::time_point now);

  /// The channel was set: its number to publish now, if that has not been.
  std::optional<double> settle(std::string_view channel, Clock::time_point now);

  struct Due {
    std::vector<std::pair<std::string, double>> publish;
    std::vector<std::string> stale;     ///< sentences of channels that have become stale just now
    std::vector<std::string> believed;  ///< channels that were told as refused or stale and have a number again
  };
  Due look(Clock::time_point now);
  /// When look() has something to do next.
  std::optional<Clock::time_point> next() const;
  /// Why the component is not to be believed as a whole; empty when every channel is fresh.
  std::string stale_reason() const;

 private:
  struct Line {
    Pipeline pipeline;
    std::chrono::microseconds expire{0};
    bool told_refused = false;
    bool believed_again = false;
    std::string stale;  ///< the sentence; empty: fresh
  };
  std::map<std::string, Line, std::less<>> lines_;
};

}  // namespace m2ag::host
