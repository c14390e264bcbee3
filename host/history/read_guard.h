// Ends a query that takes too long or that nobody waits for any more. interrupt() from any thread; the rest from the query's.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "core/clock.h"

struct sqlite3;

namespace m2ag::host::history {

struct ReadLimits {
  std::chrono::milliseconds time{10'000};
  std::int64_t rows = 1'000'000;  ///< samples, messages or rows given out by one query
};

class ReadGuard {
 public:
  ReadGuard(ReadLimits limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  const ReadLimits& limits() const { return limits_; }
  /// A query begins: what was asked to stop before it does not stop it.
  void begin();
  /// Throws ReadStopped when the query is to end; `rows` more were given out.
  void check(std::int64_t rows = 0);
  bool should_stop() const;
  void interrupt() { interrupted_ = true; }
  /// SQLite asks it too, every some thousand steps.
  void watch(sqlite3* database);

 private:
  const ReadLimits limits_;
  const Clock& clock_;
  std::atomic<bool> interrupted_{false};
  Clock::time_point end_;
  std::int64_t rows_ = 0;
};

}  // namespace m2ag::host::history
