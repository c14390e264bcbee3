// What a descriptor says of a relay.
#pragma once

#include <m2ag/m2ag.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace relay {

enum class Restore { off, on, last };
enum class SafeState { off, on };

constexpr auto choices(Restore) {
  return std::array<std::pair<std::string_view, Restore>, 3>{
      {{"off", Restore::off}, {"on", Restore::on}, {"last", Restore::last}}};
}
constexpr auto choices(SafeState) {
  return std::array<std::pair<std::string_view, SafeState>, 2>{{{"off", SafeState::off}, {"on", SafeState::on}}};
}

struct Safe {
  SafeState state = SafeState::off;
  std::optional<std::chrono::microseconds> on_disconnect;
  static void describe(m2ag::ParamTable<Safe>& table) {
    table.param("state", &Safe::state, "what the relay goes to when the component stops or fails");
    table
        .param("on_disconnect", &Safe::on_disconnect,
               "the relay goes there too once the broker has been gone for so long; not given: it stays as it is")
        .range(std::chrono::seconds(1), std::chrono::days(366))
        .example(30'000'000);
  }
};

struct Settings {
  m2ag::GpioLineConfig line;
  bool active_low = false;
  m2ag::Drive drive = m2ag::Drive::push_pull;
  Restore restore = Restore::off;
  Safe safe;
  std::optional<std::chrono::microseconds> max_on, min_off;
  std::chrono::microseconds pulse_time{500'000};
  std::vector<std::string> interlock;
  std::chrono::microseconds dead_time{100'000};
};

/// Throws ConfigError when the settings do not go together. `self` is the relay's own id.
void check(const Settings& settings, std::string_view self);

/// `Builder`: of the type that has these settings.
template <class Builder>
Builder& describe(Builder&& relay) {
  return relay.param("line", &Settings::line, "GPIO line that drives the relay")
      .required()
      .example("GPIO17")
      .param("active_low", &Settings::active_low, "the relay closes on a low level")
      .param("drive", &Settings::drive, "how the line is driven")
      .param("restore", &Settings::restore, "what the relay goes to at the start; `last` is what it was told last")
      .param("safe", &Settings::safe, "what is safe")
      .param("max_on", &Settings::max_on, "goes off by itself after so long on, also across a restart")
      .range(std::chrono::milliseconds(1), std::chrono::days(366))
      .example(600'000'000)
      .runtime()
      .param("min_off", &Settings::min_off, "does not go on before it has been off for so long, as compressors want")
      .range(std::chrono::milliseconds(1), std::chrono::days(366))
      .example(180'000'000)
      .runtime()
      .param("pulse_time", &Settings::pulse_time, "how long a `pulse` is that does not say so")
      .range(std::chrono::milliseconds(1), std::chrono::hours(24))
      .runtime()
      .param("interlock", &Settings::interlock, "ids of relays that are never on together with this one")
      .param("dead_time", &Settings::dead_time, "how long all of them are off before the next one goes on")
      .range(std::chrono::milliseconds(0), std::chrono::hours(1));
}

/// Arguments of the command `pulse`.
struct Pulse {
  std::optional<std::chrono::microseconds> duration;
  static void describe(m2ag::ParamTable<Pulse>& table) {
    table.param("for", &Pulse::duration, "how long it is on; `pulse_time` when it is not given")
        .range(std::chrono::milliseconds(1), std::chrono::hours(24));
  }
};

}  // namespace relay
