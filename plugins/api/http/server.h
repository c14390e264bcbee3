// The HTTP server behind one interface. It must not face a network: it listens on the loopback address alone, without TLS, and nginx
// stands before it (why: ARCHITECTURE.md). Each request is answered on the worker that read it, before that takes the next one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "http/message.h"

namespace api {

struct ServerSettings {
  std::uint16_t port = 0;                ///< 0: any that is free
  int threads = 12;                      ///< a handler may block its worker: for the answer to a command, for instance
  std::size_t most_bytes = 1536 * 1024;  ///< of one request, with headers
};

class Server {
 public:
  /// [worker, several at once] What it throws becomes a 500 without its words.
  using Handler = std::function<Response(const Request&)>;

  Server(const ServerSettings& settings, Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Throws std::runtime_error with port and reason when it cannot listen. Once.
  void start();
  std::uint16_t port() const;
  /// Requests that are under way are answered first. No handler runs any more when it returns.
  void stop();

 private:
  class Connections;
  std::unique_ptr<Connections> connections_;
};

}  // namespace api
