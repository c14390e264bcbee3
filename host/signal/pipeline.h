// Everything the host does to the numbers of one channel: filters in the order written, the unit, then whether the number is worth
// publishing. Knows nothing of topics and of threads: one at a time.
#pragma once

#include <m2ag/channel.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "signal/channel_settings.h"
#include "signal/filter.h"
#include "signal/unit.h"

namespace m2ag::host {

class Pipeline {
 public:
  /// The settings fit the channel: settings_problems() found nothing.
  Pipeline(const ChannelSpec& channel, const ChannelSettings& settings);

  enum class Outcome {
    publish,
    unchanged,  ///< within `delta`, or too soon after the last (`throttle`); flush() may bring it later
    refused,    ///< a filter does not believe it; why() says so
  };
  struct Result {
    Outcome outcome;
    double value = 0;  ///< of publish
  };
  Result take(double value, Clock::time_point now);

  /// When flush() has something to do: a throttled number may go out, or a heartbeat is due. Nothing: never by itself.
  std::optional<Clock::time_point> due() const;
  /// The number to publish now, if any is due.
  std::optional<double> flush(Clock::time_point now);

  /// What was set is published at once, however little it changes; the number to publish, if it is not the one that was.
  std::optional<double> settle(Clock::time_point now);

  /// When the channel becomes stale unless a believable number comes before. Nothing: never.
  std::optional<Clock::time_point> stale_at() const;
  /// It is stale: what was published counts no more, neither for `delta` nor for the heartbeat.
  void expire();

  const std::string& why() const { return why_; }
  std::uint64_t refused() const { return refused_; }

  /// The component starts: what was seen before says nothing of what comes.
  void start(Clock::time_point now);

 private:
  /// Whether the newest number differs enough from what was published.
  bool changed() const;
  double publish(double value, Clock::time_point now);

  const ChannelSettings settings_;
  const UnitConversion unit_;
  std::vector<std::unique_ptr<Filter>> filters_;
  std::string why_;
  std::uint64_t refused_ = 0;
  std::optional<double> published_, waiting_;  ///< waiting_: newer than published_, held back by `throttle`
  std::optional<double> newest_;
  Clock::time_point published_at_{}, believed_at_{};
};

}  // namespace m2ag::host
