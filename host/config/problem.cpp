#include "config/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace m2ag::host {

std::string to_string(const Mark& mark) {
  return mark.line == 0 ? mark.file : fmt::format("{}:{}:{}", mark.file, mark.line, mark.column);
}

std::string to_string(const Problem& problem) {
  std::string text = to_string(problem.mark);
  if (!text.empty()) text += ": ";
  if (problem.warning) text += "warning: ";
  if (!problem.path.empty()) text += problem.path + ": ";
  return text + problem.message;
}

void Problems::error(Mark mark, std::string path, std::string message) {
  ++errors_;
  keep({std::move(mark), std::move(path), std::move(message), false});
}

void Problems::warning(Mark mark, std::string path, std::string message) {
  ++warnings_;
  keep({std::move(mark), std::move(path), std::move(message), true});
}

void Problems::meet(const std::string& file) { order_.emplace(file, order_.size()); }

void Problems::keep(Problem problem) {
  if (kept_.size() >= kMost) return;
  meet(problem.mark.file);
  kept_.push_back(std::move(problem));
}

std::vector<Problem> Problems::sorted() const {
  std::vector<Problem> sorted = kept_;
  std::stable_sort(sorted.begin(), sorted.end(), [this](const Problem& a, const Problem& b) {
    return std::tuple(order_.at(a.mark.file), a.mark.line, a.mark.column) <
           std::tuple(order_.at(b.mark.file), b.mark.line, b.mark.column);
  });
  return sorted;
}

std::string Problems::text() const {
  std::string text;
  for (const Problem& problem : sorted()) text += to_string(problem) + "\n";
  if (left_out() > 0) text += fmt::format("and {} more\n", left_out());
  return text;
}

}  // namespace m2ag::host
