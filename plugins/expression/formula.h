// A formula of named numbers, read by muParser (https://beltoforion.de/en/muparser). One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace expression {

class Formula {
 public:
  /// Throws m2ag::ConfigError with the place: no formula, a name that is none of `names`, a name that a formula cannot have.
  Formula(const std::string& text, const std::vector<std::string>& names);
  ~Formula();

  /// The result for values in the order of the names; nothing when it is no number: divided by zero, the root of something negative.
  std::optional<double> evaluate(const std::vector<double>& values);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace expression
