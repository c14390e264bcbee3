// For the tests of this folder: a temporary folder, an authority with leaves, and a TLS server on a loopback port of
// the system's choice. One thread at a time; the server runs its own thread until it is destroyed.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tls/authority.h"

namespace m2ag::host::testing {

class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Time days_from_now(int days);

/// Makes an authority "name" in `folder` at the time given and opens it.
Authority new_authority(const std::filesystem::path& folder, const std::string& name, Time at = days_from_now(0));

void write_text(const std::filesystem::path& file, const std::string& text);
std::string read_text(const std::filesystem::path& file);

/// A socket bound to a loopback address and port that nobody else has, not listening yet.
class BoundSocket {
 public:
  explicit BoundSocket(const std::string& address = "127.0.0.1");
  BoundSocket(const BoundSocket&) = delete;
  BoundSocket& operator=(const BoundSocket&) = delete;
  ~BoundSocket();
  int descriptor() const { return descriptor_; }
  std::uint16_t port() const { return port_; }

 private:
  int descriptor_;
  std::uint16_t port_ = 0;
};

/// Accepts connections one after the other and gives each to `serve` on its thread; each is closed when `serve`
/// returns.
class Server {
 public:
  explicit Server(std::function<void(int)> serve, const std::string& address = "127.0.0.1");
  ~Server();
  std::uint16_t port() const { return socket_.port(); }

 private:
  BoundSocket socket_;
  std::function<void(int)> serve_;
  std::thread thread_;
};

struct TlsSettings {
  std::filesystem::path cert;
  std::filesystem::path key;
  std::filesystem::path client_ca{};  ///< empty: no client certificate is asked for
  int version = 0;                    ///< the only TLS version spoken; 0: every one
  std::string ciphers{};              ///< of TLS 1.2 and before; empty: the default
};

/// A `serve` that behaves as a broker: handshake, then one read, then the end, since what is read is no MQTT CONNECT.
std::function<void(int)> serve_tls(const TlsSettings& settings);

}  // namespace m2ag::host::testing
