#include "core/suggest.h"

#include <algorithm>
#include <vector>

namespace m2ag::host {
namespace {

/// Longer texts are no mistyped words; comparing them costs the square of their length.
constexpr std::size_t kLongestWord = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::size_t edit_distance(std::string_view from, std::string_view to) {
  const std::size_t longer = std::max(from.size(), to.size());
  if (longer > kLongestWord) return from == to ? 0 : longer;
  // Optimal string alignment, three rows: two back (for swaps), the last, this one.
  std::vector<std::size_t> back(to.size() + 1);
  std::vector<std::size_t> last(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t n = 0; n <= to.size(); ++n) row[n] = n;
  for (std::size_t f = 1; f <= from.size(); ++f) {
    std::swap(back, last);
    std::swap(last, row);
    row[0] = f;
    for (std::size_t t = 1; t <= to.size(); ++t) {
      const char a = lower(from[f - 1]);
      const char b = lower(to[t - 1]);
      row[t] = std::min({last[t] + 1, row[t - 1] + 1, last[t - 1] + (a == b ? 0U : 1U)});
      const bool swapped = f > 1 && t > 1 && a == lower(to[t - 2]) && b == lower(from[f - 2]);
      if (swapped) row[t] = std::min(row[t], back[t - 2] + 1);
    }
  }
  return row[to.size()];
}

bool is_near(std::string_view word, std::string_view candidate, std::size_t distance) {
  return distance <= std::min<std::size_t>(3, std::max(word.size(), candidate.size()) / 3);
}

}  // namespace m2ag::host
