// A callable that is run once and owned by one: what waits in a lane or on the scheduler. Up to 64 bytes of captures lie in the object
// itself, so that a command on its way to a component needs no allocation for its task. Move-only. Not thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace m2ag::host {

class Task {
 public:
  static constexpr std::size_t kInlineSize = 64;

  /// Whether a callable of this type lies in the task itself.
  template <class F>
  static constexpr bool fits_inline = sizeof(F) <= kInlineSize &&
                                      alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F>;

  Task() noexcept = default;

  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Task> && std::is_invocable_v<std::decay_t<F>&>)
  Task(F&& callable) {
    using Callable = std::decay_t<F>;
    if constexpr (fits_inline<Callable>) {
      std::construct_at(inline_target<Callable>(storage_), std::forward<F>(callable));
      operations_ = &kInline<Callable>;
    } else {
      std::construct_at(inline_target<Callable*>(storage_),
                        std::make_unique<Callable>(std::forward<F>(callable)).release());
      operations_ = &kOnHeap<Callable>;
    }
  }

  Task(Task&& other) noexcept { take(other); }
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { reset(); }

  explicit operator bool() const noexcept { return operations_ != nullptr; }

  /// Runs the callable. The task must not be empty.
  void operator()() { operations_->run(storage_); }

  /// Destroys the callable and what it captured.
  void reset() noexcept {
    if (operations_ != nullptr) std::exchange(operations_, nullptr)->destroy(storage_);
  }

 private:
  struct Operations {
    void (*run)(std::byte* target);
    void (*move)(std::byte* from, std::byte* to) noexcept;  ///< leaves nothing to destroy in `from`
    void (*destroy)(std::byte* target) noexcept;
  };

  template <class T>
  static T* inline_target(std::byte* storage) noexcept {
    return reinterpret_cast<T*>(storage);
  }

  template <class F>
  static constexpr Operations kInline{[](std::byte* target) { (*inline_target<F>(target))(); },
                                      [](std::byte* from, std::byte* to) noexcept {
                                        std::construct_at(inline_target<F>(to), std::move(*inline_target<F>(from)));
                                        std::destroy_at(inline_target<F>(from));
                                      },
                                      [](std::byte* target) noexcept { std::destroy_at(inline_target<F>(target)); }};

  template <class F>
  static constexpr Operations kOnHeap{
      [](std::byte* target) { (**inline_target<F*>(target))(); },
      [](std::byte* from, std::byte* to) noexcept {
        std::construct_at(inline_target<F*>(to), *inline_target<F*>(from));
      },
      [](std::byte* target) noexcept { std::default_delete<F>()(*inline_target<F*>(target)); }};

  void take(Task& other) noexcept {
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_ != nullptr) operations_->move(other.storage_, storage_);
  }

  alignas(void*) std::byte storage_[kInlineSize];
  const Operations* operations_ = nullptr;
};

}  // namespace m2ag::host
