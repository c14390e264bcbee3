// What the contract found wrong with a plugin, and how its steps are run and reported.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

namespace m2ag::host {

class Finding : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ContractSteps {
 public:
  virtual ~ContractSteps() = default;
  /// Reports the step before it runs, so that a crash has a name. False when it threw anything.
  virtual bool run(const std::string& name, const std::function<void()>& step) = 0;
};

}  // namespace m2ag::host
