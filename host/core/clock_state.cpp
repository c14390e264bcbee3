#include "core/clock_state.h"

#include <sys/timex.h>

namespace m2ag::host {

std::optional<bool> clock_synchronised() {
  timex state{};
  const int result = adjtimex(&state);
  return clock_synchronised(result, state.status);
}

std::optional<bool> clock_synchronised(int result, int status) {
  if (result == -1) return std::nullopt;
  return result != TIME_ERROR && (static_cast<unsigned>(status) & static_cast<unsigned>(STA_UNSYNC)) == 0;
}

}  // namespace m2ag::host
