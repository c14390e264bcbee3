#include "cli/history.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "cli/exit_code.h"
#include "cli/history_change.h"
#include "cli/history_file.h"
#include "cli/history_log.h"
#include "core/clock.h"
#include "core/topic.h"
#include "history/csv.h"
#include "history/reader.h"

namespace m2ag::host {
namespace {

using nlohmann::json;
using namespace history;

constexpr ReadLimits kLimits{std::chrono::hours(1), INT64_MAX};

struct Options {
  HistoryFile file;
  std::string series = "#", filter = "#", from, to, format = "csv", output, input;
  std::size_t points = 0, limit = 100;
  bool json = false;
};

/// 2026-11-30 alone is its midnight, in UTC.
Time time_of(const char* option, const std::string& text, Time otherwise) {
  if (text.empty()) return otherwise;
  try {
    return parse_time(text.size() == 10 ? text + "T00:00:00Z" : text);
  } catch (const std::runtime_error&) {
    throw std::invalid_argument(fmt::format(
        "{}: \"{}\" is no time, expected one in UTC such as 2026-11-30T19:43:56Z or 2026-11-30", option, text));
  }
}

std::string_view word(Kind kind) {
  constexpr std::string_view kWords[] = {"number", "boolean", "text"};
  return kWords[static_cast<int>(kind)];
}

std::string_view word(Quality quality) {
  constexpr std::string_view kWords[] = {"good", "uncertain", "bad"};
  return kWords[static_cast<int>(quality)];
}

json value_of(const Series& series, const Sample& sample) {
  if (series.kind == Kind::boolean) return sample.number != 0;
  return series.kind == Kind::number ? json(sample.number) : json(sample.text);
}

std::string shown(const Series& series, const Sample& sample) {
  if (series.kind == Kind::boolean) return sample.number != 0 ? "ON" : "OFF";
  return series.kind == Kind::number ? fmt::format("{}", sample.number) : sample.text;
}

struct Opened {
  SystemClock clock;
  Reader reader;
  explicit Opened(const HistoryFile& file) : reader(file.path(), file.zone(), kLimits, clock) {}
};

int list(const Options& options) {
  Opened opened(options.file);
  json all = json::array();
  for (const Series& series : opened.reader.series(options.series)) {
    const auto newest = opened.reader.latest(series);
    if (options.json) {
      json each{
          {"series", series.name}, {"kind", word(series.kind)}, {"unit", series.unit}, {"counter", series.counter}};
      if (newest) each.update({{"time", time_text(newest->time)}, {"value", value_of(series, *newest)}});
      all.push_back(std::move(each));
    } else {
      const std::string last = newest ? time_text(newest->time) + "  " + shown(series, *newest) : "-";
      std::cout << fmt::format("{:48}  {:7}  {}\n", series.name, word(series.kind), last);
    }
  }
  if (options.json) std::cout << all.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  return kExitOk;
}

Series wanted(Opened& opened, const std::string& name) {
  if (auto series = opened.reader.find(name)) return *series;
  throw std::invalid_argument(fmt::format("there is no series \"{}\"; m2ag history list shows those there are", name));
}

/// The time in which the series has something, so that the parts that are asked for are of it.
std::pair<Time, Time> extent(Reader& reader, const Series& series, Time from, Time to) {
  const auto samples = reader.range(series, from, to, 1);
  const auto days = reader.buckets(series, Level::day, from, to);
  const auto newest = reader.latest(series, to);
  const Time day = width_of(Level::day);
  Time first = samples.empty() ? to : samples.front().time, end = newest ? newest->time + 1 : from;
  // Where retention has deleted samples, there are rollups.
  if (!days.empty() && days.front().start + day <= first) first = days.front().start;
  if (!days.empty() && !newest) end = days.back().start + day;
  return {first, end};
}

/// A line each, or one array in which each is an object.
class Lines {
 public:
  explicit Lines(bool as_json) : as_json_(as_json) {}

