#include "component/handover.h"

#include <utility>

namespace m2ag::host {

void Handover::open(Give give) {
  const std::lock_guard lock(mutex_);
  give_ = std::move(give);
}

void Handover::close() {
  const std::lock_guard lock(mutex_);
  give_ = nullptr;
}

Handover::Outcome Handover::give(const IncomingMessage& message, Reply unanswered) {
  const std::lock_guard lock(mutex_);
  if (!give_) return Outcome::closed;
  // Before it is given: the answer may be quicker than we are.
  const auto place = unanswered_.emplace(++last_number_, std::move(unanswered)).first;
  if (give_(last_number_, message)) return Outcome::given;
  unanswered_.erase(place);
  return Outcome::full;
}

std::optional<Reply> Handover::answered(HandedAnswer answer) {
  const std::lock_guard lock(mutex_);
  auto found = unanswered_.extract(answer.number);
  if (!found || !answer.is_wanted) return std::nullopt;
  Reply reply = std::move(found.mapped());
  reply.ok = answer.ok;
  reply.code = std::move(answer.code);
  reply.message = std::move(answer.message);
  reply.data = std::move(answer.data);
  return reply;
}

std::vector<Reply> Handover::end() {
  const std::lock_guard lock(mutex_);
  give_ = nullptr;
  std::vector<Reply> replies;
  for (auto& [number, reply] : std::exchange(unanswered_, {})) replies.push_back(std::move(reply));
  return replies;
}

}  // namespace m2ag::host
