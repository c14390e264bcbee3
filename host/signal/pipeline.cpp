#include "signal/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace m2ag::host {

Pipeline::Pipeline(const ChannelSpec& channel, const ChannelSettings& settings)
    : settings_(settings),
      unit_(settings.unit.empty() ? UnitConversion{} : convert_unit(channel.unit, settings.unit).value()) {
  for (const Value& step : settings_.filters) filters_.push_back(make_filter(step));
}

Pipeline::Result Pipeline::take(double value, Clock::time_point now) {
  std::optional<double> number = value;
  std::string why;
  for (const auto& filter : filters_) {
    number = filter->apply(*number, why);
    if (number && !std::isfinite(*number)) {
      why = fmt::format("{:g} becomes a number that is not finite", value);
      number.reset();
    }
    if (number) continue;
    why_ = std::move(why);
    ++refused_;
    return {Outcome::refused};
  }
  why_.clear();
  newest_ = *number * unit_.factor + unit_.offset;
  believed_at_ = now;
  waiting_.reset();
  if (!changed()) return {Outcome::unchanged};
  if (published_ && now - published_at_ < settings_.throttle) {
    waiting_ = newest_;
    return {Outcome::unchanged};
  }
  return {Outcome::publish, publish(*newest_, now)};
}

bool Pipeline::changed() const {
  if (!published_ || !settings_.delta) return true;
  const double change = std::abs(*newest_ - *published_);
  // 21.4 - 21.3 is a little less than 0.1, and is meant by `delta: 0.1`.
  const double noise = 4 * std::numeric_limits<double>::epsilon() * std::max(std::abs(*newest_), std::abs(*published_));
  return change > 0 && change + noise >= *settings_.delta;
}

double Pipeline::publish(double value, Clock::time_point now) {
  published_ = value;
  published_at_ = now;
  waiting_.reset();
  return value;
}

std::optional<Clock::time_point> Pipeline::due() const {
  if (waiting_) return published_at_ + settings_.throttle;
  if (published_ && settings_.heartbeat.count() > 0) return published_at_ + settings_.heartbeat;
  return std::nullopt;
}

std::optional<double> Pipeline::flush(Clock::time_point now) {
  const auto when = due();
  if (!when || now < *when) return std::nullopt;
  return publish(*newest_, now);
}

std::optional<double> Pipeline::settle(Clock::time_point now) {
  if (!newest_ || newest_ == published_) return std::nullopt;
  return publish(*newest_, now);
}

std::optional<Clock::time_point> Pipeline::stale_at() const {
  if (settings_.expire.count() == 0) return std::nullopt;
  return believed_at_ + settings_.expire;
}

void Pipeline::expire() {
  published_.reset();
  waiting_.reset();
  newest_.reset();
}

void Pipeline::start(Clock::time_point now) {
  for (const auto& filter : filters_) filter->forget();
  expire();
  why_.clear();
  believed_at_ = now;
}

}  // namespace m2ag::host
