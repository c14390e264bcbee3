#include "settings.h"

#include <algorithm>

#include "interlock.h"

namespace relay {

void check(const Settings& settings, std::string_view self) {
  const auto& others = settings.interlock;
  if (std::find(others.begin(), others.end(), self) != others.end())
    throw m2ag::ConfigError("interlock: a relay cannot be interlocked with itself");
  if (settings.safe.state == SafeState::on && (settings.max_on || !others.empty()))
    throw m2ag::ConfigError("safe.state: a relay that is safe when it is on cannot have `max_on` or `interlock`");
  if (settings.max_on && settings.pulse_time > *settings.max_on)
    throw m2ag::ConfigError("pulse_time: expected at most `max_on`, " + shown(*settings.max_on) + ", found " +
                            shown(settings.pulse_time));
}

}  // namespace relay
