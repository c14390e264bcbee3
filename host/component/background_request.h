// A request whose work may block, such as on a bus that hangs: done on a lane of its own, one after the other, and answered in time whatever
// becomes of the work. What the work still finds after that is dropped. Any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "component/router.h"
#include "core/executor.h"
#include "core/log.h"
#include "core/scheduler.h"

namespace m2ag::host {

class BackgroundRequest {
 public:
  /// What is answered, if not by an exception. CommandError: refused with its code; ConfigError: `bad_arguments`; any other exception: `failed`.
  using Work = std::function<std::variant<Value, Refusal>(const Value& arguments)>;

  /// `most` are let in at a time. Executor, scheduler and log must outlive what the executor runs.
  BackgroundRequest(std::string name, Executor& executor, Scheduler& scheduler, Log& log, Work work,
                    Clock::duration deadline, std::size_t most = 1);
  /// close()
  ~BackgroundRequest();
  BackgroundRequest(const BackgroundRequest&) = delete;
  BackgroundRequest& operator=(const BackgroundRequest&) = delete;

  /// Returns at once. Answered `busy` as long as the work of as many goes on, also of those that were answered already because it took too
  /// long.
  void begin(const Value& arguments, RequestAnswer answer);

  /// Who still waits is answered `unavailable`, and so is who comes.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the work, which may be under way for longer than this
};

}  // namespace m2ag::host
