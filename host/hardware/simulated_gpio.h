// Lines of the descriptor's `simulated` section, each with its inside (what a component holds) and its outside (a finger, a wire).
// Any thread. Edges take the same way as those of the kernel: a file descriptor that the edge thread waits for.
#pragma once

#include <m2ag/gpio.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "hardware/edge_thread.h"

namespace m2ag::host {

/// One wire. Its level: what an output drives, else what the outside drives, else the bias; low when nothing pulls.
class SimulatedWire;

class SimulatedGpio {
 public:
  explicit SimulatedGpio(EdgeThread& edges) : edges_(edges) {}

  /// Defines a line, with the level that the outside drives from the start; nothing: the outside lets go. A line that is there stays.
  void add_line(const GpioLineConfig& line, std::optional<bool> driven = {});
  /// As a chip that is unplugged: who holds the line gets DeviceError from all that it does with it, and an input that watches edges is lost.
  void remove_line(const GpioLineConfig& line);
  bool has_line(const GpioLineConfig& line) const;

  /// As the real ones (linux_gpio.h). Throw DeviceError when the line is not simulated or is held.
  std::unique_ptr<GpioOutput> output(const GpioLineConfig& line, const GpioOutputOptions& options,
                                     const std::string& consumer);
  std::unique_ptr<GpioInput> input(const GpioLineConfig& line, const GpioInputOptions& options,
                                   const std::string& consumer, EdgeHandler on_edge, LineLostHandler on_lost);
  /// Throws ConfigError when the line is not simulated.
  std::unique_ptr<SimulatedGpioLine> outside(const GpioLineConfig& line);

 private:
  std::shared_ptr<SimulatedWire> find(const GpioLineConfig& line) const;

  EdgeThread& edges_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<SimulatedWire>> wires_;
};

/// "DOOR", or "relays 3" for chip and offset: how a line is called in messages.
std::string line_name(const GpioLineConfig& line);

}  // namespace m2ag::host
