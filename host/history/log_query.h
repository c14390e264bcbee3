// What may be asked of the lists of messages and happenings, and a page of the answer. Plain values.
#pragma once

#include <string>
#include <vector>

#include "history/sample.h"

namespace m2ag::host::history {

struct LogQuery {
  Time from = kFirstTime, to = kLastTime;  ///< [from, to)
  std::string filter = "#";                ///< MQTT filter: of a message's topic, of a happening's `device/source/type`
  std::size_t limit = 100;                 ///< rows of a page
  bool newest_first = true;
  std::string cursor;  ///< of the page before; empty: the first page
};

template <class Row>
struct Page {
  std::vector<Row> rows;
  std::string cursor;  ///< empty: there is no more
};

/// Where a page ended: time and row. Throws std::invalid_argument for what no page has given.
struct LogPlace {
  Time time = 0;
  std::int64_t row = 0;

  static LogPlace first(const LogQuery& query);
  std::string cursor() const;
};

}  // namespace m2ag::host::history
