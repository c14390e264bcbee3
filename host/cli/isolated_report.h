// How an isolated component is, in the words that pass between the process that it runs in and its host: made there from the bus, read here.
// Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "component/handover.h"
#include "component/instance.h"
#include "core/event.h"

namespace m2ag::host {

class IsolatedReport {
 public:
  /// `send` returns at once; false: it did not go out, and is sent again by the next repeat().
  explicit IsolatedReport(std::function<bool(const std::string&)> send) : send_(std::move(send)) {}

  /// Before the first event.
  void about(std::shared_ptr<const Instance> instance) { instance_ = std::move(instance); }
  /// Bus sink: what has changed is told.
  void apply(const EventPtr& event);
  /// Whether commands are taken, whose answers can go out. When they are, waits until the host has heard it, 2 s at most: who is seen online
  /// before that has its commands refused.
  void listens(bool listens);
  /// The host has heard that commands are taken.
  void heard();
  /// What became of a command that the host has handed over. False: it is too long to be told in one piece.
  bool answered(const HandedAnswer& answer);
  /// All of it once more: counts have changed, or something did not go out.
  void repeat();

 private:
  void send_locked();
  void send_answers_locked();

  const std::function<bool(const std::string&)> send_;
  std::shared_ptr<const Instance> instance_;
  std::mutex mutex_;
  Value::Map newest_;
  bool heard_ = false;
  std::condition_variable has_heard_;
  std::deque<std::string> answers_;  ///< what did not go out yet
};

/// What the host answers to each message that says that commands are taken.
constexpr std::string_view kHeard = "heard";

/// What was sent, a state or an answer; `error` when the process cannot do its work, as a sentence.
struct IsolatedWords {
  RemoteState state;
  bool listens = false;
  std::optional<HandedAnswer> answer;
  std::string error;
};
/// Nothing when it is none of ours.
std::optional<IsolatedWords> read_isolated_words(std::string_view message);

/// The last words of a process that cannot do its work.
std::string isolated_error(std::string_view sentence);

}  // namespace m2ag::host
