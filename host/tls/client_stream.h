// A byte stream to a server, over TCP or over TLS with a client certificate. Connecting blocks, within a deadline; reading
// and writing do not: who owns it waits for its descriptor. Knows no protocol above. One thread at a time; never raises SIGPIPE.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace m2ag::host {

struct StreamSettings {
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;
  std::filesystem::path ca{};    ///< PEM; empty: the system's authorities
  std::filesystem::path cert{};  ///< PEM; empty: no client certificate
  std::filesystem::path key{};
  bool verify_host = true;  ///< the certificate must carry the name or address; the chain is checked in any case
};

/// The stream does not stand, or not any more: a sentence without a full stop.
class StreamError : public std::runtime_error {
 public:
  enum class Kind {
    unreachable,  ///< no TCP connection: the sentence is complete
    tls,          ///< what diagnose_connection() may know more about
    closed,       ///< by the server, or on the way to it
    cancelled,
  };
  StreamError(Kind kind, const std::string& sentence) : std::runtime_error(sentence), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

class ClientStream {
 public:
  /// Connected, the handshake done, when it returns; takes at most `timeout`. Ends early when the descriptor `cancel` becomes
  /// readable. The files are read anew each time. Throws StreamError.
  ClientStream(const StreamSettings& settings, std::chrono::milliseconds timeout, int cancel);
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;
  ~ClientStream();

  /// To be waited for with poll(2).
  int descriptor() const;

  struct Read {
    std::size_t count = 0;  ///< bytes, 0: nothing is there
    bool more = false;      ///< read again without waiting
  };
  /// What is there, at most `space`. Throws StreamError when the stream has ended; what came before is read first.
  Read read(std::span<char> space);

  /// Sends as much as goes and removes from `bytes` what it took. Throws StreamError when the stream has ended.
  void write(std::string& bytes);
  /// Bytes wait in here for the socket: call write(), also with an empty string, when it is writable.
  bool unsent() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace m2ag::host
