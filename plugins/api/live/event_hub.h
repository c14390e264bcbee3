// Sends server-sent events (WHATWG HTML §9.2) to many clients from one thread: first what is, then what changes, gathered. A client that does
// not read costs the text of one piece and nobody else's time: it gets nothing more until that is gone, and then the newest.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "live/mirror.h"

namespace api {

struct HubSettings {
  std::size_t most_clients = 256;
  std::chrono::milliseconds period{250};  ///< changes of that time go out together
  std::chrono::milliseconds ping{
      15'000};  ///< something is sent at least that often, so that each side notices when the other is gone
  std::chrono::milliseconds stalled{30'000};   ///< a client that has taken nothing for that long is let go
  std::chrono::milliseconds allowed{5'000};    ///< how often a client's permission is looked at
  std::size_t piece = std::size_t{64} * 1024;  ///< bytes of one event, about
};

struct HubStats {
  std::size_t clients = 0;
  std::uint64_t accepted = 0, refused = 0;
  std::uint64_t stalled = 0;  ///< let go because they did not read
  std::uint64_t sent_bytes = 0;
};

class EventHub {
 public:
  struct Follow {
    Mirror::Filter filter;
    std::string last_event_id;  ///< goes on after that event when it is of this hub; else begins with the state
    std::function<bool()> still_allowed;  ///< [hub's thread] false: the session or token has ended
  };

  /// `mirror` must outlive it. `mark`: of this run of the program; numbers of another one mean nothing here. `[A-Za-z0-9]+`.
  EventHub(const Mirror& mirror, HubSettings settings, std::string mark);
  ~EventHub();
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  /// [any-thread] Owns the descriptor, a connected socket, also when it returns false: there are too many clients, which it is told (503).
  bool adopt(int descriptor, Follow follow);
  HubStats stats() const;
  /// Ends all streams. Nothing of a Follow is called any more when it returns.
  void stop();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace api
