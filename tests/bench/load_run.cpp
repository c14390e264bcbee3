#include "load_run.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace bench {
namespace {

constexpr std::chrono::seconds kLastAnswers{5};

double percentile(const std::vector<double>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto index = static_cast<std::size_t>(std::ceil(part * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(index, 1, sorted.size()) - 1];
}

std::chrono::nanoseconds seconds(double value) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(value * 1e9));
}

}  // namespace

LoadRun::LoadRun(LoadOptions options)
    : options_(std::move(options)),
      wire_(options_.wire, [this](std::string_view topic, std::string_view payload) { on_message(topic, payload); }) {
  for (const std::string& topic : options_.topics) {
    by_topic_.emplace(topic, targets_.size());
    targets_.push_back({topic + "/set", 1, {}});
    wire_.subscribe(topic, 1);
  }
}

LoadResult LoadRun::run() {
  const auto start = Clock::now();
  count_from_ = start + seconds(options_.warm_up);
  count_to_ = count_from_ + seconds(options_.seconds);
  const auto gap = options_.rate > 0 ? seconds(1 / options_.rate) : std::chrono::nanoseconds(0);
  auto next = start;
  for (auto now = start; now < count_to_; now = Clock::now()) {
    // A command's time runs from when it was due, not from when a late sender got round to it.
    if (options_.rate > 0) {
      for (; next <= now; next += gap) send(next);
      wire_.serve(std::min(next, count_to_));
    } else {
      while (outstanding_ < options_.window) send(Clock::now());
      wire_.serve(count_to_);
    }
  }
  const auto deadline = Clock::now() + kLastAnswers;
  while (outstanding_ > 0 && Clock::now() < deadline) wire_.serve(deadline);
  return result();
}

void LoadRun::send(Clock::time_point scheduled) {
  Target& target = targets_[turn_++ % targets_.size()];
  const std::uint64_t number = target.next++;
  target.waiting.push_back({number, scheduled});
  wire_.publish(target.set_topic, std::to_string(number));
  ++outstanding_;
  ++sent_;
}

void LoadRun::on_message(std::string_view topic, std::string_view payload) {
  const auto found = by_topic_.find(std::string(topic));
  if (found == by_topic_.end()) return;
  std::uint64_t number = 0;
  if (std::from_chars(payload.data(), payload.data() + payload.size(), number).ec != std::errc{}) return;
  ++states_;
  const auto now = Clock::now();
  auto& waiting = targets_[found->second].waiting;
  while (!waiting.empty() && waiting.front().number <= number) {
    if (now >= count_from_ && now < count_to_) {
      latencies_.push_back(std::chrono::duration<double, std::micro>(now - waiting.front().time).count());
    }
    waiting.pop_front();
    --outstanding_;
  }
}

LoadResult LoadRun::result() const {
  std::vector<double> sorted = latencies_;
  std::sort(sorted.begin(), sorted.end());
  LoadResult result;
  result.sent = sent_;
  result.states = states_;
  result.unanswered = outstanding_;
  result.rate = static_cast<double>(sorted.size()) / options_.seconds;
  result.p50 = percentile(sorted, 0.5);
  result.p90 = percentile(sorted, 0.9);
  result.p99 = percentile(sorted, 0.99);
  result.most = sorted.empty() ? 0 : sorted.back();
  return result;
}

}  // namespace bench
