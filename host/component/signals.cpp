#include "component/signals.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/duration.h"

namespace m2ag::host {
namespace {

bool may_refuse(const ChannelSettings& settings) {
  return std::any_of(settings.filters.begin(), settings.filters.end(), [](const Value& step) {
    return step.find("valid_range") != nullptr || step.find("max_step") != nullptr;
  });
}

bool is_only_a_name(ChannelSettings settings) {
  settings.name.clear();
  return settings == ChannelSettings{};
}

}  // namespace

Signals::Signals(const ComponentSpec& spec, const ChannelSettingsMap& settings, std::chrono::microseconds interval) {
  for (const ChannelSpec& channel : spec.channels) {
    const auto found = settings.find(channel.name);
    if (found == settings.end() || is_only_a_name(found->second)) continue;
    ChannelSettings own = found->second;
    if (own.expire.count() == 0 && may_refuse(own)) own.expire = interval * 3;
    lines_.emplace(channel.name, Line{Pipeline(channel, own), own.expire, false, false, {}});
  }
}

void Signals::start(Clock::time_point now) {
  for (auto& [name, line] : lines_) {
    line.pipeline.start(now);
    line.told_refused = line.believed_again = false;
    line.stale.clear();
  }
}

Signals::Verdict Signals::take(std::string_view channel, double value, Clock::time_point now) {
  Line& line = lines_.find(channel)->second;
  const Pipeline::Result result = line.pipeline.take(value, now);
  if (result.outcome == Pipeline::Outcome::refused) {
    if (std::exchange(line.told_refused, true)) return {};
    return {std::nullopt, fmt::format("{}: {}; not published", channel, line.pipeline.why())};
  }
  if (line.told_refused || !line.stale.empty()) line.believed_again = true;
  line.told_refused = false;
  line.stale.clear();
  if (result.outcome == Pipeline::Outcome::unchanged) return {};
  return {result.value, {}};
}

std::optional<double> Signals::settle(std::string_view channel, Clock::time_point now) {
  const auto line = lines_.find(channel);
  return line == lines_.end() ? std::nullopt : line->second.pipeline.settle(now);
}

Signals::Due Signals::look(Clock::time_point now) {
  Due due;
  for (auto& [name, line] : lines_) {
    if (std::exchange(line.believed_again, false)) due.believed.push_back(name);
    const auto stale_at = line.pipeline.stale_at();
    if (line.stale.empty() && stale_at && now >= *stale_at) {
      const std::string& why = line.pipeline.why();
      line.stale = fmt::format("{}: no believable number for {}{}{}", name, format_duration(line.expire),
                               why.empty() ? "" : ": ", why);
      line.pipeline.expire();
      due.stale.push_back(line.stale);
    }
    if (const auto number = line.pipeline.flush(now)) due.publish.emplace_back(name, *number);
  }
  return due;
}

std::optional<Clock::time_point> Signals::next() const {
  std::optional<Clock::time_point> next;
  const auto sooner = [&next](const std::optional<Clock::time_point>& time) {
    if (time && (!next || *time < *next)) next = time;
  };
  for (const auto& [name, line] : lines_) {
    sooner(line.pipeline.due());
    if (line.stale.empty()) sooner(line.pipeline.stale_at());
  }
  return next;
}

std::string Signals::stale_reason() const {
  for (const auto& [name, line] : lines_) {
    if (!line.stale.empty()) return line.stale;
  }
  return {};
}

}  // namespace m2ag::host
