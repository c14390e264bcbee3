#include "store/date_keeper.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <cstdint>

namespace m2ag::host {
namespace {

// No id of a component, so that no plugin's memory is among it.
constexpr const char* kKeptUnder = "#clock";
constexpr const char* kKey = "date";
constexpr std::chrono::minutes kInterval{10};

std::int64_t seconds(Clock::system_time_point date) {
  return std::chrono::duration_cast<std::chrono::seconds>(date.time_since_epoch()).count();
}

Clock::system_time_point kept_date(const StateStore& store, Clock::system_time_point release) {
  // Beyond it nanoseconds since 1970 do not fit; a file of anybody may say so.
  constexpr std::int64_t kLast = 9'000'000'000;
  const auto kept = store.get(kKeptUnder, kKey);
  if (!kept || !kept->is_integer() || kept->as_integer() > kLast) return release;
  return std::max(release,
                  Clock::system_time_point(std::chrono::seconds(std::max<std::int64_t>(0, kept->as_integer()))));
}

std::string text(Clock::system_time_point date) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(std::chrono::system_clock::to_time_t(date)));
}

}  // namespace

DateKeeper::DateKeeper(FloorClock& clock, StateStore& store, Log& log, Date release)
    : clock_(clock), store_(store), log_(log), start_(clock.now()), saved_(start_), floor_(kept_date(store, release)) {
  clock_.raise(floor_);
  store_.add_to_each_write(kKeptUnder, kKey, [&clock] { return Value(seconds(clock.system_now())); });
  told_ = is_behind();
  if (told_) {
    log_.warning("",
                 "the date {} is before what this device has seen ({}): dates go on from there until the clock is set",
                 text(clock_.machine_date()), text(floor_));
  }
}

void DateKeeper::tick(bool synchronised) {
  if (synchronised) clock_.drop();
  if (told_ && !is_behind()) {
    told_ = false;
    log_.info("", "the clock is set: dates are the machine's from {} on", text(clock_.system_now()));
  }
  // So that a box which runs for minutes only gets ahead by at least half of each run.
  const auto now = clock_.now();
  if (now - saved_ >= std::min<Clock::duration>(kInterval, (now - start_) / 2)) save();
}

void DateKeeper::save() {
  saved_ = clock_.now();
  store_.save(kKeptUnder, kKey, seconds(clock_.system_now()));
}

}  // namespace m2ag::host
