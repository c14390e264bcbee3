// A connection to an MQTT broker that is always on its way back: connects, reconnects for ever, subscribes again, and keeps what is
// published meanwhile. Knows nothing of topics and their meaning: that is the bridge's.
// Every function may be called from any thread, from the handlers too, and returns at once, but for disconnect() and the destructor.
#pragma once

#include "core/executor.h"
#include "core/log.h"
#include "mqtt/message.h"
#include "mqtt/settings.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace m2ag::host {

struct MqttStats {
  bool connected = false;
  MqttVersion version = MqttVersion::any;  ///< of the connection, or of the last one
  std::uint64_t connects = 0;
  std::uint64_t sent = 0;  ///< QoS 0: written; else acknowledged by the broker
  std::uint64_t received = 0;
  std::uint64_t dropped = 0;    ///< the queue was full, or the message outlived its expiry
  std::uint64_t conflated = 0;  ///< replaced by a newer one of the same topic before it went out
  std::uint64_t refused = 0;    ///< by the broker (MQTT 5) or for a topic that is none
  std::uint64_t unread = 0;     ///< incoming messages dropped because on_message did not keep up
  std::size_t queued = 0;
  std::size_t in_flight = 0;
  std::string last_error;  ///< a sentence; empty while connected
};

class ClientCore;

class MqttClient {
 public:
  /// All may be empty; none may throw. One that blocks holds up only the next call on its thread.
  struct Handlers {
    /// On a thread of the executor, one message after the other. The views are valid during the call. What it gives to lanes runs when it
    /// returns: it must be short wherever others wait for the executor.
    std::function<void(const MqttMessage&)> on_message;
    /// On this client's own thread; the subscriptions are already on their way, and what is published here goes after them. With
    /// `subscribe_first` they hold: also who learns of it another way than from this client may send.
    std::function<void(bool session_present, MqttVersion version)> on_connected;
    /// On this client's own thread.
    std::function<void(const std::string& reason)> on_disconnected;
    /// On this client's own thread; the broker does not allow this filter.
    std::function<void(const std::string& filter, const std::string& reason)> on_subscribe_refused;
  };

  /// Does not connect yet. Throws std::invalid_argument for a URL or client id that is none. `executor` and `log` must outlive the client.
  MqttClient(MqttSettings settings, Handlers handlers, Executor& executor, Log& log);
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;
  /// As disconnect(0). When a thread is stuck in the library all the same (name resolution, a handler that blocks), it is left behind with a log line.
  ~MqttClient();

  /// Starts to connect. Once.
  void start();

  /// Kept over reconnects; a filter that is there already gets the new options.
  void subscribe(std::vector<Subscription> subscriptions);
  void unsubscribe(const std::vector<std::string>& filters);

  /// Goes out at once when the connection and the window are open, else waits its turn. Messages of one topic keep their order.
  void publish(PublishRequest request);

  MqttStats stats() const;

  /// Sends what waits, for at most `deadline`, then DISCONNECT: the will is not published. Tries no reconnect meanwhile.
  /// True when nothing was left behind. Takes at most three seconds over `deadline`. The client does not come back.
  bool disconnect(std::chrono::milliseconds deadline);

  /// After disconnect(): no handler runs any more and none will. False when one is stuck; then the destructor leaves its thread behind, and
  /// what the handler uses must stay alive.
  bool ended() const;

 private:
  std::shared_ptr<ClientCore> core_;  // shared with the thread, which may be left behind
  std::thread thread_;
};

}  // namespace m2ag::host
