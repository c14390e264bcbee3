#include "tls/testing.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>

#include "tls/openssl.h"

namespace m2ag::host::testing {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "m2ag-tls.XXXXXX").string();
  require_openssl(::mkdtemp(name.data()) != nullptr, "a temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Time days_from_now(int days) { return std::chrono::system_clock::now() + std::chrono::hours(24) * days; }

Authority new_authority(const fs::path& folder, const std::string& name, Time at) {
  make_authority(folder, {name, {}, {}}, at);
  return Authority(folder);
}

void write_text(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

BoundSocket::BoundSocket(const std::string& address) {
  sockaddr_storage place{};
  socklen_t size = 0;
  if (address.find(':') == std::string::npos) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&place);
    v4->sin_family = AF_INET;
    inet_pton(AF_INET, address.c_str(), &v4->sin_addr);
    size = sizeof *v4;
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&place);
    v6->sin6_family = AF_INET6;
    inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr);
    size = sizeof *v6;
  }
  descriptor_ = ::socket(place.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto* generic = reinterpret_cast<sockaddr*>(&place);
  require_openssl(
      descriptor_ >= 0 && ::bind(descriptor_, generic, size) == 0 && ::getsockname(descriptor_, generic, &size) == 0,
      "a loopback port");
  port_ = ntohs(reinterpret_cast<sockaddr_in*>(&place)->sin_port);  // at the same place in both families
}

BoundSocket::~BoundSocket() { ::close(descriptor_); }

Server::Server(std::function<void(int)> serve, const std::string& address)
    : socket_(address), serve_(std::move(serve)) {
  require_openssl(::listen(socket_.descriptor(), 16) == 0, "listening");
  thread_ = std::thread([this] {
    // Of this thread alone: the tests check that the other side lives with the signal's default, which is death.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    for (int client = 0; (client = ::accept4(socket_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      serve_(client);
      ::close(client);
    }
  });
}

Server::~Server() {
  ::shutdown(socket_.descriptor(), SHUT_RDWR);  // ends the accept
  thread_.join();
}

std::function<void(int)> serve_tls(const TlsSettings& settings) {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const std::string ciphers = settings.ciphers.empty() ? "DEFAULT" : settings.ciphers;
  require_openssl(context && SSL_CTX_set_cipher_list(context.get(), ciphers.c_str()) == 1 &&
                      SSL_CTX_use_certificate_chain_file(context.get(), settings.cert.c_str()) == 1 &&
                      SSL_CTX_use_PrivateKey_file(context.get(), settings.key.c_str(), SSL_FILETYPE_PEM) == 1,
                  "the test server");
  SSL_CTX_set_min_proto_version(context.get(), settings.version);
  SSL_CTX_set_max_proto_version(context.get(), settings.version);
  if (!settings.client_ca.empty()) {
    require_openssl(SSL_CTX_load_verify_file(context.get(), settings.client_ca.c_str()) == 1,
                    "the test server's authority");
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return [context](int client) {
    const std::unique_ptr<SSL, OpensslDelete<SSL_free>> ssl(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), client);
    if (SSL_accept(ssl.get()) == 1) {
      std::array<char, 64> bytes;
      SSL_read(ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
      SSL_shutdown(ssl.get());
    }
    ERR_clear_error();
  };
}

}  // namespace m2ag::host::testing
