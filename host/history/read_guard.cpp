#include "history/read_guard.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "history/error.h"

namespace m2ag::host::history {

void ReadGuard::begin() {
  interrupted_ = false;
  rows_ = 0;
  end_ = clock_.now() + limits_.time;
}

bool ReadGuard::should_stop() const { return interrupted_ || clock_.now() >= end_; }

void ReadGuard::check(std::int64_t rows) {
  rows_ += rows;
  if (interrupted_) throw ReadStopped("the query was interrupted");
  if (rows_ > limits_.rows)
    throw ReadStopped(
        fmt::format("the query gives more than {} rows: ask for a shorter time or fewer points", limits_.rows));
  if (clock_.now() >= end_)
    throw ReadStopped(fmt::format("the query takes longer than {} ms: ask for a shorter time", limits_.time.count()));
}

void ReadGuard::watch(sqlite3* database) {
  constexpr int kSteps = 5000;
  sqlite3_progress_handler(
      database, kSteps, [](void* self) { return static_cast<ReadGuard*>(self)->should_stop() ? 1 : 0; }, this);
}

}  // namespace m2ag::host::history
