// What the handler of a command asked of other components without looking at the answers itself: the command is answered once all of them
// are, and is refused when one of them is. Any thread.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "component/payload.h"

namespace m2ag::host {

class Followers {
 public:
  /// One more is on its way; `answered` is called for each.
  void begin() {
    const std::lock_guard lock(mutex_);
    ++begun_;
  }
  void answered(std::string_view component, const std::optional<Refusal>& refusal);

  /// Calls `then` once, with the refusal or none: at once when nothing is on its way, else from the thread of the last answer.
  void when_all(std::function<void(std::optional<Refusal>)> then);

 private:
  std::optional<Refusal> summary() const;

  static constexpr std::size_t kToldRefusals = 5;

  std::mutex mutex_;
  std::size_t begun_ = 0, answered_ = 0, refused_ = 0;
  Refusal refusal_;  ///< the code of the first one, the sentences of the first few
  std::function<void(std::optional<Refusal>)> then_;
};

}  // namespace m2ag::host
