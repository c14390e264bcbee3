// What a session comes to beside messages. Values.
#pragma once

#include <stdexcept>
#include <string>

namespace m2ag::host::reader {

/// The broker ends the connection or does not answer: a clause without a full stop.
class SessionEnded : public std::runtime_error {
 public:
  explicit SessionEnded(const std::string& why, bool refused_version = false)
      : std::runtime_error(why), refused_version_(refused_version) {}
  bool refused_version() const { return refused_version_; }

 private:
  bool refused_version_;
};

/// A filter that the broker does not allow.
struct Refusal {
  std::string filter;
  std::string reason;
};

}  // namespace m2ag::host::reader
