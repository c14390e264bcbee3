// What a descriptor says of a line with two positions.
#pragma once

#include <m2ag/m2ag.h>

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

namespace gpio_switch {

enum class Direction { input, output };
enum class Restore { off, on, last };
enum class SafeState { off, on };

constexpr auto choices(Direction) {
  return std::array<std::pair<std::string_view, Direction>, 2>{
      {{"input", Direction::input}, {"output", Direction::output}}};
}
constexpr auto choices(Restore) {
  return std::array<std::pair<std::string_view, Restore>, 3>{
      {{"off", Restore::off}, {"on", Restore::on}, {"last", Restore::last}}};
}
constexpr auto choices(SafeState) {
  return std::array<std::pair<std::string_view, SafeState>, 2>{{{"off", SafeState::off}, {"on", SafeState::on}}};
}

struct Safe {
  SafeState state = SafeState::off;
  static void describe(m2ag::ParamTable<Safe>& table) {
    table.param("state", &Safe::state, "what the output goes to when the component stops or fails");
  }
};

struct Settings {
  m2ag::GpioLineConfig line;
  Direction direction = Direction::input;
  bool active_low = false;
  // of an input
  m2ag::Bias bias = m2ag::Bias::as_is;
  std::chrono::microseconds debounce{0}, click_time{0}, double_time{0}, long_time{0};
  bool count = false;
  std::chrono::microseconds rate_interval{10'000'000}, rate_timeout{300'000'000};
  // of an output
  m2ag::Drive drive = m2ag::Drive::push_pull;
  Restore restore = Restore::off;
  Safe safe;
};

}  // namespace gpio_switch
