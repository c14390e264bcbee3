// A date that a relay needs after a restart, in the device database: when it went on or off. On the lane.
#pragma once

#include <m2ag/m2ag.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace relay {

class KeptDate {
 public:
  KeptDate(m2ag::Context& context, std::string key) : context_(context), key_(std::move(key)) {}

  /// Something was written before: a date, or that there is none.
  bool is_written() const { return context_.saved(key_).has_value(); }

  /// How long ago it was; nothing when there is no date. A clock that went backwards (no battery) makes it now, never later.
  std::optional<std::chrono::microseconds> passed() const {
    const std::int64_t date = saved();
    if (date == 0) return std::nullopt;
    const std::int64_t now = std::max<std::int64_t>(0, today());
    return std::chrono::microseconds(now - std::clamp<std::int64_t>(date, 0, now));
  }

  void set(std::chrono::microseconds ago = std::chrono::microseconds(0)) {
    context_.save(key_, std::max<std::int64_t>(1, today() - ago.count()));
  }
  /// Written only when it says something else: an SD card wears.
  void clear() {
    if (!is_written() || saved() != 0) context_.save(key_, 0);
  }
  /// As `clear`, but what was never written stays so. For who does not need the date now: an old one must not count later.
  void drop() {
    if (is_written()) clear();
  }

 private:
  std::int64_t saved() const { return m2ag::saved_or(context_, key_, std::int64_t{0}); }
  std::int64_t today() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(context_.wall_time().time_since_epoch()).count();
  }

  m2ag::Context& context_;
  const std::string key_;
};

}  // namespace relay
