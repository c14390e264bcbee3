// One relay's side of its interlock: whom it excludes at this moment, by its own settings and by those of others. Any thread.
#pragma once

#include <m2ag/m2ag.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "interlock.h"

namespace relay {

class Exclusion {
 public:
  using Time = Interlocks::Time;

  /// `interlock`: the ids that its own settings name.
  Exclusion(m2ag::Context& context, std::vector<std::string> interlock, std::chrono::microseconds dead_time);

  /// Whether there is anybody whom it excludes. A reload changes it while the relay goes on.
  bool exists() const;

  // As those of Interlocks.
  void join();
  [[nodiscard]] std::optional<Interlocks::Conflict> claim();
  void off(Time since);
  void unknown();

 private:
  std::vector<Interlocks::Other> others() const;

  m2ag::Context& context_;
  const std::vector<std::string> interlock_;
  const std::chrono::microseconds dead_time_;
  const Interlocks::Key key_;
};

}  // namespace relay
