#include "core/owned_threads.h"

#include <mutex>

namespace m2ag::host {
namespace {

constinit std::mutex mutex;
constinit OwnedThread* first = nullptr;

}  // namespace

OwnedThread::OwnedThread(std::string_view owner) noexcept : owner_(owner) {
  if (owner_.empty()) return;
  const std::lock_guard lock(mutex);
  next_ = first;
  if (next_ != nullptr) next_->previous_ = this;
  first = this;
}

OwnedThread::~OwnedThread() {
  if (owner_.empty()) return;
  const std::lock_guard lock(mutex);
  (previous_ != nullptr ? previous_->next_ : first) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

std::size_t OwnedThread::count(std::string_view owner) noexcept {
  const std::lock_guard lock(mutex);
  std::size_t count = 0;
  for (const OwnedThread* each = first; each != nullptr; each = each->next_) {
    if (each->owner_ == owner) ++count;
  }
  return count;
}

}  // namespace m2ag::host
