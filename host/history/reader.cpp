#include "history/reader.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/topic.h"
#include "history/database_file.h"
#include "history/downsample.h"
#include "history/error.h"
#include "history/on_time.h"
#include "history/samples_table.h"
#include "history/schema.h"
#include "history/series_view.h"

namespace m2ag::host::history {
namespace {

constexpr int kBusyMilliseconds = 2000, kCacheKiB = 4 * 1024;
constexpr std::int64_t kFewSamples = 20'000;  // are read faster than it takes to think about rollups

/// The file that is there now: another one when a damaged one was moved aside.
ino_t inode_of(const std::filesystem::path& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace

struct Reader::Parts {
  Parts(const std::filesystem::path& file, const Calendar& calendar, ReadGuard& guard_of)
      : guard(guard_of),
        inode(inode_of(file)),
        database(file.string(), SQLite::OPEN_READONLY, kBusyMilliseconds),
        by_name((check_version(file), database), fmt::format("SELECT {} FROM series WHERE name = ?", kSeriesColumns)),
        few(database,
            "SELECT sum(count), count(*) FROM (SELECT count FROM chunks WHERE series = ?1 AND level = 0 AND first_time < ?2 "
            "AND first_time >= ifnull((SELECT max(first_time) FROM chunks WHERE series = ?1 AND level = 0 AND first_time <= ?3), ?3) "
            "LIMIT 65)"),
        chunks(database),
        journal(database),
        messages(database),
        happenings(database),
        samples(database, calendar, chunks, journal, guard_of) {
    database.exec(fmt::format("PRAGMA query_only=ON; PRAGMA cache_size=-{}", kCacheKiB));
    guard.watch(database.getHandle());
  }

  void check_version(const std::filesystem::path& file) {
    const int version = database.execAndGet("PRAGMA user_version").getInt();
    if (version != kSchemaVersion)
      throw std::runtime_error(
          fmt::format("{}: the history has version {}, this program reads {}", file.string(), version, kSchemaVersion));
  }

  std::optional<Series> find(std::string_view name) {
    by_name.tryReset();
    by_name.bind(1, std::string(name));
    auto series = by_name.executeStep() ? series_of(by_name) : std::nullopt;
    by_name.reset();
    return series;
  }

  /// Whether the samples in [from, to) that are in chunks are not too many to be read.
  bool has_few_samples(const Series& series, Time from, Time to) {
    few.tryReset();
    few.bind(1, series.id);
    few.bind(2, to);
    few.bind(3, from);
    few.executeStep();
    const bool has_few = few.getColumn(1).getInt() < 65 && few.getColumn(0).getInt64() <= kFewSamples;
    few.reset();
    return has_few;
  }

  /// From when on retention has left the periods of a level; kFirstTime when it has deleted none.
  Time kept_from(const Series& series, Level level) {
    if (level == Level::raw) return series.raw_floor;
    const auto own = chunks.start_after(series.id, level, kFirstTime - width_of(Level::day) - 1);
    const auto coarsest = chunks.start_after(series.id, Level::day, kFirstTime - width_of(Level::day) - 1);
    return own && coarsest && *own > *coarsest + width_of(Level::day) ? *own : kFirstTime;
  }

  void fill(Downsample& down, SeriesView& view, const Calendar& calendar, const Series& series, Level level, Time from,
            Time to) {
    const Time kept = std::min(kept_from(series, level), to);
    if (kept > from && level != Level::day) {
      fill(down, view, calendar, series, static_cast<Level>(static_cast<int>(level) + 1), from, kept);
      from = kept;
    }
    if (level == Level::raw) {
      view.raw().each(from, to, [&](std::span<const Sample> some) {
        guard.check();
        down.add(some);
        return true;
      });
    } else {
      view.each_bucket(level, calendar.start(level, from), to, [&](std::span<const Bucket> part) { down.add(part); });
    }
  }

  ReadGuard& guard;
  const ino_t inode;
  SQLite::Database database;
  SQLite::Statement by_name, few;
  ChunkTable chunks;
  Journal journal;
  MessageLog messages;
  HappeningLog happenings;
  SamplesTable samples;
};

std::string zone_of(const std::filesystem::path& file) {
  std::string zone;
  guarded(file, "open", [&] {
    SQLite::Database database(file.string(), SQLite::OPEN_READONLY, kBusyMilliseconds);
    SQLite::Statement row(database, "SELECT value FROM meta WHERE key = 'zone'");
    if (row.executeStep()) zone = row.getColumn(0).getString();
  });
  return zone.empty() ? "UTC" : zone;
}

Reader::Reader(std::filesystem::path file, const std::string& zone, ReadLimits limits, const Clock& clock)
    : file_(std::move(file)), calendar_(TimeZone(zone)), guard_(limits, clock) {
  guard_.begin();
  open();
}

Reader::~Reader() = default;

void Reader::interrupt() { guard_.interrupt(); }

bool Reader::has_met_damage() const { return parts_->chunks.has_met_damage() || parts_->journal.has_met_damage(); }

void Reader::open() {
  if (parts_ && parts_->inode == inode_of(file_)) return;
  parts_.reset();
  guarded(file_, "open", [&] { parts_ = std::make_unique<Parts>(file_, calendar_, guard_); });
}

template <class Work>
auto Reader::query(Work work) {
  guard_.begin();
  open();
  std::optional<decltype(work(*parts_))> result;
  try {
    guarded(file_, "read", [&] {
      SQLite::Transaction transaction(parts_->database);
      result = work(*parts_);
    });
  } catch (const std::runtime_error&) {
    guard_.check();  // rather than that SQLite was interrupted
    throw;
  }
  return std::move(*result);
}

std::vector<Series> Reader::series(std::string_view filter) {
  return query([&](Parts& parts) {
    std::vector<Series> found;
    SQLite::Statement rows(parts.database, fmt::format("SELECT {} FROM series ORDER BY name", kSeriesColumns));
    while (rows.executeStep()) {
      auto series = series_of(rows);
      if (series && matches(filter, series->name)) found.push_back(std::move(*series));
    }
    return found;
  });
}

std::optional<Series> Reader::find(std::string_view name) {
  return query([&](Parts& parts) { return parts.find(name); });
}

std::optional<Sample> Reader::latest(const Series& series, Time before) {
  return query([&](Parts& parts) {
    return SeriesView(calendar_, parts.chunks, parts.journal, series, guard_).raw().newest(before - 1);
  });
}

std::vector<Sample> Reader::range(const Series& series, Time from, Time to, std::size_t limit) {
  return query([&](Parts& parts) {
    std::vector<Sample> found;
    SeriesView view(calendar_, parts.chunks, parts.journal, series, guard_);
    view.raw().each(from, to, [&](std::span<const Sample> samples) {
      for (const Sample& sample : samples) {
        if (found.size() >= limit && sample.time != found.back().time) return false;
        found.push_back(sample);
      }
      guard_.check(static_cast<std::int64_t>(samples.size()));
      return true;
    });
    return found;
  });
}

std::vector<Bucket> Reader::buckets(const Series& series, Level level, Time from, Time to) {
  return aggregate(series, level, 1, from, to);
}

std::vector<Bucket> Reader::aggregate(const Series& series, Level level, int times, Time from, Time to) {
  if (level == Level::raw || times < 1 || (level == Level::day && times > 1))
    throw std::invalid_argument("an aggregate is of minutes, hours or single days");
  const Time width = width_of(level) * times;
  return query([&](Parts& parts) {
    std::vector<Bucket> all, group;
    const auto close = [&] {
      if (group.empty()) return;
      const Time start = group.front().start / width * width;
      all.push_back(times == 1 ? group.front() : join(series, group, width_of(level), start, start + width));
      guard_.check(1);
      group.clear();
    };
    SeriesView view(calendar_, parts.chunks, parts.journal, series, guard_);
    const Time first = level == Level::day ? from : (from + width - 1) / width * width;
    view.each_bucket(level, first, to, [&](std::span<const Bucket> some) {
      for (const Bucket& bucket : some) {
        if (!group.empty() && (times == 1 || bucket.start / width != group.front().start / width)) close();
        group.push_back(bucket);
      }
    });
    close();
    return all;
  });
}

Points Reader::downsample(const Series& series, Time from, Time to, std::size_t most) {
  if (series.kind == Kind::text) throw std::invalid_argument("a text has no curve");
  return query([&](Parts& parts) {
    const Series now = parts.find(series.name).value_or(series);
    SeriesView view(calendar_, parts.chunks, parts.journal, now, guard_);
    Points result;
    if (from >= to) return result;
    if (!parts.has_few_samples(now, from, to)) {
      const auto enough = static_cast<Time>(std::max<std::size_t>(most, 2) / 2);
      for (const Level level : kRollups) {
        if ((to - from) / width_of(level) >= enough) result.source = level;
      }
    }
    Downsample down(from, to, most);
    parts.fill(down, view, calendar_, now, result.source, from, to);
    result.points = down.take();
    return result;
  });
}

std::vector<OnTime> Reader::on_time(const Series& series, Level part, Time from, Time to) {
  if (series.kind != Kind::boolean || part == Level::raw)
    throw std::invalid_argument("only a boolean has an on-time, by minutes, hours or days");
  return query([&](Parts& parts) {
    const Series now = parts.find(series.name).value_or(series);
    SeriesView view(calendar_, parts.chunks, parts.journal, now, guard_);
    if (now.raw_floor > from) {
      const Time start = calendar_.start(part, from);
      OnTimeSum sum(calendar_, part, start, to);
      if (const auto before = view.bucket_before(part, start)) sum.begin(before->last != 0);
      for (const Bucket& bucket : view.buckets(part, start, to)) sum.add(bucket, calendar_.end(part, bucket.start));
      return sum.take();
    }
    OnTimeSum sum(calendar_, part, from, to);
    if (const auto before = view.raw().newest(from - 1); before && before->quality != Quality::bad)
      sum.begin(before->number != 0);
    view.raw().each(from, to, [&](std::span<const Sample> samples) {
      guard_.check();
      sum.add(samples);
      return true;
    });
    return sum.take();
  });
}

Page<Message> Reader::messages(const LogQuery& asked) {
  return query([&](Parts& parts) { return parts.messages.read(asked, guard_); });
}

Page<Happening> Reader::happenings(const LogQuery& asked) {
  return query([&](Parts& parts) { return parts.happenings.read(asked, guard_); });
}

void Reader::sql(const std::string& statement, const Row& take) {
  query([&](Parts& parts) {
    SQLite::Statement rows(parts.database, statement);
    std::vector<std::string> names, values;
    for (int n = 0; n < rows.getColumnCount(); ++n) names.emplace_back(rows.getColumnName(n));
    while (rows.executeStep()) {
      guard_.check(1);
      values.clear();
      for (int n = 0; n < rows.getColumnCount(); ++n) values.push_back(rows.getColumn(n).getString());
      if (!take(names, values)) break;
    }
    return true;
  });
}

}  // namespace m2ag::host::history
