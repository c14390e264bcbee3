// For tests: a reader with everything that happened to it, and waiting for it with a deadline. Its functions may be called from any
// thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "mqtt/reader/reader.h"

namespace m2ag::host::reader {

class TestReader {
 public:
  struct Received {
    Message info;  // its views are empty
    std::string topic;
    std::string payload;
  };

  /// Started. `acknowledge`: at once, in the handler.
  explicit TestReader(Settings settings, bool acknowledge = true);

  /// Reconnects fast; one filter, "#".
  static Settings settings(const std::string& url, const std::string& id = "one");

  Reader* operator->() { return reader_.get(); }
  void destroy() { reader_.reset(); }

  /// True when `condition` became true within `seconds`; looked at again after each event and every few milliseconds.
  bool eventually(const std::function<bool()>& condition, int seconds = 20);
  bool wait_connected(std::uint64_t times = 1);
  bool wait_count(std::size_t count);

  std::vector<Received> messages();
  std::vector<std::string> payloads();
  std::size_t count();
  std::vector<State> states();
  /// Of the newest state; waits for the first one.
  std::string sentence();
  std::vector<std::string> refused();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Received> messages_;
  std::vector<State> states_;
  std::vector<std::string> refused_;
  std::unique_ptr<Reader> reader_;
};

/// How often `text` stands in `log`.
std::size_t occurrences(const std::string& log, const std::string& text);

}  // namespace m2ag::host::reader
