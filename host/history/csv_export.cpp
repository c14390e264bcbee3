#include <fmt/format.h>

#include "core/json.h"
#include "history/csv.h"

namespace m2ag::host::history {
namespace {

constexpr std::size_t kPage = 5'000;       // samples
constexpr std::size_t kPiece = 64 * 1024;  // bytes handed to the sink
constexpr const char* kKinds[] = {"number", "boolean", "text"};
constexpr const char* kQualities[] = {"good", "uncertain", "bad"};

/// RFC 4180 §2: what has a comma, a quote or a line end in it is in quotes, and a quote is doubled. So are empty texts, which differ from
/// no text.
std::string field(const std::string& text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + '"';
}

std::string quoted_json(const std::string& text) { return dump_json(Value(text)); }

std::string value_text(const Series& series, const Sample& sample, Form form) {
  switch (series.kind) {
    case Kind::boolean: return sample.number != 0 ? "true" : "false";
    case Kind::text: return form == Form::csv ? field(sample.text) : quoted_json(sample.text);
    case Kind::number: break;
  }
  return fmt::format("{}", sample.number);  // the shortest that is read as the same number
}

}  // namespace

std::int64_t export_samples(Reader& reader, const std::vector<Series>& all, Time from, Time to, Form form,
                            const Sink& sink, const Progress& progress) {
  std::string text = form == Form::csv ? "series,kind,unit,time,value,quality\n" : "[";
  std::int64_t count = 0;
  for (const Series& series : all) {
    const char* const kind = kKinds[static_cast<int>(series.kind)];
    const auto begin = form == Form::csv ? fmt::format("{},{},{},", field(series.name), kind, field(series.unit))
                                         : fmt::format("{{\"series\":{},\"kind\":\"{}\",\"unit\":{},\"time\":\"",
                                                       quoted_json(series.name), kind, quoted_json(series.unit));
    for (Time next = from;;) {
      const auto page = reader.range(series, next, to, kPage);
      for (const Sample& sample : page) {
        const char* const quality = kQualities[static_cast<int>(sample.quality)];
        const auto value = value_text(series, sample, form);
        if (form == Form::csv) {
          text += fmt::format("{}{},{},{}\n", begin, time_text(sample.time), value, quality);
        } else {
          text += fmt::format("{}\n{}{}\",\"value\":{},\"quality\":\"{}\"}}", count == 0 ? "" : ",", begin,
                              time_text(sample.time), value, quality);
        }
        ++count;
        if (text.size() < kPiece) continue;
        if (!sink(text)) return count;
        text.clear();
      }
      if (progress) progress(count);
      if (page.size() < kPage) break;
      next = page.back().time + 1;
    }
  }
  if (form == Form::json) text += "\n]\n";
  sink(text);
  return count;
}

}  // namespace m2ag::host::history
