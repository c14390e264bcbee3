// Commands on their way from the host to the process of an isolated component. Each is answered once: by that process, or, when it ends before
// it has, by the host. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "core/message.h"

namespace m2ag::host {

class Handover {
 public:
  /// Gives the process a message and the number under which it says that it has answered; false: it takes none now. Returns at once.
  using Give = std::function<bool(std::uint64_t number, const IncomingMessage& message)>;

  /// From here on the process takes commands.
  void open(Give give);
  /// It takes none from here on, and `give` is not called any more; what it was given it may still answer.
  void close();

  enum class Outcome { given, closed, full };
  /// `unanswered`: to whom the answer goes should the process end before it has answered.
  Outcome give(const IncomingMessage& message, Reply unanswered);
  void answered(std::uint64_t number);
  /// The process has ended. What it has not answered, in the order it came.
  std::vector<Reply> end();

 private:
  std::mutex mutex_;
  Give give_;
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, Reply> unanswered_;
};

}  // namespace m2ag::host
