// The TLS half of client_stream.h: a session whose reads come straight from the socket and whose writes go into a string, so
// that no write of OpenSSL's own can raise SIGPIPE. One thread at a time.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "tls/client_stream.h"
#include "tls/connection.h"
#include "tls/openssl.h"

namespace m2ag::host {

class ClientTls {
 public:
  /// Reads the files. Throws StreamError. `socket` must outlive the object.
  ClientTls(const StreamSettings& settings, int socket);

  enum class Step { done, wants_read };
  /// Throws StreamError of kind `tls`. What is to be sent lies in `out` also then: the alert for the peer.
  Step handshake(std::string& out);
  ClientStream::Read read(std::span<char> space, std::string& out);
  /// Takes all of `bytes`.
  void write(std::string_view bytes, std::string& out);

 private:
  void drain(std::string& out);

  std::unique_ptr<SSL_CTX, OpensslDelete<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, OpensslDelete<SSL_free>> ssl_;
  BIO* outgoing_ = nullptr;  // owned by ssl_
  std::string ended_;        // why, once it has; told by the read after the last bytes
};

}  // namespace m2ag::host
