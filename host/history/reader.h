// Reads a history beside its writer: a connection of its own that cannot write, and that sees what the writer has written, compacted or
// not. interrupt() from any thread, everything else from one. Every query is one transaction, has limits of time and rows, and throws
// ReadStopped beyond them; std::runtime_error when the file cannot be read.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "history/bucket.h"
#include "history/happening_log.h"
#include "history/log_query.h"
#include "history/message_log.h"
#include "history/read_guard.h"

namespace m2ag::host::history {

/// A sample, or the least or greatest of a period: then `time` is the period's start.
struct Point {
  Time time = 0;
  double value = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

struct Points {
  Level source = Level::raw;  ///< what they were taken from
  std::vector<Point> points;  ///< sorted by time
};

/// What a boolean series was in [start, end).
struct OnTime {
  Time start = 0, end = 0;
  Time on = 0, known = 0;     ///< ms; before its first sample nothing is known
  std::int64_t switched = 0;  ///< samples in it, which with `on change` are the changes
};

/// The zone that a history was written with; "UTC" when it says none. Throws std::runtime_error when it cannot be read.
std::string zone_of(const std::filesystem::path& file);

class Reader {
 public:
  /// `zone` as the writer's. Throws std::runtime_error with a sentence, also when there is no file.
  Reader(std::filesystem::path file, const std::string& zone, ReadLimits limits, const Clock& clock);
  ~Reader();

  /// Ends the query under way.
  void interrupt();
  /// Some of what a query has read of this file was damaged, and is missing from its answer.
  bool has_met_damage() const;

  /// By name; `filter` as of MQTT topics.
  std::vector<Series> series(std::string_view filter = "#");
  std::optional<Series> find(std::string_view name);

  std::optional<Sample> latest(const Series& series, Time before = kLastTime);
  /// [from, to), sorted. At most `limit`, and then all of the last one's time: go on at that time + 1.
  std::vector<Sample> range(const Series& series, Time from, Time to, std::size_t limit = SIZE_MAX);
  /// The periods of a level that begin in [from, to) and have samples.
  std::vector<Bucket> buckets(const Series& series, Level level, Time from, Time to);
  /// As buckets(), of periods of `times` × `level`, counted from 1970 UTC. Throws std::invalid_argument for several days or Level::raw.
  std::vector<Bucket> aggregate(const Series& series, Level level, int times, Time from, Time to);
  /// At most `most` (at least 2) points with the least and the greatest value of each part of the time, from samples or the coarsest
  /// rollup that has enough of them. For numbers and booleans.
  Points downsample(const Series& series, Time from, Time to, std::size_t most);
  /// Of [from, to) in parts of a level's periods: from samples while there are, otherwise from rollups. `to`: not after now.
  std::vector<OnTime> on_time(const Series& series, Level part, Time from, Time to);

  Page<Message> messages(const LogQuery& query);
  Page<Happening> happenings(const LogQuery& query);

  /// SQL that reads, with the table `samples(series, time, value, quality)` besides those of the file. Calls back with the names of the
  /// columns and the values as texts, until false.
  using Row = std::function<bool(const std::vector<std::string>& names, const std::vector<std::string>& values)>;
  void sql(const std::string& statement, const Row& take);

 private:
  struct Parts;
  template <class Work>
  auto query(Work work);
  void open();

  const std::filesystem::path file_;
  const Calendar calendar_;
  ReadGuard guard_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace m2ag::host::history
