// A request whose work may block, such as on a bus that hangs: done on a lane of its own, once at a time, and answered in time whatever
// becomes of the work. What the work still finds after that is dropped. Any thread.
#pragma once

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

  /// Executor, scheduler and log must outlive what the executor runs.
  BackgroundRequest(std::string name, Executor& executor, Scheduler& scheduler, Log& log, Work work,
                    Clock::duration deadline);
  /// close()
  ~BackgroundRequest();
  BackgroundRequest(const BackgroundRequest&) = delete;
  BackgroundRequest& operator=(const BackgroundRequest&) = delete;

  /// Returns at once. Answered `busy` as long as the work of another one goes on, also of one that was answered already because it took
  /// too long.
  void begin(const Value& arguments, RequestAnswer answer);

  /// Who still waits is answered `unavailable`, and so is who comes.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the work, which may be under way for longer than this
};

}  // namespace m2ag::host
