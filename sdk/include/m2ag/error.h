// What a plugin throws to say "this failed". Anything else derived from std::exception counts as device trouble and is retried.
#pragma once

#include <stdexcept>
#include <string>

namespace m2ag {

/// The settings are wrong: the component stays failed until they change. Say what was expected and what was found.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The device did not do what it should (no answer, bad checksum, line busy): the component is failed and retried after 1 s to 60 s. A
/// `sample` that throws it is called again, twice, before that.
class DeviceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A command is refused and nothing has changed: the component stays as it is, the sender gets `code` and the sentence.
class CommandError : public std::runtime_error {
 public:
  /// `code`: a word of `[a-z_]`, for programs, such as "locked" or "out_of_range".
  CommandError(std::string code, const std::string& sentence) : std::runtime_error(sentence), code_(std::move(code)) {}
  const std::string& code() const { return code_; }

 private:
  std::string code_;
};

}  // namespace m2ag
