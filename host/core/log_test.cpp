#include "core/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "core/test_gate.h"

using namespace m2ag::host;
using m2ag::LogLevel;

namespace {

/// Puts a pipe in the place of stderr; its reading end gives back what was written.
class CapturedStderr {
 public:
  CapturedStderr() : saved_(dup(STDERR_FILENO)) {
    REQUIRE(pipe2(ends_.data(), O_CLOEXEC) == 0);
    REQUIRE(dup2(ends_[1], STDERR_FILENO) == STDERR_FILENO);
    close(ends_[1]);
  }
  ~CapturedStderr() {
    restore();
    close(ends_[0]);
  }
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;

  std::string journal_stream() const {
    struct stat status {};
    fstat(STDERR_FILENO, &status);
    return fmt::format("{}:{}", status.st_dev, status.st_ino);
  }
  /// One read(2): what one write(2) put into the pipe, if nothing else was.
  std::string one_read() const {
    std::array<char, 4096> buffer{};
    const ssize_t length = read(ends_[0], buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
  }
  /// Nobody reads: not one byte fits any more, except for `pages` of 4096.
  void fill(int pages = 0) {
    const int size = fcntl(ends_[0], F_SETPIPE_SZ, 16 * 4096);
    const std::string page(4096, '.');
    for (int n = size / 4096; n > pages; --n) REQUIRE(write(STDERR_FILENO, page.data(), page.size()) == 4096);
  }
  /// Reads what is there, so that a writer who waits can go on.
  void drain() const {
    fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    std::array<char, 4096> buffer{};
    while (read(ends_[0], buffer.data(), buffer.size()) > 0) continue;
    fcntl(ends_[0], F_SETFL, 0);
  }
  void restore() {
    if (saved_ < 0) return;
    dup2(saved_, STDERR_FILENO);
    close(saved_);
    saved_ = -1;
  }

 private:
  std::array<int, 2> ends_{};
  int saved_;
};

/// The line behind its time stamp, or nothing when it does not begin with one.
std::string after_time(const std::string& line) {
  const std::string_view form = "0000-00-00T00:00:00.000Z ";
  if (line.size() < form.size()) return {};
  for (std::size_t n = 0; n < form.size(); ++n) {
    const bool digit = line[n] >= '0' && line[n] <= '9';
    if (form[n] == '0' ? !digit : line[n] != form[n]) return {};
  }
  return line.substr(form.size());
}

}  // namespace

TEST_CASE("levels have the words of the topics") {
  CHECK(to_string(LogLevel::debug) == "debug");
  CHECK(to_string(LogLevel::info) == "info");
  CHECK(to_string(LogLevel::warning) == "warning");
  CHECK(to_string(LogLevel::error) == "error");
}

TEST_CASE("every sink sees each line at or above the least level") {
  Log log(LogLevel::info);
  std::vector<std::string> lines;
  const auto sink = [&lines](const LogLine& line) {
    lines.push_back(fmt::format("{} {} {}", to_string(line.level), line.component, line.message));
  };
  log.add_sink(sink);
  log.debug("pump", "not {}", "seen");
  log.info("pump", "on line {}", 17);
  log.set_least(LogLevel::error);
  log.warning("pump", "not seen");
  log.add_sink(sink);
  log.error("", "broken");
  CHECK(lines == std::vector<std::string>{"info pump on line 17", "error  broken", "error  broken"});
}

TEST_CASE("sinks are called one at a time") {
  Log log;
  int inside = 0;
  int most = 0;
  int lines = 0;
  log.add_sink([&](const LogLine&) {
    most = std::max(most, ++inside);
    ++lines;
    --inside;
  });
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back([&log] {
      for (int line = 0; line < 500; ++line) log.info("a", "line {}", line);
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(most == 1);
  CHECK(lines == 2000);
}

TEST_CASE("stderr lines in a terminal have time, level and component") {
  CapturedStderr captured;
  unsetenv("JOURNAL_STREAM");
  const Log::Sink sink = stderr_sink();
  sink({LogLevel::warning, "pump", "two\nlines, an \x1b[31mescape and ü"});
  const std::string line = captured.one_read();
  sink({LogLevel::info, "", "ready"});
  const std::string host_line = captured.one_read();
  captured.restore();
  CHECK(after_time(line) == "warning pump: two\\nlines, an \\x1b[31mescape and ü\n");
  CHECK(after_time(host_line) == "info    ready\n");
}

TEST_CASE("stderr lines in the journal have their priority") {
  CapturedStderr captured;
  setenv("JOURNAL_STREAM", captured.journal_stream().c_str(), 1);
  const Log::Sink sink = stderr_sink();
  std::string text;
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
    sink({level, "air", "no answer"});
    text += captured.one_read();
  }
  unsetenv("JOURNAL_STREAM");
  captured.restore();
  CHECK(text == "<7>air: no answer\n<6>air: no answer\n<4>air: no answer\n<3>air: no answer\n");
}

TEST_CASE("a stderr that was redirected away from the journal gets terminal lines") {
  CapturedStderr captured;
  setenv("JOURNAL_STREAM", "1:1", 1);
  stderr_sink()({LogLevel::error, "air", "no answer"});
  unsetenv("JOURNAL_STREAM");
  const std::string line = captured.one_read();
  captured.restore();
  CHECK(after_time(line) == "error   air: no answer\n");
}

TEST_CASE("a stderr that nobody reads holds nobody up: what does not fit is lost") {
  CapturedStderr captured;
  unsetenv("JOURNAL_STREAM");
  const Log::Sink sink = stderr_sink();
  const int free_pages = GENERATE(0, 1, 2);
  captured.fill(free_pages);
  const std::string message(GENERATE(10U, 5000U, 100'000U), 'x');
  Counter done;
  std::thread writer([&] {
    for (int n = 0; n < 10; ++n) sink({LogLevel::info, "pump", message});
    done.add();
  });
  const bool in_time = done.wait_for(1, std::chrono::steady_clock::now() + std::chrono::seconds(20));
  while (!done.wait_for(1, std::chrono::steady_clock::now() + std::chrono::milliseconds(1))) captured.drain();
  writer.join();
  captured.drain();
  sink({LogLevel::info, "pump", "again"});
  const std::string line = captured.one_read();
  captured.restore();
  INFO(free_pages << " pages free, " << message.size() << " bytes");
  CHECK(in_time);
  CHECK(after_time(line) == "info    pump: again\n");
}
