#include "history/journal.h"

#include <algorithm>

#include "history/checksum.h"
#include "history/sample_codec.h"

namespace m2ag::host::history {
namespace {

constexpr std::size_t kMostChecked = 10'000;

bool earlier(const Sample& a, const Sample& b) { return a.time < b.time; }

std::string_view blob_of(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

}  // namespace

std::string encode_journal(const SeriesTable& series, const std::vector<SeriesSample>& samples, Time first_time) {
  ByteWriter out;
  SeriesId before = 0;
  std::vector<Sample> of_one;
  for (auto first = samples.begin(); first != samples.end();) {
    const auto last =
        std::find_if(first, samples.end(), [&](const SeriesSample& other) { return other.series != first->series; });
    of_one.clear();
    std::transform(first, last, std::back_inserter(of_one), [](const SeriesSample& each) { return each.sample; });
    ByteWriter part;
    encode_samples(part, series.find(first->series)->kind, of_one, first_time);
    out.signed_number(wrapping_sub(first->series, before));
    out.number(part.bytes().size());
    out.text(part.bytes());
    before = first->series;
    first = last;
  }
  std::string blob = out.take();
  seal(blob);
  return blob;
}

void decode_journal(std::string_view blob, Time first_time, const std::function<bool(SeriesId)>& wanted,
                    const std::function<void(SeriesId, Kind, std::vector<Sample>)>& take) {
  ByteReader in(blob);
  SeriesId series = 0;
  while (in.left() > 0) {
    series = wrapping_add(series, in.signed_number());
    const auto part = in.text(in.number());
    if (!wanted(series)) continue;
    ByteReader samples(part);
    auto decoded = decode_samples(samples, first_time);
    take(series, decoded.kind, std::move(decoded.samples));
  }
}

Journal::Journal(SQLite::Database& database)
    : insert_(database, "INSERT INTO journal(first_time, last_time, count, data) VALUES(?, ?, ?, ?)"),
      size_(database, "SELECT count(*), ifnull(sum(count), 0), ifnull(sum(length(data)), 0) FROM journal"),
      all_(database, "SELECT id, first_time, data FROM journal ORDER BY id"),
      between_(database,
               "SELECT id, first_time, data FROM journal WHERE first_time < ? AND last_time >= ? ORDER BY id"),
      erase_(database, "DELETE FROM journal WHERE id <= ?") {}

Journal::Size Journal::size() {
  size_.tryReset();
  size_.executeStep();
  const Size size{size_.getColumn(0).getInt64(), size_.getColumn(1).getInt64(),
                  static_cast<std::uint64_t>(size_.getColumn(2).getInt64())};
  size_.reset();
  return size;
}

std::size_t Journal::append(const SeriesTable& series, std::vector<SeriesSample>& samples) {
  if (samples.empty()) return 0;
  std::ranges::stable_sort(samples, [](const SeriesSample& a, const SeriesSample& b) {
    return a.series != b.series ? a.series < b.series : a.sample.time < b.sample.time;
  });
  const auto [first, last] =
      std::ranges::minmax(samples, {}, [](const SeriesSample& each) { return each.sample.time; });
  const std::string blob = encode_journal(series, samples, first.sample.time);
  insert_.tryReset();  // after a failure it is where it was
  insert_.bind(1, first.sample.time);
  insert_.bind(2, last.sample.time);
  insert_.bind(3, static_cast<std::int64_t>(samples.size()));
  insert_.bindNoCopy(4, blob.data(), static_cast<int>(blob.size()));
  insert_.exec();
  insert_.reset();
  return blob.size();
}

Journal::Content Journal::all(const SeriesTable& series) {
  Content content;
  all_.tryReset();
  while (all_.executeStep()) {
    content.last_row = all_.getColumn(0).getInt64();
    try {
      decode_journal(
          unseal(blob_of(all_.getColumn(2))), all_.getColumn(1).getInt64(),
          [&](SeriesId id) { return series.find(id) != nullptr; },
          [&](SeriesId id, Kind kind, std::vector<Sample> samples) {
            if (kind != series.find(id)->kind) return;
            auto& of_one = content.samples[id];
            std::ranges::move(samples, std::back_inserter(of_one));
          });
    } catch (const DamagedData&) {
      ++content.damaged;
    }
  }
  all_.reset();
  for (auto& [id, samples] : content.samples) std::ranges::stable_sort(samples, earlier);
  return content;
}

std::vector<Sample> Journal::of(const Series& series, Time from, Time to) {
  std::vector<Sample> found;
  between_.tryReset();
  between_.bind(1, to);
  between_.bind(2, from);
  while (between_.executeStep()) {
    try {
      const std::int64_t row = between_.getColumn(0).getInt64();
      auto blob = blob_of(between_.getColumn(2));
      // Each query reads the whole journal: to check it each time would be most of the work.
      blob = checked_.contains(row) ? blob.substr(0, blob.size() - kChecksumSize) : unseal(blob);
      if (checked_.size() >= kMostChecked) checked_.clear();
      checked_.insert(row);
      decode_journal(
          blob, between_.getColumn(1).getInt64(), [&](SeriesId id) { return id == series.id; },
          [&](SeriesId, Kind kind, std::vector<Sample> samples) {
            if (kind != series.kind) return;
            std::ranges::copy_if(samples, std::back_inserter(found),
                                 [&](const Sample& s) { return s.time >= from && s.time < to; });
          });
    } catch (const DamagedData&) {  // the rest is there all the same; compaction counts it
      has_met_damage_ = true;
    }
  }
  between_.reset();
  std::ranges::stable_sort(found, earlier);
  return found;
}

void Journal::erase_up_to(std::int64_t row) {
  erase_.tryReset();
  erase_.bind(1, row);
  erase_.exec();
  erase_.reset();
}

}  // namespace m2ag::host::history
