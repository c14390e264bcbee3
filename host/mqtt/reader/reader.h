// A client of an MQTT broker that only reads, and that acknowledges a QoS 1 message when it is told to: what was not acknowledged
// the broker sends again after a reconnect, also to the next process with the same client id. MQTT 5, or 3.1.1 for a broker
// that speaks no other. Not for publishing: that is MqttClient's.
//
//   Reader reader(settings, {.on_batch = [&](Batch batch) { queue.push(std::move(batch)); }, .on_state = …});
//   reader.start();
//   … on another thread, once it is durable:  reader.acknowledge(batch.last());
//
// Runs one thread of its own from start() to stop(); all handlers are called on it. Every function may be called from any
// thread, from the handlers too but for stop() and the destructor, and returns at once but for these.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "mqtt/reader/batch.h"
#include "mqtt/reader/settings.h"

namespace m2ag::host::reader {

struct State {
  bool connected = false;
  bool session_present = false;            ///< the broker knew us: nothing of QoS 1 was missed
  MqttVersion version = MqttVersion::any;  ///< v5 or v3_1_1
  std::string sentence;                    ///< for the log, without a full stop
};

struct Stats {
  bool connected = false;
  std::uint64_t connects = 0;
  std::uint64_t received = 0;  ///< messages handed out
  std::uint64_t too_long = 0;  ///< of these without their payload
  std::uint64_t batches = 0;
  std::size_t unacknowledged = 0;  ///< QoS 1 messages of this connection
  std::string last_error;          ///< a clause; empty while connected
};

struct Handlers {
  /// Never with an empty batch. Batches may come before `connected`: a session goes on before the broker answers SUBSCRIBE.
  std::function<void(Batch batch)> on_batch;
  /// Once subscribed, once lost, and when the reason why there is no connection changes.
  std::function<void(const State& state)> on_state;
  /// The broker does not allow this filter; the others are read. On every connect.
  std::function<void(const std::string& filter, const std::string& reason)> on_refused;
};

class Reader {
 public:
  /// Does not connect yet. `on_batch` must be there; no handler may throw. Throws std::invalid_argument as check() of the settings.
  Reader(Settings settings, Handlers handlers);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  /// As stop().
  ~Reader();

  /// Starts to connect, for ever. Once.
  void start();
  /// Acknowledges what it was told to, says DISCONNECT (the will is not published, the session stays) and joins the thread: within
  /// a second, and two more while it finds out why a TLS handshake failed, plus what a handler takes. No handler is called afterwards.
  void stop();

  /// All messages up to this number are done. Numbers of earlier connections and repeated ones do nothing.
  void acknowledge(std::uint64_t number);

  /// Reads nothing more after at most one batch; the connection is kept by pings. The broker keeps QoS 1 messages, up to its own limit,
  /// and may drop QoS 0. While paused nothing can tell that a broker hangs, and a connect goes no further than SUBSCRIBE.
  void pause();
  void resume();

  Stats stats() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace m2ag::host::reader
