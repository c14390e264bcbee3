// One handle of Paho's MQTTAsync: one connection attempt and, when it succeeds, one connection. Translates settings and messages to
// Paho's structures and its callbacks to PahoEvents. Knows no retry and no queue: client_core.h has those.
// Paho has one send and one receive thread for all handles of the process and calls back with its own mutex held.
#pragma once

#include "core/broker_url.h"
#include "mqtt/message.h"
#include "mqtt/outbound.h"
#include "mqtt/settings.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace m2ag::host {

struct MqttConnected {
  bool session_present = false;
  std::uint16_t receive_maximum = 65535;
  std::uint32_t maximum_packet = 268'435'460;  ///< bytes that the broker takes at most
};

/// Called on Paho's threads with Paho's mutex held: must return at once and must not throw. May call PahoHandle::publish.
class PahoEvents {
 public:
  /// Filters that were sent in one SUBSCRIBE or UNSUBSCRIBE.
  struct SubscribeBatch {
    PahoEvents* owner = nullptr;
    std::uint64_t number = 0;
    std::vector<Subscription> subscriptions;
  };

  virtual ~PahoEvents() = default;
  virtual void connected(const MqttConnected& result) = 0;
  /// `code`: the CONNACK's when positive, else one of Paho's errors.
  virtual void connect_failed(int code, std::string_view text) = 0;
  /// `reason` empty: none is known.
  virtual void connection_lost(std::string_view reason) = 0;
  virtual void tls_error(std::string_view text) = 0;
  virtual void arrived(const MqttMessage& message) = 0;
  virtual void delivered(const Outbound::Entry& entry) = 0;
  /// `refusal` of the broker (MQTT 5); empty: the connection broke.
  virtual void not_delivered(const Outbound::Entry& entry, std::string_view refusal) = 0;
  /// One code for each subscription of the batch, 128 and above: refused. Empty: the connection broke.
  virtual void subscribed(const SubscribeBatch& batch, std::span<const int> codes) = 0;
  virtual void unsubscribed(const SubscribeBatch& batch) = 0;
  virtual void disconnected() = 0;
};

class PahoHandle {
 public:
  /// `version` is v5 or v3_1_1. `settings` and `events` must outlive the handle.
  PahoHandle(const MqttSettings& settings, MqttVersion version, PahoEvents& events);
  PahoHandle(const PahoHandle&) = delete;
  PahoHandle& operator=(const PahoHandle&) = delete;
  /// Closes the connection. What is in flight is reported as not delivered; afterwards there are no more events.
  /// Waits for Paho's threads: not on one of them, and not while holding a lock that events take.
  ~PahoHandle();

  MqttVersion version() const { return version_; }

  /// Returns at once. Empty: connected() or connect_failed() follows; else the sentence why Paho refuses the settings.
  std::string connect();
  /// Sends DISCONNECT; disconnected() follows. False when there is no connection.
  bool disconnect();

  enum class Handed { yes, offline, never };
  /// Copies the entry and returns at once; delivered() or not_delivered() follows when the answer is `yes`, possibly before the return.
  /// `never`: `problem` says why nothing will make it a message for this broker.
  Handed publish(const Outbound::Entry& entry, std::uint32_t maximum_packet, std::string& problem);
  /// The batch must live until subscribed(). False when there is no connection.
  bool subscribe(const PahoEvents::SubscribeBatch& batch);
  /// The same; unsubscribed() follows unless the connection breaks.
  bool unsubscribe(const PahoEvents::SubscribeBatch& batch);

 private:
  const MqttSettings& settings_;
  BrokerAddress broker_;
  MqttVersion version_;
  PahoEvents& events_;
  void* handle_ = nullptr;
  int created_;  // Paho's answer
};

}  // namespace m2ag::host
