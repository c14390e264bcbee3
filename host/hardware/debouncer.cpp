#include "hardware/debouncer.h"

#include <utility>

namespace m2ag::host {

std::optional<Debouncer::Settled> Debouncer::settle(std::chrono::nanoseconds now) {
  const auto due = deadline();
  if (!due || now < *due) return std::nullopt;
  const auto settled = std::exchange(pending_, std::nullopt);
  if (settled->active == reported_) return std::nullopt;
  reported_ = settled->active;
  return settled;
}

}  // namespace m2ag::host
