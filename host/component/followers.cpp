#include "component/followers.h"

#include <fmt/format.h>

namespace m2ag::host {

namespace {

/// "pump is busy" of "pump": who refuses does not always say who it is.
bool begins_with_id(std::string_view sentence, std::string_view id) {
  if (!sentence.starts_with(id)) return false;
  return sentence.size() == id.size() || sentence[id.size()] == ' ' || sentence[id.size()] == ':';
}

}  // namespace

void Followers::answered(std::string_view component, const std::optional<Refusal>& refusal) {
  std::function<void(std::optional<Refusal>)> then;
  std::optional<Refusal> result;
  {
    const std::lock_guard lock(mutex_);
    ++answered_;
    if (refusal) {
      if (++refused_ == 1) refusal_.code = refusal->code;
      if (refused_ <= kToldRefusals) {
        const bool named = begins_with_id(refusal->message, component);
        refusal_.message += fmt::format("{}{}{}{}", refused_ == 1 ? "" : "; ", named ? "" : component,
                                        named ? "" : ": ", refusal->message);
      }
    }
    if (answered_ < begun_ || !then_) return;
    then.swap(then_);
    result = summary();
  }
  then(std::move(result));
}

void Followers::when_all(std::function<void(std::optional<Refusal>)> then) {
  std::optional<Refusal> result;
  {
    const std::lock_guard lock(mutex_);
    if (answered_ < begun_) {
      then_ = std::move(then);
      return;
    }
    result = summary();
  }
  then(std::move(result));
}

std::optional<Refusal> Followers::summary() const {
  if (refused_ == 0) return std::nullopt;
  if (begun_ == 1) return refusal_;
  const std::string more = refused_ > kToldRefusals ? fmt::format("; and {} more", refused_ - kToldRefusals) : "";
  return Refusal{refusal_.code, fmt::format("{} of {} refused: {}{}", refused_, begun_, refusal_.message, more)};
}

}  // namespace m2ag::host
