// The one thread that debounces the edges of all inputs (edge_reader.h fetches them) and tells who watches. Started by the first watch,
// joined by the destructor. Handlers run on it with its lock held: they hand the edge on and return, and neither add nor remove watches.
#pragma once

#include <m2ag/gpio.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "hardware/debouncer.h"
#include "hardware/edge_reader.h"
#include "hardware/edge_source.h"
#include "hardware/file_descriptor.h"

namespace m2ag::host {

/// The line gives no more edges (its chip was unplugged); the sentence says which and why. Called at most once.
using LineLostHandler = std::function<void(const std::string& reason)>;

class EdgeThread {
 public:
  EdgeThread();
  /// Every watch is gone by then.
  ~EdgeThread();
  EdgeThread(const EdgeThread&) = delete;
  EdgeThread& operator=(const EdgeThread&) = delete;

  /// [any-thread] Reports edges of `source`, which outlives the handle. Once the handle is destroyed, which waits for a running
  /// handler, none is reported any more.
  [[nodiscard]] std::shared_ptr<void> watch(EdgeSource& source, std::chrono::microseconds debounce, EdgeHandler on_edge,
                                            LineLostHandler on_lost);

 private:
  struct Watched {
    EdgeSource& source;
    std::optional<Debouncer> debouncer;  // none: every edge counts
    EdgeHandler on_edge;
    LineLostHandler on_lost;
    std::chrono::nanoseconds next_check;  // whether the line is still there
    std::uint32_t sequence = 0;
    bool gone = false;
  };

  void run(const std::stop_token& stop);
  std::optional<std::chrono::nanoseconds> next_deadline() const;
  void read_all();
  void tell(Watched& watched, const RawEdge& edge);
  void settle(Watched& watched, std::chrono::nanoseconds now);
  void check(Watched& watched, std::chrono::nanoseconds now);
  void lose(Watched& watched, const std::string& reason);
  void remove(std::uint64_t id);
  void wake();

  FileDescriptor wake_;
  EdgeReader reader_;
  std::mutex mutex_;
  std::map<std::uint64_t, Watched> watched_;
  std::uint64_t next_id_ = 0;
  std::jthread thread_;
};

}  // namespace m2ag::host
