// A chip of the kernel's and a line of it that is held, whichever libgpiod there is: gpio_chip_v1.cpp is built with 1.6 (Debian 12),
// gpio_chip_v2.cpp with 2.x (Debian 13). Says what failed by errno; who calls makes a sentence of it. Opening is any-thread; each held
// line belongs to one thread at a time, except that edges may be read on another one.
#pragma once

#include <m2ag/gpio.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hardware/edge_source.h"

struct gpiod_chip;

namespace m2ag::host {

/// So many edges of a line wait in the kernel; what comes while it keeps as many is dropped.
extern const std::size_t kEdgesKept;

struct GpioLineInfo {
  std::string chip;   ///< "gpiochip0"
  std::string label;  ///< "pinctrl-rp1"
  unsigned int offset;
  std::string name;      ///< empty when it has none
  std::string consumer;  ///< who holds it; empty when nobody does
  bool used = false;
  bool output = false;  ///< its direction; false: an input
};

/// What a line is held for.
struct GpioRequest {
  unsigned int offset = 0;
  std::string consumer;
  std::optional<bool> output;  ///< its level from the first moment on; none: an input
  bool active_low = false;
  Drive drive = Drive::push_pull;         ///< of an output
  Bias bias = Bias::as_is;                ///< of an input
  bool edges = false;                     ///< of an input
  std::chrono::microseconds debounce{0};  ///< of an input with edges
};

/// Let go when it is destroyed.
class HeldLine {
 public:
  virtual ~HeldLine() = default;
  /// The logical level; none: errno.
  virtual std::optional<bool> value() = 0;
  /// False: errno.
  virtual bool set(bool active) = 0;
  /// Readable while edges wait.
  virtual int fd() const = 0;
  /// Appends those that wait, one at least. False: errno.
  virtual bool read_edges(std::vector<RawEdge>& out) = 0;
  /// The kernel debounces, as it was asked to.
  virtual bool debounced() const { return false; }
};

class GpioChip : public std::enable_shared_from_this<GpioChip> {
 public:
  /// Null: errno.
  static std::shared_ptr<GpioChip> open(const std::string& node);
  explicit GpioChip(gpiod_chip* chip);
  ~GpioChip();
  GpioChip(const GpioChip&) = delete;
  GpioChip& operator=(const GpioChip&) = delete;

  const std::string& name() const { return name_; }
  const std::string& label() const { return label_; }
  unsigned int line_count() const { return line_count_; }
  /// None: errno.
  std::optional<GpioLineInfo> line(unsigned int offset) const;
  /// Null: errno.
  std::unique_ptr<HeldLine> hold(const GpioRequest& request);

 private:
  gpiod_chip* const chip_;
  std::string name_, label_;
  unsigned int line_count_ = 0;
};

}  // namespace m2ag::host
