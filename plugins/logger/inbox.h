// Batches on their way from the MQTT reader's thread to the writer's. Holds as much as is put in: who puts asks is_full() and makes the
// broker wait. Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <vector>

#include "mqtt/reader/batch.h"

namespace logger {

class Inbox {
 public:
  using Batch = m2ag::host::reader::Batch;

  /// In bytes of memory.
  explicit Inbox(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  void put(Batch batch) {
    const std::lock_guard lock(mutex_);
    bytes_ += batch.bytes() + batch.size() * sizeof(m2ag::host::reader::Message);
    messages_ += batch.size();
    batches_.push_back(std::move(batch));
    changed_.notify_one();
  }

  /// Everything there is. Waits until there are `messages` of them or the inbox is full, for at most `patience`; empty when nothing came.
  std::vector<Batch> take(std::size_t messages, std::chrono::milliseconds patience, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, patience, [&] { return messages_ >= messages || bytes_ >= most_bytes_; });
    std::vector<Batch> taken(std::make_move_iterator(batches_.begin()), std::make_move_iterator(batches_.end()));
    batches_.clear();
    bytes_ = messages_ = 0;
    return taken;
  }

  bool is_full() const {
    const std::lock_guard lock(mutex_);
    return bytes_ >= most_bytes_;
  }
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

 private:
  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Batch> batches_;
  std::size_t bytes_ = 0, messages_ = 0;
};

}  // namespace logger
