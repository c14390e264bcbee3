#include "mqtt/inbox.h"

namespace m2ag::host {

bool Inbox::push(const MqttMessage& message) {
  Kept kept{message, std::string(message.topic), std::string(message.payload), std::string(message.response_topic),
            std::string(message.correlation_data)};
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || waiting_.size() >= kMostMessages || bytes_ + kept.size() > kMostBytes) return false;
    bytes_ += kept.size();
    waiting_.push_back(std::move(kept));
    if (!asleep_) return true;
  }
  // Outside the lock: the reader would wake up only to wait for it.
  changed_.notify_one();
  return true;
}

void Inbox::run(const std::function<void(const MqttMessage&)>& handler) {
  std::unique_lock lock(mutex_);
  for (;;) {
    asleep_ = true;
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    asleep_ = false;
    if (waiting_.empty()) return;
    Kept kept = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    kept.message.topic = kept.topic;
    kept.message.payload = kept.payload;
    kept.message.response_topic = kept.response_topic;
    kept.message.correlation_data = kept.correlation_data;
    handler(kept.message);
    lock.lock();
    bytes_ -= kept.size();
  }
}

void Inbox::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void Inbox::abandon() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  waiting_.clear();
  changed_.notify_all();
}

}  // namespace m2ag::host
