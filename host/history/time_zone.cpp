#include "history/time_zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>

namespace m2ag::host::history {
namespace {

constexpr Time kSecond = 1000, kHour = 3600 * kSecond, kDay = 24 * kHour;
constexpr std::size_t kHeader = 44;

std::string read_zone(const std::string& name) {
  if (name.empty() || name.front() == '/' || name.find("..") != std::string::npos)
    throw std::runtime_error(fmt::format("\"{}\" is no time zone: expected a name such as Europe/Berlin", name));
  const auto path = std::filesystem::path("/usr/share/zoneinfo") / name;
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.empty())
    throw std::runtime_error(fmt::format(
        "there is no time zone \"{}\" on this machine: {} cannot be read (package tzdata)", name, path.string()));
  return bytes;
}

/// The text of a rule, taken from its front. Throws std::invalid_argument.
class RuleText {
 public:
  explicit RuleText(std::string_view text) : text_(text) {}
  bool empty() const { return text_.empty(); }
  char front() const { return text_.empty() ? '\0' : text_.front(); }
  bool take(char wanted) {
    if (front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) throw std::invalid_argument("");
  }
  void name() {
    const auto end = take('<') ? text_.find('>') + 1 : text_.find_first_of("+-0123456789,");
    text_.remove_prefix(std::min(end, text_.size()));
  }
  int number() {
    int value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc() || value < 0) throw std::invalid_argument("");
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }
  /// [+-]hours[:minutes[:seconds]]
  Time duration() {
    const Time sign = take('-') ? -1 : 1;
    take('+');
    Time value = number() * kHour;
    if (take(':')) value += number() * 60 * kSecond;
    if (take(':')) value += number() * kSecond;
    return sign * value;
  }

 private:
  std::string_view text_;
};

std::int64_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  if (at + size > bytes.size()) throw std::runtime_error("a time zone file is cut off");
  std::uint64_t value = (static_cast<unsigned char>(bytes[at]) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
  for (std::size_t n = 0; n < size; ++n) value = value << 8U | static_cast<unsigned char>(bytes[at + n]);
  return static_cast<std::int64_t>(value);
}

}  // namespace

TimeZone::TimeZone(std::string name) : name_(std::move(name)), changes_{{kFirstTime, 0}} {
  if (name_ != "UTC") *this = TimeZone(name_, read_zone(name_));
}

TimeZone::TimeZone(std::string name, std::string_view file) : name_(std::move(name)) {
  try {
    read_changes(file);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("time zone \"{}\": {}", name_, error.what()));
  }
}

/// RFC 8536 §3: a header and a block of 32-bit times, which is skipped, the same with 64 bits, and a rule between two line ends.
void TimeZone::read_changes(std::string_view file) {
  const auto count = [&](std::size_t n) {
    return static_cast<std::size_t>(std::max<std::int64_t>(0, big_endian(file, 20 + 4 * n, 4)));
  };
  if (!file.starts_with("TZif") || file.size() < kHeader || file[4] < '2')
    throw std::runtime_error("no file of version 2");
  const auto block = [&](std::size_t width) {
    return count(3) * (width + 1) + count(4) * 6 + count(5) + count(2) * (width + 4) + count(1) + count(0);
  };
  file.remove_prefix(std::min(file.size(), kHeader + block(4)));
  const std::size_t times = count(3), types = count(4), end = kHeader + block(8);
  const auto offset = [&](std::size_t type) {
    if (type >= types) throw std::runtime_error("a type is missing");
    return big_endian(file, kHeader + times * 9 + type * 6, 4) * kSecond;
  };
  changes_ = {{std::numeric_limits<Time>::min(), offset(0)}};
  for (std::size_t n = 0; n < times; ++n) {
    const Time time = big_endian(file, kHeader + n * 8, 8);
    const auto type = static_cast<std::size_t>(big_endian(file, kHeader + times * 8 + n, 1) & 0xff);
    if (time > -kLastTime / kSecond && time < kLastTime / kSecond) changes_.push_back({time * kSecond, offset(type)});
  }
  if (end >= file.size() || file[end] != '\n') return;
  const auto rule = file.substr(end + 1);
  try {
    read_rule(rule.substr(0, rule.find('\n')));
  } catch (const std::invalid_argument&) {
    has_rule_ = false;  // days of the year instead of weeks, which no zone uses: the last change holds
  }
}

/// POSIX: `CET-1CEST,M3.5.0,M10.5.0/3`; offsets are to the west.
void TimeZone::read_rule(std::string_view rule) {
  if (rule.empty()) return;
  RuleText text(rule);
  text.name();
  standard_ = summer_ = -text.duration();
  if (!text.empty()) {
    text.name();
    summer_ = text.front() == ',' ? standard_ + kHour : -text.duration();
    for (YearlyDay* day : {&summer_begin_, &summer_end_}) {
      text.expect(',');
      text.expect('M');
      day->month = text.number();
      text.expect('.');
      day->week = text.number();
      text.expect('.');
      day->weekday = text.number();
      day->after = text.take('/') ? text.duration() : 2 * kHour;
    }
  }
  has_rule_ = true;
}

Time TimeZone::offset_by_rule(Time time) const {
  if (summer_ == standard_) return standard_;
  using namespace std::chrono;
  const year_month_day date{sys_days(floor<days>(sys_time<milliseconds>(milliseconds(time + standard_))))};
  const auto moment = [&](const YearlyDay& day, Time offset) {
    const auto month_of = date.year() / month(static_cast<unsigned>(day.month));
    const weekday of(static_cast<unsigned>(day.weekday));
    const sys_days found =
        day.week == 5 ? sys_days(month_of / of[last]) : sys_days(month_of / of[static_cast<unsigned>(day.week)]);
    return Time{found.time_since_epoch().count()} * kDay + day.after - offset;
  };
  const Time begin = moment(summer_begin_, standard_), end = moment(summer_end_, summer_);
  const bool is_summer = begin < end ? time >= begin && time < end : time >= begin || time < end;
  return is_summer ? summer_ : standard_;
}

Time TimeZone::offset_at(Time time) const {
  const auto after = std::ranges::upper_bound(changes_, time, {}, &Change::time);
  if (after == changes_.end() && has_rule_) return offset_by_rule(time);
  return after == changes_.begin() ? changes_.front().offset : std::prev(after)->offset;
}

bool TimeZone::is_whole_hours() const {
  return standard_ % kHour == 0 && summer_ % kHour == 0 && std::ranges::all_of(changes_, [](const Change& change) {
           return change.time < kFirstTime || change.offset % kHour == 0;
         });
}

}  // namespace m2ag::host::history
