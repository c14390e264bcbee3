#include "history/log_query.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <stdexcept>

namespace m2ag::host::history {

LogPlace LogPlace::first(const LogQuery& query) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (query.cursor.empty())
    return query.newest_first ? LogPlace{query.to, Limits::min()} : LogPlace{query.from, Limits::min()};
  LogPlace place;
  const char* const end = query.cursor.data() + query.cursor.size();
  const auto time = std::from_chars(query.cursor.data(), end, place.time);
  const bool has_row = time.ec == std::errc() && time.ptr != end && *time.ptr == '.';
  const auto row = has_row ? std::from_chars(time.ptr + 1, end, place.row) : time;
  if (!has_row || row.ec != std::errc() || row.ptr != end)
    throw std::invalid_argument(fmt::format("\"{}\" is no cursor of a page of the history", query.cursor));
  return place;
}

std::string LogPlace::cursor() const { return fmt::format("{}.{}", time, row); }

}  // namespace m2ag::host::history
