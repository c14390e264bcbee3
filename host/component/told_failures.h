// What has been said of a component's failures since it worked last: each kind of reason goes to the log once. A noisy wire gives a reason
// a second ("178.4 °C", "178.5 °C", "no device answered"), and a device that comes and goes fills a disk with them.
// Used by one thread at a time.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace m2ag::host {

class ToldFailures {
 public:
  /// Whether this has to be said: no reason that differs only in its numbers was. `retry`: that it stays failed is news.
  bool is_new(std::string_view reason, bool retry);
  bool empty() const { return kinds_.empty(); }
  /// It works again.
  void clear() { kinds_.clear(); }

 private:
  std::set<std::string, std::less<>> kinds_;
};

}  // namespace m2ag::host
