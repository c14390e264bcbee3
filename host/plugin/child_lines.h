// A child process that reports by lines on its standard output, while code that may crash or hang runs in it.
// Used by one thread; the destructor kills and reaps.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace m2ag::host {

class ChildLines {
 public:
  /// Starts `program` with no input, its signals at their defaults; those that stop a program are held back. Throws std::system_error.
  ChildLines(const std::filesystem::path& program, const std::vector<std::string>& arguments);
  ~ChildLines();
  ChildLines(const ChildLines&) = delete;
  ChildLines& operator=(const ChildLines&) = delete;

  enum class Next { line, end, timeout };
  /// Waits for the next line, without its end. `end`: the child's output is closed, so it is gone or going.
  Next next(std::string& line, std::chrono::milliseconds timeout);

  /// Kills the child if it still runs, and says how it ended: "crashed with SIGSEGV (Segmentation fault)", "exit code 1".
  std::string ending();
  /// As `ending`: whether it ended by itself with exit code 0.
  bool ended_well();
  /// As `ending`: whether a signal other than this object's own SIGKILL ended it.
  bool crashed();

 private:
  void reap();

  pid_t pid_ = -1;
  int output_ = -1;
  int status_ = 0;
  std::string buffer_;
};

/// For the child: standard output is kept for what the caller writes to the descriptor returned; what plugins print goes to standard
/// error. The child dies with its parent.
int begin_reporting();
/// Writes all of `line` and a line end; ends the process when nobody listens any more.
void report_line(int descriptor, std::string line);

}  // namespace m2ag::host
