// Fetches edges from the kernel as soon as they come. libgpiod 1.x lets the kernel keep 16 edges of a line and drop what comes while they
// wait, so this thread runs before all others where it may, takes no lock that a thread of theirs could hold for long, and does nothing
// but hand on. add() and remove() from any thread; take() from one.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "hardware/edge_source.h"
#include "hardware/file_descriptor.h"

namespace m2ag::host {

struct ReadEdge {
  std::uint64_t source;
  RawEdge edge;
  std::string failure = {};  ///< not empty: there is no edge, the line is gone, and this is the last of it
};

class EdgeReader {
 public:
  /// Throws std::system_error.
  EdgeReader();
  /// Every source is removed by then.
  ~EdgeReader();
  EdgeReader(const EdgeReader&) = delete;
  EdgeReader& operator=(const EdgeReader&) = delete;

  void add(std::uint64_t id, EdgeSource& source);
  /// Afterwards the source is not used any more, nor its file polled. Edges of it may still be waiting in here.
  void remove(std::uint64_t id);

  /// Readable (POLLIN) when edges have come since the last clear().
  int fd() const { return filled_.get(); }
  void clear();
  /// The next edge, in the order of their reading.
  std::optional<ReadEdge> take();

 private:
  static constexpr std::size_t kCapacity = 4096;  // edges: seconds of a thousand a second

  struct Source {
    EdgeSource* source;
    std::uint32_t lost = 0;  ///< there was no room for them
    bool gone = false;
  };

  void run(const std::stop_token& stop);
  void read(std::uint64_t id, Source& source);
  bool put(ReadEdge edge);

  FileDescriptor wake_, filled_;
  std::mutex mutex_;  // sources_ and what follows; held for moments only
  std::condition_variable round_ended_;
  std::map<std::uint64_t, Source> sources_;
  std::uint64_t rounds_ = 0;
  bool polling_ = false;

  // One thread puts, one takes: no lock, so that neither waits for the other.
  std::array<ReadEdge, kCapacity> ring_;
  std::atomic<std::size_t> put_{0}, taken_{0};
  std::jthread thread_;
};

}  // namespace m2ag::host
