#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <stdexcept>

#include "history/csv.h"

namespace m2ag::host::history {
namespace {

constexpr Time kDay = 86'400'000;

/// The digits at `at`; -1 when they are none.
int digits(std::string_view text, std::size_t at, std::size_t size) {
  int value = -1;
  if (at + size > text.size()) return -1;
  const char* const end = text.data() + at + size;
  const auto parsed = std::from_chars(text.data() + at, end, value);
  return parsed.ec == std::errc() && parsed.ptr == end && value >= 0 ? value : -1;
}

}  // namespace

std::string time_text(Time time) {
  using namespace std::chrono;
  const auto day = floor<days>(sys_time<milliseconds>(milliseconds(time)));
  const year_month_day date{day};
  const Time rest = time - Time{day.time_since_epoch().count()} * kDay;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), rest / 3'600'000,
                     rest / 60'000 % 60, rest / 1000 % 60, rest % 1000);
}

Time parse_time(std::string_view text) {
  using namespace std::chrono;
  const bool has_fraction = text.size() == 24 && text[19] == '.';
  const int hours = digits(text, 11, 2), minutes = digits(text, 14, 2), seconds = digits(text, 17, 2);
  const int fraction = has_fraction ? digits(text, 20, 3) : 0;
  const year_month_day date{year(digits(text, 0, 4)), month(static_cast<unsigned>(digits(text, 5, 2))),
                            day(static_cast<unsigned>(digits(text, 8, 2)))};
  const bool has_form = (has_fraction || text.size() == 20) && text[4] == '-' && text[7] == '-' && text[10] == 'T' &&
                        text[13] == ':' && text[16] == ':' && text.back() == 'Z';
  if (!has_form || date.year() < year(0) || !date.ok() || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 ||
      seconds < 0 || seconds > 60 || fraction < 0)
    throw std::runtime_error(fmt::format("\"{}\" is no time such as 2026-11-30T19:43:56.123Z", text));
  return Time{sys_days(date).time_since_epoch().count()} * kDay + hours * Time{3'600'000} + minutes * Time{60'000} +
         seconds * Time{1000} + fraction;
}

}  // namespace m2ag::host::history
