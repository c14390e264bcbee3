#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <stdexcept>

#include "history/csv.h"

namespace m2ag::host::history {
namespace {

constexpr std::size_t kBatch = 10'000;
constexpr std::size_t kLongestField = 2 * kMaxText;
const std::vector<std::string> kHeader{"series", "kind", "unit", "time", "value", "quality"};

/// Reads records of CSV; a quoted field may have line ends in it.
class Records {
 public:
  explicit Records(std::istream& in) : in_(*in.rdbuf()) {}

  int line() const { return line_; }
  /// Nothing at the end.
  std::optional<std::vector<std::string>> next() {
    line_ += lines_;
    lines_ = 1;
    if (in_.sgetc() == kEnd) return {};
    std::vector<std::string> fields(1);
    bool in_quotes = false;
    for (int c = in_.sbumpc(); c != kEnd; c = in_.sbumpc()) {
      if (c == '"') {
        const bool is_doubled = in_quotes && in_.sgetc() == '"';
        if (is_doubled)
          fields.back() += static_cast<char>(in_.sbumpc());
        else
          in_quotes = !in_quotes;
        continue;
      }
      if (c == '\n' && !in_quotes) return fields;
      if (c == '\n') ++lines_;
      if (c == ',' && !in_quotes) {
        fields.emplace_back();
      } else if (c != '\r' || in_quotes) {
        fields.back() += static_cast<char>(c);
      }
      if (fields.size() > kHeader.size() || fields.back().size() > kLongestField)
        throw std::runtime_error("the line is too long");
    }
    if (in_quotes) throw std::runtime_error("a quote is not closed");
    return fields;
  }

 private:
  static constexpr int kEnd = std::char_traits<char>::eof();
  std::streambuf& in_;
  int line_ = 0, lines_ = 1;
};

template <class Enum>
Enum word(const std::string& text, const std::map<std::string, Enum>& words, const char* what) {
  const auto found = words.find(text);
  if (found == words.end()) throw std::runtime_error(fmt::format("\"{}\" is no {}", text, what));
  return found->second;
}

double number(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(value))
    throw std::runtime_error(fmt::format("\"{}\" is no number", text));
  return value;
}

Sample sample_of(const std::vector<std::string>& fields, Kind kind) {
  static const std::map<std::string, Quality> qualities{
      {"good", Quality::good}, {"uncertain", Quality::uncertain}, {"bad", Quality::bad}};
  static const std::map<std::string, bool> booleans{{"true", true}, {"false", false}};
  Sample sample{parse_time(fields[3]), 0, {}, word(fields[5], qualities, "quality: good, uncertain or bad")};
  if (kind == Kind::text) sample.text = fields[4];
  if (kind == Kind::number) sample.number = number(fields[4]);
  if (kind == Kind::boolean) sample.number = word(fields[4], booleans, "boolean: true or false") ? 1 : 0;
  return sample;
}

}  // namespace

std::int64_t import_csv(std::istream& in, Writer& writer, const Progress& progress) {
  static const std::map<std::string, Kind> kinds{
      {"number", Kind::number}, {"boolean", Kind::boolean}, {"text", Kind::text}};
  std::map<std::string, Series> known;
  for (Series& series : writer.all_series()) known.emplace(series.name, std::move(series));
  Records records(in);
  Batch batch;
  std::int64_t count = 0;
  const auto flush = [&] {
    count += writer.write(std::move(batch)).samples;
    batch = {};
    writer.maintain();
    if (progress) progress(count);
  };
  try {
    if (records.next() != kHeader)
      throw std::runtime_error("the first line is not \"series,kind,unit,time,value,quality\"");
    while (const auto fields = records.next()) {
      if (fields->size() != kHeader.size())
        throw std::runtime_error(fmt::format("expected 6 fields, found {}", fields->size()));
      const Kind kind = word(fields->at(1), kinds, "kind: number, boolean or text");
      auto series = known.find(fields->at(0));
      if (series == known.end() || series->second.kind != kind) {
        Series wanted{0, fields->at(0), kind, fields->at(2), false, 0};
        series = known.insert_or_assign(fields->at(0), writer.series(wanted)).first;
      }
      batch.samples.push_back({series->second.id, sample_of(*fields, kind)});
      if (batch.samples.size() == kBatch) flush();
    }
  } catch (const std::runtime_error& error) {
    if (!batch.empty()) flush();
    throw std::runtime_error(fmt::format("line {}: {}", records.line(), error.what()));
  }
  flush();
  return count;
}

}  // namespace m2ag::host::history
