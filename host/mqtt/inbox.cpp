#include "mqtt/inbox.h"

#include <utility>

#include "core/worker_pool.h"

namespace m2ag::host {
namespace {

constexpr int kTurnMessages = 32;  // then others have their turn

}  // namespace

Inbox::Inbox(Executor& executor, Handler handler) : pool_(executor.pool()), handler_(std::move(handler)) {}

Inbox::~Inbox() = default;

bool Inbox::push(const MqttMessage& message) {
  Kept kept{message, std::string(message.topic), std::string(message.payload), std::string(message.response_topic),
            std::string(message.correlation_data)};
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || waiting_.size() >= kMostMessages || bytes_ + kept.size() > kMostBytes) return false;
    bytes_ += kept.size();
    waiting_.push_back(std::move(kept));
    if (std::exchange(scheduled_, true)) return true;
  }
  pool_->ready(shared_from_this());
  return true;
}

void Inbox::run_turn() noexcept {
  for (int n = 0; n < kTurnMessages; ++n) {
    if (!hand_over_one()) return;
  }
  pool_->ready(shared_from_this());
}

/// False when nothing waits; then the next push announces a turn again.
bool Inbox::hand_over_one() {
  std::function<void()> on_empty;
  std::unique_lock lock(mutex_);
  if (waiting_.empty()) {
    scheduled_ = false;
    on_empty.swap(on_empty_);
    lock.unlock();
    if (on_empty) on_empty();
    return false;
  }
  Kept kept = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= kept.size();
  lock.unlock();
  kept.message.topic = kept.topic;
  kept.message.payload = kept.payload;
  kept.message.response_topic = kept.response_topic;
  kept.message.correlation_data = kept.correlation_data;
  handler_(kept.message);
  return true;
}

void Inbox::refused() noexcept {
  abandon();
  hand_over_one();
}

void Inbox::close(std::function<void()> on_empty) {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    if (scheduled_) {
      on_empty_ = std::move(on_empty);
      return;
    }
  }
  on_empty();
}

void Inbox::abandon() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  waiting_.clear();
  bytes_ = 0;
}

}  // namespace m2ag::host
