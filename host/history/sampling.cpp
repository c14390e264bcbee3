#include "history/sampling.h"

#include <cmath>

namespace m2ag::host::history {

bool Sampling::keeps(const Sample& sample) {
  if (kept_ && sample.time < kept_->time) return true;
  const bool is_due = kept_ && rule_.heartbeat > 0 && sample.time - kept_->time >= rule_.heartbeat;
  if (kept_ && !is_due && !differs(sample)) return false;
  kept_ = sample;
  return true;
}

bool Sampling::differs(const Sample& sample) const {
  if (rule_.strategy == SamplingRule::Strategy::all || sample.quality != kept_->quality || sample.text != kept_->text)
    return true;
  if (rule_.strategy == SamplingRule::Strategy::change || rule_.delta <= 0) return sample.number != kept_->number;
  return std::abs(sample.number - kept_->number) >= rule_.delta;
}

}  // namespace m2ag::host::history