  void add(Time time, const json& value, const std::string& text, std::optional<Quality> quality = {}) {
    if (!as_json_) {
      std::cout << time_text(time) << ' ' << text << '\n';
      return;
    }
    json each{{"time", time_text(time)}, {"value", value}};
    if (quality) each["quality"] = word(*quality);
    std::cout << (std::exchange(is_first_, false) ? "[\n" : ",\n")
              << each.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  void end() {
    if (as_json_) std::cout << (is_first_ ? "[]\n" : "\n]\n");
  }

 private:
  const bool as_json_;
  bool is_first_ = true;
};

void warn_of_damage(const Reader& reader) {
  if (reader.has_met_damage())
    fmt::print(stderr, "m2ag history: parts of the file are damaged, their samples are missing here\n");
}

int get(const Options& options) {
  Opened opened(options.file);
  const Series series = wanted(opened, options.series);
  Lines lines(options.json);
  Time from = time_of("--from", options.from, kFirstTime), to = time_of("--to", options.to, kLastTime);
  if (options.points > 0) {
    const auto [first, end] = extent(opened.reader, series, from, to);
    from = std::max(from, first);
    to = std::min(to, end);
    for (const Point& point : opened.reader.downsample(series, from, to, options.points).points)
      lines.add(point.time, point.value, fmt::format("{}", point.value));
    lines.end();
    warn_of_damage(opened.reader);
    return kExitOk;
  }
  constexpr std::size_t kPage = 10'000;
  for (Time next = from; next < to;) {
    const auto samples = opened.reader.range(series, next, to, kPage);
    for (const Sample& sample : samples)
      lines.add(sample.time, value_of(series, sample), shown(series, sample), sample.quality);
    if (samples.size() < kPage) break;
    next = samples.back().time + 1;
  }
  lines.end();
  warn_of_damage(opened.reader);
  return kExitOk;
}

/// On a terminal, one line that changes.
Progress progress_line(const char* what) {
  if (::isatty(STDERR_FILENO) == 0) return {};
  return [what](std::int64_t samples) { fmt::print(stderr, "\r{} {} samples", what, samples); };
}

int export_all(const Options& options) {
  Opened opened(options.file);
  const auto series = opened.reader.series(options.series);
  if (series.empty()) throw std::invalid_argument(fmt::format("no series matches \"{}\"", options.series));
  const Time from = time_of("--from", options.from, kFirstTime), to = time_of("--to", options.to, kLastTime);
  std::ofstream file;
  if (!options.output.empty()) {
    file.open(options.output, std::ios::binary);
    if (!file) throw std::runtime_error(fmt::format("{}: cannot be written", options.output));
  }
  std::ostream& out = options.output.empty() ? std::cout : file;
  const auto sink = [&](std::string_view text) {
    return static_cast<bool>(out.write(text.data(), static_cast<std::streamsize>(text.size())));
  };
  const auto count = export_samples(opened.reader, series, from, to, options.format == "json" ? Form::json : Form::csv,
                                    sink, progress_line("exported"));
  warn_of_damage(opened.reader);
  out.flush();
  if (!out)
    throw std::runtime_error(
        fmt::format("{}: the disk is full or fails", options.output.empty() ? "output" : options.output));
  fmt::print(stderr, "{}{} samples of {} series\n", ::isatty(STDERR_FILENO) == 0 ? "" : "\r", count, series.size());
  return kExitOk;
}

int stats(const Options& options) {
  Opened opened(options.file);
  json counts;
  opened.reader.sql(
      "SELECT (SELECT count(*) FROM series) AS series, (SELECT count(*) FROM messages) AS messages, "
      "(SELECT count(*) FROM happenings) AS events",
      [&](const std::vector<std::string>& names, const std::vector<std::string>& values) {
        for (std::size_t i = 0; i < names.size(); ++i) counts[names[i]] = std::stoll(values[i]);
        return true;
      });
  std::error_code none;
  const auto log = std::filesystem::file_size(options.file.path().string() + "-wal", none);
  counts["bytes"] = std::filesystem::file_size(options.file.path()) + (none ? 0 : log);
  counts["file"] = options.file.path().string();
  if (options.json) {
    std::cout << counts.dump(2) << '\n';
  } else {
    for (const auto& [name, value] : counts.items())
      std::cout << fmt::format("{:9} {}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return kExitOk;
}

int log_of(const Options& options, void (*print)(Reader&, LogQuery, bool)) {
  Opened opened(options.file);
  LogQuery query;
  query.from = time_of("--from", options.from, kFirstTime);
  query.to = time_of("--to", options.to, kLastTime);
  query.filter = options.filter;
  query.limit = options.limit;
  print(opened.reader, query, options.json);
  return kExitOk;
}

int messages(const Options& options) { return log_of(options, print_messages); }
int events(const Options& options) { return log_of(options, print_events); }

int import_all(const Options& options) {
  import_history(options.file.path(), options.file.zone(), options.input, progress_line("read"));
  return kExitOk;
}

int vacuum(const Options& options) {
  vacuum_history(options.file.path(), options.file.zone());
  return kExitOk;
}

template <class Work>
void add(CLI::App& verb, const char* name, const char* text, const std::shared_ptr<Options>& options, int& exit_code,
         Work work, bool one_series = false) {
  CLI::App* sub = verb.add_subcommand(name, text);
  const std::string_view called(name);
  if (one_series) {
    sub->add_option("series", options->series, "its name, as `list` shows it")->required();
  } else if (called == "list" || called == "export") {
    sub->add_option("--series", options->series, "filter of series names, as of MQTT topics")->capture_default_str();
  }
  const bool is_log = called == "messages" || called == "events";
  if (is_log) {
    sub->add_option("--filter", options->filter,
                    called == "messages" ? "of their topics" : "of device/component/type, as house/+/status")
        ->capture_default_str();
    sub->add_option("--limit", options->limit, "the newest so many")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
  }
  if (is_log || called == "get" || called == "export") {
    sub->add_option("--from", options->from, "the first moment, as 2026-11-30T19:43:56Z");
    sub->add_option("--to", options->to, "the first moment after it");
  }
  if (called == "get")
    sub->add_option("--points", options->points, "at most so many, with the least and the greatest of each part")
        ->check(CLI::Range(2, 1'000'000));
  if (called == "export") {
    sub->add_option("--format", options->format, "csv or json")
        ->check(CLI::IsMember({"csv", "json"}))
        ->capture_default_str();
    sub->add_option("--output", options->output, "file to write; without it, to the standard output");
  }
  if (called == "import")
    sub->add_option("input", options->input, "CSV as export writes it; - for the standard input")->required();
  sub->callback([options, &exit_code, work] {
    try {
      if (!valid_filter(options->filter))
        throw std::invalid_argument(fmt::format("--filter: \"{}\" is no MQTT filter", options->filter));
      if (!valid_filter(options->series))
        throw std::invalid_argument(fmt::format("\"{}\" is no filter or name of a series", options->series));
      options->file.find();
      exit_code = work(*options);
    } catch (const std::invalid_argument& error) {
      fmt::print(stderr, "m2ag history: {}\n", error.what());
      exit_code = kExitInputWrong;
    } catch (const std::exception& error) {
      fmt::print(stderr, "m2ag history: {}\n", error.what());
      exit_code = kExitSystemWrong;
    }
  });
}

}  // namespace

void add_history_verb(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("history", "What a logger has kept");
  options->file.add_options(*verb);
  verb->add_flag("--json", options->json, "of list, get, messages, events and stats: for programs");
  verb->fallthrough();
  verb->require_subcommand(1);
  add(*verb, "list", "The series, with their newest values", options, exit_code, list);
  add(*verb, "get", "The samples of one series", options, exit_code, get, true);
  add(*verb, "export", "Samples of many series as CSV or JSON", options, exit_code, export_all);
  add(*verb, "messages", "MQTT messages that were kept, newest last", options, exit_code, messages);
  add(*verb, "events", "Events and statuses of devices, newest last", options, exit_code, events);
  add(*verb, "stats", "How much there is", options, exit_code, stats);
  add(*verb, "import", "Samples from CSV; what is there already is not doubled", options, exit_code, import_all);
  add(*verb, "vacuum", "Pack samples and give free space back; a logger does so by itself", options, exit_code, vacuum);
}

}  // namespace m2ag::host
