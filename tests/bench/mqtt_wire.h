// Just enough MQTT 5 over TLS for a load generator: one thread, no locks, no queue but the socket's, so that what is measured is the other
// side. Not a client library: no reconnect, no keep-alive. Throws std::runtime_error when the connection ends.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace bench {

struct WireOptions {
  int port = 0;
  std::string ca, cert, key, client_id;
};

class MqttWire {
 public:
  using OnMessage = std::function<void(std::string_view topic, std::string_view payload)>;
  using Time = std::chrono::steady_clock::time_point;

  /// Connected when it returns.
  MqttWire(const WireOptions& options, OnMessage on_message);
  ~MqttWire();
  MqttWire(const MqttWire&) = delete;
  MqttWire& operator=(const MqttWire&) = delete;

  /// Returns once the broker has granted it.
  void subscribe(const std::string& filter, int qos);
  /// QoS 1 into the output buffer; flush() or serve() sends it. `time`: of the user property of that name, ms; 0: none.
  void publish(std::string_view topic, std::string_view payload, std::int64_t time = 0);
  /// Messages that the broker has acknowledged.
  std::int64_t acknowledged() const { return acknowledged_; }
  void flush();
  /// Sends, receives and calls on_message until `until`, but returns early once something came.
  void serve(Time until);

 private:
  void connect_tls(const WireOptions& options);
  void receive();
  void parse();
  void handle(unsigned char type, std::string_view body);
  void handle_publish(unsigned char flags, std::string_view body);
  void wait(Time until, bool write);

  OnMessage on_message_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  int socket_ = -1;
  std::string out_, in_;
  std::uint16_t next_id_ = 1;
  std::int64_t acknowledged_ = 0;
  bool connected_ = false, granted_ = false;
};

}  // namespace bench
