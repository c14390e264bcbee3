// What may happen to a number between a plugin and its channel, one step at a time: `channels.<name>.filters` of a descriptor.
// Knows nothing of channels and units. A filter belongs to one channel and is used by one thread at a time.
#pragma once

#include <m2ag/parameter.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace m2ag::host {

class Filter {
 public:
  virtual ~Filter() = default;
  /// The number to go on with. Nothing when `value` is not to be believed; then what is wrong with it is in `reason`.
  virtual std::optional<double> apply(double value, std::string& reason) = 0;
  /// The component has started again: what was seen before says nothing of what comes.
  virtual void forget() {}
};

/// The rows of one step of `filters`: each kind of filter is a key, and a step has exactly one.
std::vector<ParamSpec> filter_params();

/// Why a bound step cannot be used, such as two kinds in one step; empty when it can.
std::string filter_problem(const Value& step);

/// Of a step without a problem.
std::unique_ptr<Filter> make_filter(const Value& step);

}  // namespace m2ag::host
