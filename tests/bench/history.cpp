// What the history costs: the same samples by a plain loop of prepared INSERTs, a transaction per batch, and by the history's writer, each
// in a process of its own; then queries. Prints JSON. Every series has a sample each 10 s, up to 20 ms late, with two decimals.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>

#include "history/reader.h"
#include "history/writer.h"

namespace {

using namespace m2ag::host;
using namespace m2ag::host::history;

constexpr Time kStart = 1'700'000'000'000, kStep = 10'000, kDay = 86'400'000;

struct Options {
  std::int64_t samples = 10'000'000;
  int series = 1'000, queries = 1'000;
  std::string folder = "/tmp";
};

/// One sample of each series a round, the same ones each time.
class Source {
 public:
  explicit Source(int series) : values_(static_cast<std::size_t>(series), 2'000) {}

  void round(const std::function<void(int series, Time time, double value)>& take) {
    for (std::size_t n = 0; n < values_.size(); ++n) {
      values_[n] += static_cast<int>(random_() % 21) - 10;
      take(static_cast<int>(n), time_ + static_cast<Time>(random_() % 20), values_[n] / 100.0);
    }
    time_ += kStep;
  }
  Time time() const { return time_; }

 private:
  std::mt19937 random_{1};
  std::vector<int> values_;
  Time time_ = kStart;
};

void plain(const Options& options, const std::filesystem::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8192;"
      "CREATE TABLE samples(series INTEGER, time INTEGER, value REAL, PRIMARY KEY(series, time)) WITHOUT ROWID");
  SQLite::Statement insert(database, "INSERT INTO samples VALUES(?, ?, ?)");
  Source source(options.series);
  for (std::int64_t done = 0; done < options.samples; done += options.series) {
    SQLite::Transaction transaction(database);
    source.round([&](int series, Time time, double value) {
      insert.bind(1, series);
      insert.bind(2, time);
      insert.bind(3, value);
      insert.exec();
      insert.reset();
    });
    transaction.commit();
  }
}

void write(const Options& options, const std::filesystem::path& file) {
  const SystemClock clock;
  WriterSettings settings;
  settings.file = file;
  settings.least_free = 0;
  Writer writer(settings, clock);
  std::vector<SeriesId> ids;
  for (int n = 0; n < options.series; ++n)
    ids.push_back(writer.series({0, fmt::format("house/meter-{}/value", n), Kind::number, "", false, 0}).id);
  Source source(options.series);
  for (std::int64_t done = 0; done < options.samples; done += options.series) {
    Batch batch;
    batch.samples.reserve(ids.size());
    source.round([&](int series, Time time, double value) {
      batch.samples.push_back({ids[static_cast<std::size_t>(series)], {time, value, {}, Quality::good}});
    });
    writer.write(std::move(batch));
    writer.maintain();
  }
}

double quantile(std::vector<double>& values, double part) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

std::string query(const Options& options, const std::filesystem::path& file) {
  const SystemClock clock;
  Reader reader(file, "UTC", {}, clock);
  const auto all = reader.series();
  const Time end = kStart + options.samples / options.series * kStep;
  std::mt19937 random(2);
  std::string result;
  for (const auto& [name, span] : {std::pair("day", kDay), std::pair("year", 365 * kDay)}) {
    std::vector<double> milliseconds;
    for (int n = 0; n < options.queries; ++n) {
      const Series& series = all[random() % all.size()];
      const auto begin = std::chrono::steady_clock::now();
      reader.downsample(series, end - span, end, 500);
      milliseconds.push_back(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    const double p50 = quantile(milliseconds, 0.5), p99 = quantile(milliseconds, 0.99);
    result += fmt::format("\"{}_p50_ms\":{:.3f},\"{}_p99_ms\":{:.3f},", name, p50, name, p99);
  }
  return result;
}

/// In a process of its own, so that its memory and time are its own.
rusage in_child(const std::function<void()>& work) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 0;
    try {
      work();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "bench_history: %s\n", error.what());
      code = 1;
    }
    std::fflush(stdout);
    ::_exit(code);
  }
  int status = 0;
  rusage usage{};
  if (::wait4(child, &status, 0, &usage) < 0 || status != 0) throw std::runtime_error("a part of the bench failed");
  return usage;
}

double seconds(const rusage& usage) {
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

double bytes_per_sample(const std::filesystem::path& file, const Options& options) {
  return static_cast<double>(std::filesystem::file_size(file)) / static_cast<double>(options.samples);
}

void run(const Options& options) {
  const auto folder = std::filesystem::path(options.folder) / fmt::format("m2ag-bench-{}", ::getpid());
  std::filesystem::create_directory(folder);
  const auto clean = [&](const Options*) { std::filesystem::remove_all(folder); };
  const std::unique_ptr<const Options, decltype(clean)> owner(&options, clean);
  const auto plain_file = folder / "plain.db", file = folder / "history.db";
  const rusage by_plain = in_child([&] { plain(options, plain_file); });
  const double plain_bytes = bytes_per_sample(plain_file, options);
  std::filesystem::remove(plain_file);
  const rusage by_writer = in_child([&] { write(options, file); });
  std::fputs("{", stdout);
  const rusage by_reader = in_child([&] { std::fputs(query(options, file).c_str(), stdout); });
  const auto per_sample = [&](const rusage& usage) {
    return seconds(usage) / static_cast<double>(options.samples) * 1e6;
  };
  std::fputs(
      fmt::format(
          "\"samples\":{},\"series\":{},\"plain_us\":{:.3f},\"history_us\":{:.3f},\"cpu_ratio\":{:.3f},\"plain_bytes\":{:.2f},"
          "\"bytes\":{:.2f},\"write_rss_mib\":{:.1f},\"read_rss_mib\":{:.1f}}}\n",
          options.samples, options.series, per_sample(by_plain), per_sample(by_writer),
          seconds(by_writer) / seconds(by_plain), plain_bytes, bytes_per_sample(file, options),
          static_cast<double>(by_writer.ru_maxrss) / 1024, static_cast<double>(by_reader.ru_maxrss) / 1024)
          .c_str(),
      stdout);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Measures the history's storage beside a plain loop of INSERTs; prints JSON");
  Options options;
  app.add_option("--samples", options.samples, "how many")->capture_default_str();
  app.add_option("--series", options.series, "of how many series")->capture_default_str();
  app.add_option("--queries", options.queries, "of each kind")->capture_default_str();
  app.add_option("--folder", options.folder, "where the files are for the while")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_history: %s\n", error.what());
    return 2;
  }
  return 0;
}
