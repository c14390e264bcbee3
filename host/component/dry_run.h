// Components made and thrown away before anything running is touched: a constructor that refuses its settings must be known while the old
// components still run. Constructors touch no hardware; one that tries to is refused here.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "component/instance.h"
#include "component/services.h"

namespace m2ag::host {

/// All constructors together may take this long.
inline constexpr std::chrono::seconds kDryRunPatience{5};

struct DryRunProblem {
  std::string component;
  std::string message;
};

/// Constructs each on a lane of the executor, one after the other. Blocks, at most for `patience`: a constructor that has not returned by
/// then is refused and left behind.
std::vector<DryRunProblem> dry_run(const std::vector<InstanceConfig>& configs, Services& services,
                                   std::chrono::milliseconds patience = kDryRunPatience);

/// [lane] Makes the component and throws it away; why that fails, or nothing. What came from `!secret` is neither in the answer nor in what
/// the constructor logs.
std::optional<std::string> construct(const InstanceConfig& config, const Value& settings, Services& services,
                                     const std::shared_ptr<Lane>& lane);

}  // namespace m2ag::host
