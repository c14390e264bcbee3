// What other threads want of the reader's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "mqtt/reader/wake.h"

namespace m2ag::host::reader {

class Control {
 public:
  /// The number never falls.
  void acknowledge(std::uint64_t number) {
    std::uint64_t before = acknowledged_.load();
    while (before < number && !acknowledged_.compare_exchange_weak(before, number)) {
    }
    if (before < number) notify();
  }
  void pause(bool paused) {
    paused_ = paused;
    notify();
  }
  void stop() {
    stopping_ = true;
    stopped_.signal();
    wake_.signal();
  }

  std::uint64_t acknowledged() const { return acknowledged_.load(); }
  bool paused() const { return paused_.load(); }
  bool stopping() const { return stopping_.load(); }

  /// For everything here.
  Wake& wake() { return wake_; }
  /// For stop() alone, and never cleared.
  const Wake& stopped() const { return stopped_; }
  /// By the reader's thread, whose own calls wake nobody: it looks anyway when its handler returns.
  void set_reader() { reader_ = std::this_thread::get_id(); }

 private:
  void notify() {
    if (reader_.load() != std::this_thread::get_id()) wake_.signal();
  }

  std::atomic<std::uint64_t> acknowledged_{0};
  std::atomic<bool> paused_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<std::thread::id> reader_{};
  Wake wake_;
  Wake stopped_;
};

}  // namespace m2ag::host::reader
