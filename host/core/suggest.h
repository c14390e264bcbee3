// "did you mean": the candidate that a mistyped word most likely stands for. Pure functions. Any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace m2ag::host {

/// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other; case does not count (ASCII).
std::size_t edit_distance(std::string_view from, std::string_view to);

/// Whether a person may have meant `candidate`: up to a third of the longer word's letters are wrong, three at most.
bool is_near(std::string_view word, std::string_view candidate, std::size_t distance);

/// The nearest of `candidates` (any range of what converts to string_view), the first of several; nothing when none is near enough.
template <class Candidates>
std::optional<std::string> closest(std::string_view word, const Candidates& candidates) {
  std::optional<std::string> best;
  std::size_t best_distance = 0;
  for (const auto& item : candidates) {
    const std::string_view candidate = item;
    const std::size_t distance = edit_distance(word, candidate);
    if (!is_near(word, candidate, distance) || (best && distance >= best_distance)) continue;
    best = std::string(candidate);
    best_distance = distance;
  }
  return best;
}

}  // namespace m2ag::host
