// Commands on their way from the host to the process of an isolated component. Each is answered once: as that process says, or, when it ends
// before it has, with a refusal. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/message.h"

namespace m2ag::host {

/// What the process says of one of them.
struct HandedAnswer {
  std::uint64_t number = 0;
  bool is_wanted = false;  ///< otherwise that it is done, and whoever asked wants no answer, is all there is to know
  bool ok = false;
  std::string code, message;  ///< when refused
  Value data;
};

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
  /// The whole reply, when one is wanted and was not given before.
  std::optional<Reply> answered(HandedAnswer answer);
  /// The process has ended. What it has not answered, in the order it came.
  std::vector<Reply> end();

 private:
  std::mutex mutex_;
  Give give_;
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, Reply> unanswered_;
};

}  // namespace m2ag::host
