#include "core/current_call.h"

#include <algorithm>
#include <array>
#include <atomic>

namespace m2ag::host {
namespace {

/// A copy, no pointer to the lane's entry: that lies on the stack, which an overrun of the plugin destroys first.
thread_local constinit CallTag current;

/// Of its label, because that may lie on the heap.
struct LabelCopy {
  std::array<char, 48> text{};
  std::size_t length = 0;
};
thread_local constinit LabelCopy current_label;

void set(const CallTag& tag) noexcept {
  current = tag;
  current_label.length = std::min(tag.label.size(), current_label.text.size());
  std::copy_n(tag.label.data(), current_label.length, current_label.text.data());
  std::atomic_signal_fence(std::memory_order_seq_cst);  // before the first instruction of the call
}

}  // namespace

CurrentCall::CurrentCall(CallTag tag) noexcept : outer_(current) { set(tag); }

CurrentCall::~CurrentCall() { set(outer_); }

const CallTag* CurrentCall::get() noexcept { return current.label.empty() ? nullptr : &current; }

std::string_view CurrentCall::copied_label() noexcept { return {current_label.text.data(), current_label.length}; }

}  // namespace m2ag::host
