#include "history/retention.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "core/topic.h"

namespace m2ag::host::history {
namespace {

constexpr Time kDay = 86'400'000, kMinute = 60'000;
constexpr std::uint64_t kMegabyte = 1'000'000;

struct Entry {
  SeriesId series;
  Level level;
  Time first_time, last_time;
  std::uint64_t bytes;
  bool is_newest = false;  ///< of its series and level: is kept, since samples are added to it
};

struct Floors {
  std::array<Time, 5> before{};  ///< by level: what ends before it is too old
};

Floors floors_of(const RetentionRule& rule, Time now) {
  const auto days = [](Days bound) { return static_cast<std::int64_t>(bound.count()); };
  // Rollups outlive what they are made of, so that a late sample finds the rest of its day.
  const std::int64_t raw = days(rule.raw);
  const std::int64_t minutes = rule.minutes.count() == 0 || raw == 0 ? 0 : std::max(days(rule.minutes), raw + 2);
  const std::int64_t hours = rule.hours.count() == 0 || minutes == 0 ? 0 : std::max(days(rule.hours), minutes);
  const auto before = [&](std::int64_t bound) { return bound == 0 ? kFirstTime - 1 : now - bound * kDay; };
  return {{before(raw), before(minutes), before(minutes), before(hours), before(hours)}};
}

std::vector<Entry> entries_of(SQLite::Database& database) {
  SQLite::Statement rows(
      database,
      "SELECT series, level, first_time, last_time, length(data) FROM chunks ORDER BY series, level, first_time");
  std::vector<Entry> entries;
  while (rows.executeStep()) {
    const auto level = static_cast<Level>(std::clamp(rows.getColumn(1).getInt(), 0, static_cast<int>(Level::day)));
    if (!entries.empty()) {
      const Entry& before = entries.back();
      entries.back().is_newest = before.series != rows.getColumn(0).getInt64() || before.level != level;
    }
    entries.push_back({rows.getColumn(0).getInt64(), level, rows.getColumn(2).getInt64(), rows.getColumn(3).getInt64(),
                       bytes_in_file(static_cast<std::uint64_t>(rows.getColumn(4).getInt64()))});
  }
  if (!entries.empty()) entries.back().is_newest = true;
  return entries;
}

/// Those beyond the bound, in the order in which they are to go: levels from fine to coarse, in each the oldest first.
void take_surplus(std::vector<const Entry*>& kept, std::uint64_t bound, std::vector<Entry>& doomed) {
  std::uint64_t bytes = 0;
  for (const Entry* entry : kept) bytes += entry->bytes;
  std::ranges::sort(kept, {}, [](const Entry* entry) { return std::pair(entry->level, entry->last_time); });
  for (const Entry* entry : kept) {
    if (bytes <= bound) return;
    if (entry->is_newest) continue;
    doomed.push_back(*entry);
    bytes -= entry->bytes;
  }
}

}  // namespace

std::uint64_t bytes_in_file(std::uint64_t blob) {
  constexpr std::uint64_t kRow = 40, kMostInTree = 1002, kLeastInTree = 489, kPage = 4096, kOverflow = 4092;
  const std::uint64_t size = blob + kRow;
  if (size <= kMostInTree) return size * 4 / 3;
  std::uint64_t in_tree = kLeastInTree + (size - kLeastInTree) % kOverflow;
  if (in_tree > kMostInTree) in_tree = kLeastInTree;
  return in_tree * 4 / 3 + (size - in_tree + kOverflow - 1) / kOverflow * kPage;
}

std::int64_t erase_old_chunks(SQLite::Database& database, SeriesTable& series, ChunkTable& chunks,
                              const std::vector<RetentionRule>& rules, Time now, std::size_t most) {
  if (rules.empty()) return 0;
  const auto entries = entries_of(database);
  std::unordered_map<SeriesId, std::size_t> rule_of;
  for (const Series& each : series.all()) {
    const auto rule =
        std::ranges::find_if(rules, [&](const RetentionRule& r) { return matches(r.filter, asked_name(each.name)); });
    if (rule != rules.end()) rule_of[each.id] = static_cast<std::size_t>(rule - rules.begin());
  }
  std::vector<Entry> doomed;
  for (std::size_t n = 0; n < rules.size(); ++n) {
    const Floors floors = floors_of(rules[n], now);
    std::vector<const Entry*> kept;
    for (const Entry& entry : entries) {
      const auto rule = rule_of.find(entry.series);
      if (rule == rule_of.end() || rule->second != n) continue;
      if (entry.last_time < floors.before[static_cast<std::size_t>(entry.level)]) {
        doomed.push_back(entry);
      } else {
        kept.push_back(&entry);
      }
    }
    if (rules[n].megabytes != 0) take_surplus(kept, rules[n].megabytes * kMegabyte, doomed);
  }
  if (doomed.size() > most) doomed.resize(most);
  std::unordered_map<SeriesId, Time> raw_floors;
  for (const Entry& entry : doomed) {
    chunks.erase(entry.series, entry.level, entry.first_time);
    if (entry.level != Level::raw) continue;
    Time& floor = raw_floors[entry.series];
    floor = std::max(floor, (entry.last_time / kMinute + 1) * kMinute);
  }
  for (const auto& [id, floor] : raw_floors) {
    if (const Series* one = series.find(id); one && floor > one->raw_floor) series.set_raw_floor(id, floor);
  }
  return static_cast<std::int64_t>(doomed.size());
}

}  // namespace m2ag::host::history
