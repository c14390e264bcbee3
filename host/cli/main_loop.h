// The main thread of `m2ag run`: waits for signals, for work that others hand to it, for files that can be read, and for deadlines, and does
// one thing after the other. `post` from any thread, all else from the main thread.
#pragma once

#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace m2ag::host {

class MainLoop {
 public:
  using Task = std::function<void()>;
  using Clock = std::chrono::steady_clock;

  /// `signals` are blocked in every thread; each one that comes is given to `on_signal`. Throws std::system_error.
  MainLoop(const sigset_t& signals, std::function<void(int)> on_signal);
  ~MainLoop();
  MainLoop(const MainLoop&) = delete;
  MainLoop& operator=(const MainLoop&) = delete;

  void post(Task task);
  /// `readable` is called whenever `descriptor` can be read, until the loop ends.
  void watch(int descriptor, Task readable);
  /// Runs `task` once nobody has asked for it for `quiet`, at the latest `most` after the first. One for each name.
  void settle(const std::string& name, Clock::duration quiet, Clock::duration most, Task task);

  /// Until quit().
  void run();
  /// Gives the signals that have come to `on_signal`, without waiting; false when the loop has to end. For work that goes before run().
  bool take_signals();
  void quit() { quitting_ = true; }
  /// What was posted and did not get its turn runs now. For the end.
  void run_posted();

 private:
  struct Settling {
    Clock::time_point due, latest;
    Task task;
  };
  int patience() const;
  void run_settled();

  int signals_ = -1;  // signalfd
  int wake_ = -1;     // eventfd
  std::function<void(int)> on_signal_;
  std::vector<std::pair<int, Task>> watched_;
  std::map<std::string, Settling> settling_;
  bool quitting_ = false;
  std::mutex mutex_;
  std::vector<Task> posted_;
};

}  // namespace m2ag::host
