// What is watched for edges: a line of the kernel or a simulated one, behind one file descriptor.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace m2ag::host {

struct RawEdge {
  bool active;                    ///< logical level after the edge
  std::chrono::nanoseconds time;  ///< CLOCK_MONOTONIC
  std::uint32_t lost = 0;         ///< edges known to be missing before this one
};

/// Throws DeviceError when the line is gone.
class EdgeSource {
 public:
  virtual ~EdgeSource() = default;
  /// Readable (POLLIN) while edges wait. The same for the object's life.
  virtual int fd() const = 0;
  /// [reading thread] Appends edges that wait; called when there are some. At once: the kernel drops edges meanwhile.
  virtual void read_edges(std::vector<RawEdge>& out) = 0;
  /// [any thread] The logical level now.
  virtual bool level() = 0;
};

}  // namespace m2ag::host
