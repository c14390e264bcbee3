// What is wrong with a descriptor and where: the lines `m2ag check`, the log and the API show.
// Plain data, used by one thread at a time.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace m2ag::host {

/// A place in a file. `line` and `column` count from 1, columns in characters; line 0 means the file as a whole.
struct Mark {
  std::string file;
  int line = 0;
  int column = 0;
  friend bool operator==(const Mark&, const Mark&) = default;
};

/// `greenhouse.yaml:14:5`, or only the file when there is no line.
std::string to_string(const Mark& mark);

struct Problem {
  Mark mark;
  std::string path;  ///< `components.pump.line`; empty when the place in the file says it all
  std::string message;
  bool warning = false;  ///< worth a look, but the descriptor may be used
};

/// `greenhouse.yaml:14:5: components.pump.lines: unknown key, did you mean "line"?`
std::string to_string(const Problem& problem);

/// Collects the problems of one run over all files. Bounded: past `kMost` they are only counted.
class Problems {
 public:
  static constexpr std::size_t kMost = 100;

  /// A file is read from here on: its problems are told before those of files met later.
  void meet(const std::string& file);
  void error(Mark mark, std::string path, std::string message);
  void warning(Mark mark, std::string path, std::string message);

  bool has_errors() const { return errors_ > 0; }
  std::size_t errors() const { return errors_; }
  std::size_t warnings() const { return warnings_; }
  /// Those found after `kMost` were kept.
  std::size_t left_out() const { return errors_ + warnings_ - kept_.size(); }

  /// File by file in the order the files were met, inside a file by line and column.
  std::vector<Problem> sorted() const;
  /// `sorted()` as lines, with `and N more` at the end when some were left out.
  std::string text() const;

 private:
  void keep(Problem problem);

  std::vector<Problem> kept_;
  std::map<std::string, std::size_t> order_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

}  // namespace m2ag::host
