// GPIO lines: an output is held for as long as its object lives, an input reports its edges on the component's lane.
// "Active" is the logical level: `active_low` turns it over inside the kernel.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace m2ag {

/// Which line: by name, or by the chip's label and an offset (numbers of chips change between kernels and boards).
struct GpioLineConfig {
  std::string name{};  ///< "GPIO17"; empty when chip and offset are given
  std::string chip{};  ///< the chip's label, such as "pinctrl-rp1"
  int offset = -1;
};

enum class Bias { as_is, disabled, pull_up, pull_down };
enum class Drive { push_pull, open_drain, open_source };

constexpr auto choices(Bias) {
  return std::array<std::pair<std::string_view, Bias>, 4>{{{"as-is", Bias::as_is},
                                                           {"disabled", Bias::disabled},
                                                           {"pull-up", Bias::pull_up},
                                                           {"pull-down", Bias::pull_down}}};
}
constexpr auto choices(Drive) {
  return std::array<std::pair<std::string_view, Drive>, 3>{
      {{"push-pull", Drive::push_pull}, {"open-drain", Drive::open_drain}, {"open-source", Drive::open_source}}};
}

struct GpioOutputOptions {
  bool active_low = false;
  bool initial = false;  ///< active or not, set inside the line request, so that nothing glitches
  Drive drive = Drive::push_pull;
};

struct GpioInputOptions {
  bool active_low = false;
  Bias bias = Bias::as_is;
  std::chrono::microseconds debounce{0};  ///< a level counts once it has been stable for so long
};

struct GpioEdge {
  bool active = false;               ///< the level after the edge
  std::chrono::nanoseconds time{0};  ///< CLOCK_MONOTONIC
  std::uint32_t sequence = 0;        ///< grows by one an edge of this line; a gap means that edges were lost
};
using EdgeHandler = std::function<void(const GpioEdge&)>;

/// The destructor releases the line: write the safe level first.
class GpioOutput {
 public:
  virtual ~GpioOutput() = default;
  /// [lane] Throws DeviceError.
  virtual void write(bool active) = 0;
  /// [lane] The level as it is at the line. Throws DeviceError.
  virtual bool read() = 0;
  /// [lane] The level that the line is left at when this process crashes, in whatever component; until it is said, as it was. It cannot help
  /// when the process is killed (SIGKILL) or the machine stops. Since 1.2.
  virtual void at_crash(bool /*active*/) {}
};

/// No edge is reported once the destructor has returned.
class GpioInput {
 public:
  virtual ~GpioInput() = default;
  /// [lane] Throws DeviceError.
  virtual bool read() = 0;
};

/// The outside of a line that the descriptor's `simulated` section defines: the finger on the button, the coil of the relay.
class SimulatedGpioLine {
 public:
  virtual ~SimulatedGpioLine() = default;
  /// [any-thread] Drives the line from outside, as a wire would. Electrical level: true is high.
  virtual void drive(bool high) = 0;
  /// [any-thread] Lets go: the bias decides.
  virtual void release() = 0;
  /// [any-thread] The electrical level.
  virtual bool level() const = 0;
};

}  // namespace m2ag
