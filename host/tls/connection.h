// A TCP connection that is bounded in time in every step, name resolution included, and a TLS client on top of it.
// The TLS client is for diagnosis.h alone: MQTT traffic runs over Paho or over client_stream.h. One thread at a time; never
// raises SIGPIPE; throws only for lack of memory.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "tls/openssl.h"

namespace m2ag::host {

using Deadline = std::chrono::steady_clock::time_point;

class TcpConnection {
 public:
  enum class Outcome { connected, unresolved, refused, timed_out, failed, cancelled };

  /// Tries every address of `host` ("localhost", "10.0.0.5", "::1") until one accepts, the deadline passes, or the
  /// descriptor `cancel` (-1: there is none) becomes readable.
  TcpConnection(const std::string& host, std::uint16_t port, Deadline deadline, int cancel = -1);
  TcpConnection(const TcpConnection&) = delete;
  TcpConnection& operator=(const TcpConnection&) = delete;
  ~TcpConnection();

  Outcome outcome() const { return outcome_; }
  /// The system's word for what went wrong: "Name or service not known", "No route to host".
  const std::string& reason() const { return reason_; }
  /// The address that accepted, else the last one tried: "127.0.0.1".
  const std::string& address() const { return address_; }
  int descriptor() const { return descriptor_; }

 private:
  Outcome try_address(int family, const void* address, unsigned int size, Deadline deadline);

  int cancel_;
  Outcome outcome_ = Outcome::failed;
  std::string reason_;
  std::string address_;
  int descriptor_ = -1;
};

/// Waits for `events` (poll(2)) of the descriptor.
enum class Waited { ready, timed_out, cancelled };
Waited wait_for(int descriptor, short events, Deadline deadline, int cancel = -1);

/// A TLS session over memory buffers that this class moves to and from a socket, so that no write of OpenSSL's own can
/// raise SIGPIPE.
class TlsSession {
 public:
  enum class Step {
    done,       ///< the handshake is finished, or the peer closed TLS in good order
    data,       ///< bytes arrived (read only)
    timed_out,  ///< the deadline passed
    closed,     ///< the peer closed or reset the connection
    failed,     ///< the latest of OpenSSL's errors says why
  };

  /// `socket` must outlive this object.
  TlsSession(SSL_CTX& context, int socket);

  SSL& ssl() { return *ssl_; }
  Step handshake(Deadline deadline);
  /// Waits for anything from the peer.
  Step read(Deadline deadline);
  void write(std::string_view bytes, Deadline deadline);
  /// Whether the peer has sent any byte at all.
  bool heard() const { return heard_; }

 private:
  Step after(int result, Deadline deadline);
  bool flush(Deadline deadline);
  Step receive(Deadline deadline);

  std::unique_ptr<SSL, OpensslDelete<SSL_free>> ssl_;
  BIO* incoming_;  // both owned by ssl_
  BIO* outgoing_;
  int socket_;
  bool heard_ = false;
};

}  // namespace m2ag::host
