// MQTT on one connection, without the connection: bytes of the broker go in, bytes for it and messages come out. Connects,
// subscribes, hands out messages, acknowledges and pings. Knows no socket, clock or thread: not safe for several of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "mqtt/reader/batch.h"
#include "mqtt/reader/keep_alive.h"
#include "mqtt/reader/packet_reader.h"
#include "mqtt/reader/packets.h"
#include "mqtt/reader/session_result.h"
#include "mqtt/reader/settings.h"
#include "mqtt/reader/unacknowledged.h"

namespace m2ag::host::reader {

class Session {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Phase { connecting, subscribing, ready };

  /// `version` is v5 or v3_1_1; messages get the numbers after `last_number`, which is kept up to date. Both references must
  /// outlive the session.
  Session(const Settings& settings, MqttVersion version, std::uint64_t& last_number, Time now);

  /// Where the next bytes of the broker go, and that so many did. Only while may_read().
  std::span<char> space() { return input_.space(); }
  void filled(std::size_t count, Time now);

  /// What is to be sent; who sends it removes it and calls sent().
  std::string& output() { return output_; }
  void sent(Time now) { keep_alive_.sent(now); }

  /// Not while the limit of unacknowledged messages is reached, or the broker takes none of our bytes.
  bool may_read() const;
  /// The messages that came, as far as may_read() allows; returns when the phase changes. Throws SessionEnded or ProtocolError, once
  /// everything that came before was taken.
  Batch take(Batch::Time received);
  /// PUBACK for all up to `number`.
  void acknowledge(std::uint64_t number);
  /// A DISCONNECT in good order, unless the broker has not even answered CONNECT.
  void disconnect();
  /// Pings when it is time. `reading`: whether the broker's bytes are being read; while they are not, no answer is missed.
  /// Throws SessionEnded when an answer does not come.
  void tick(Time now, bool reading);
  /// When to call tick() again at the latest.
  Time next_tick() const;

  Phase phase() const { return phase_; }
  bool session_present() const { return session_present_; }
  std::size_t unacknowledged() const { return unacknowledged_.size(); }
  std::vector<Refusal> take_refusals();

 private:
  void collect(std::vector<Message>& messages);
  void connected(const Connack& connack);
  void subscribed(const Suback& suback);
  void unsubscribed(std::uint16_t packet_id);
  void answered(std::size_t which);
  void add(std::vector<Message>& messages, const Packet& packet);
  void expect_answer(const char* to, std::chrono::milliseconds within);

  const Settings& settings_;
  const MqttVersion version_;
  std::uint64_t& last_number_;
  PacketReader input_;
  std::string output_;
  Unacknowledged unacknowledged_;
  KeepAlive keep_alive_;
  std::exception_ptr end_;  // thrown by the next take()
  Phase phase_ = Phase::connecting;
  bool session_present_ = false;
  std::vector<Refusal> refusals_;
  std::size_t filters_at_once_, subscribes_;  // in one SUBSCRIBE; how many of these
  std::vector<bool> answered_;                // for each SUBSCRIBE, then for each UNSUBSCRIBE
  std::size_t last_size_ = 0;                 // of a batch
  Time now_;
  const char* asked_ = nullptr;  // what the broker has not answered: "CONNECT"
  std::chrono::milliseconds answer_within_{};
  Time answer_until_;
  std::optional<Time> pong_until_;
};

}  // namespace m2ag::host::reader
