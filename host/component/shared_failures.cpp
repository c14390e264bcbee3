#include "component/shared_failures.h"

namespace m2ag::host {

bool SharedFailures::claim(const std::string& reason, const void* who) {
  const std::lock_guard lock(mutex_);
  return tellers_.emplace(reason, who).second;
}

bool SharedFailures::release(const void* who) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(tellers_, [who](const auto& each) { return each.second == who; }) > 0;
}

}  // namespace m2ag::host
