// A first-in first-out queue in one growing block: an empty one owns no memory, a used one needs no allocation until it holds more than
// it ever did. (std::deque allocates half a kilobyte when empty and keeps allocating when used; there may be ten thousand of these.)
// Not thread-safe. T must be default constructible and nothrow movable.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace m2ag::host {

template <class T>
class Ring {
 public:
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  std::size_t capacity() const noexcept { return capacity_; }

  /// The n-th from the front; n < size().
  T& operator[](std::size_t n) noexcept { return slots_[(first_ + n) & (capacity_ - 1)]; }

  void push_back(T value) {
    static_assert(std::is_nothrow_move_assignable_v<T> && std::is_default_constructible_v<T>);
    if (size_ == capacity_) grow();
    slots_[(first_ + size_) & (capacity_ - 1)] = std::move(value);
    ++size_;
  }

  /// Takes the front out; the ring must not be empty.
  T pop_front() noexcept {
    T value = std::exchange(slots_[first_], T());
    first_ = (first_ + 1) & (capacity_ - 1);
    --size_;
    return value;
  }

  /// Gives the memory back if the ring is empty and holds room for more than `keep`.
  void trim(std::size_t keep) noexcept {
    if (size_ != 0 || capacity_ <= keep) return;
    slots_.reset();
    first_ = capacity_ = 0;
  }

 private:
  void grow() {
    const std::size_t wider = std::max<std::size_t>(4, capacity_ * 2);  // a power of two, for the mask
    auto slots = std::make_unique<T[]>(wider);
    for (std::size_t n = 0; n < size_; ++n) slots[n] = std::move((*this)[n]);
    slots_ = std::move(slots);
    first_ = 0;
    capacity_ = wider;
  }

  std::unique_ptr<T[]> slots_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace m2ag::host
