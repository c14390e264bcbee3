// What a descriptor says of a thermostat.
#pragma once

#include <m2ag/m2ag.h>

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "regulator.h"

namespace thermostat {

constexpr auto choices(Mode) {
  return std::array<std::pair<std::string_view, Mode>, 2>{{{"heat", Mode::heat}, {"cool", Mode::cool}}};
}

enum class SafeState { off, on };
constexpr auto choices(SafeState) {
  return std::array<std::pair<std::string_view, SafeState>, 2>{{{"off", SafeState::off}, {"on", SafeState::on}}};
}

struct Settings {
  m2ag::ChannelName sensor, output;
  Mode mode = Mode::heat;
  double target = 20;
  double hysteresis = 1;
  std::chrono::microseconds min_on{0}, min_off{0};
  std::chrono::microseconds max_age{std::chrono::minutes(5)};
  SafeState safe_state = SafeState::off;
};

}  // namespace thermostat
