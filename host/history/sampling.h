// Which samples of a series are worth keeping: all, only changes, only changes by more than a threshold; and one every so often even then,
// so that a curve shows that the series lives. One object a series; not thread-safe.
#pragma once

#include <optional>

#include "history/sample.h"

namespace m2ag::host::history {

struct SamplingRule {
  enum class Strategy { all, change, threshold };
  Strategy strategy = Strategy::all;
  double delta = 0;    ///< of `threshold`: keeps a number that is at least so far from the last one kept
  Time heartbeat = 0;  ///< ms: keeps whatever comes so long after the last one kept; 0: never for this reason
};

class Sampling {
 public:
  explicit Sampling(SamplingRule rule) : rule_(rule) {}

  /// Whether to keep it; then it is the one that the next are compared with. A change of quality is a change. What is older than the last
  /// one kept is kept: nothing is known about what came before it.
  bool keeps(const Sample& sample);

 private:
  bool differs(const Sample& sample) const;

  const SamplingRule rule_;
  std::optional<Sample> kept_;
};

}  // namespace m2ag::host::history
