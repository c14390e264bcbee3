// What the log has said of failures, over all components: a reason that several have in common, such as a bus that is not there or the
// wrong chip that two of them read, is said by one of them. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>

namespace m2ag::host {

class SharedFailures {
 public:
  /// Whether `who`, who has failed for `reason`, has to say it: nobody says it now. From here on it does, until release().
  bool claim(const std::string& reason, const void* who);
  /// It works again, or is gone. Whether it had anything to say.
  bool release(const void* who);

 private:
  std::mutex mutex_;
  std::map<std::string, const void*, std::less<>> tellers_;  ///< by reason
};

}  // namespace m2ag::host
