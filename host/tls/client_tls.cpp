#include "tls/client_tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "tls/files.h"
#include "tls/names.h"

namespace m2ag::host {
namespace {

using Kind = StreamError::Kind;

// A broker sends each message as a record of its own; with these many are taken from the socket by one call.
constexpr std::size_t kReadAhead = 64 * 1024;

void require_tls(bool ok, const char* what) {
  if (!ok) throw StreamError(Kind::tls, fmt::format("{}: {}", what, take_openssl_reason()));
}

template <class T>
T loaded(Loaded<T> from) {
  if (!from.problem.empty()) throw StreamError(Kind::tls, from.problem);
  return std::move(from.value);
}

void trust(SSL_CTX& context, const std::filesystem::path& ca) {
  if (ca.empty()) return require_tls(SSL_CTX_set_default_verify_paths(&context) == 1, "the system's authorities");
  X509_STORE* const store = SSL_CTX_get_cert_store(&context);
  for (const auto& each : loaded(load_certificates(ca)))
    require_tls(X509_STORE_add_cert(store, each.get()) == 1, "the authority's certificate");
}

void present(SSL_CTX& context, const std::filesystem::path& cert, const std::filesystem::path& key) {
  if (cert.empty()) return;
  const auto chain = loaded(load_certificates(cert));
  const auto own_key = loaded(load_key(key));
  require_tls(SSL_CTX_use_certificate(&context, chain.front().get()) == 1, "the client certificate");
  for (std::size_t i = 1; i < chain.size(); ++i)
    require_tls(SSL_CTX_add1_chain_cert(&context, chain[i].get()) == 1, "the client certificate's chain");
  require_tls(SSL_CTX_use_PrivateKey(&context, own_key.get()) == 1, "the client key");
}

void expect_name(SSL& ssl, const StreamSettings& settings) {
  std::string host = settings.host;
  const auto address = normal_ip_address(host);
  // What the macro SSL_set_tlsext_host_name does, whose C cast the compiler refuses here. RFC 6066 §3: no addresses.
  if (!address) SSL_ctrl(&ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
  if (!settings.verify_host) return;
  X509_VERIFY_PARAM* const check = SSL_get0_param(&ssl);
  const int done = address ? X509_VERIFY_PARAM_set1_ip_asc(check, host.c_str())
                           : X509_VERIFY_PARAM_set1_host(check, host.c_str(), host.size());
  require_tls(done == 1, "the host name to look for");
}

std::string reason_of(SSL& ssl) {
  const long verdict = SSL_get_verify_result(&ssl);
  const std::string reason = take_openssl_reason();
  return verdict == X509_V_OK
             ? fmt::format("TLS: {}", reason)
             : fmt::format("TLS: the certificate of the server: {}", X509_verify_cert_error_string(verdict));
}

}  // namespace

ClientTls::ClientTls(const StreamSettings& settings, int socket) : context_(SSL_CTX_new(TLS_client_method())) {
  require_tls(context_ != nullptr, "memory for TLS");
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  // TLS 1.2's renegotiation would make a write wait for a read.
  SSL_CTX_set_options(context_.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_read_ahead(context_.get(), 1);
  SSL_CTX_set_default_read_buffer_len(context_.get(), kReadAhead);
  trust(*context_, settings.ca);
  present(*context_, settings.cert, settings.key);
  ssl_.reset(SSL_new(context_.get()));
  BIO* const incoming = BIO_new_socket(socket, BIO_NOCLOSE);
  outgoing_ = BIO_new(BIO_s_mem());
  require_tls(ssl_ && incoming != nullptr && outgoing_ != nullptr, "memory for a TLS session");
  SSL_set_bio(ssl_.get(), incoming, outgoing_);
  SSL_set_connect_state(ssl_.get());
  expect_name(*ssl_, settings);
}

ClientTls::Step ClientTls::handshake(std::string& out) {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(ssl_.get());
  const int system_error = errno;
  const int error = SSL_get_error(ssl_.get(), result);
  drain(out);
  if (result == 1) return Step::done;
  if (error == SSL_ERROR_WANT_READ) return Step::wants_read;
  if (error == SSL_ERROR_SYSCALL && system_error != 0)
    throw StreamError(Kind::tls, "TLS handshake: " + std::generic_category().message(system_error));
  throw StreamError(Kind::tls, reason_of(*ssl_));
}

ClientStream::Read ClientTls::read(std::span<char> space, std::string& out) {
  if (!ended_.empty()) throw StreamError(Kind::tls, ended_);
  std::size_t count = 0;
  while (count < space.size()) {
    ERR_clear_error();
    errno = 0;
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), space.data() + count, space.size() - count, &got);
    const int system_error = errno;
    if (result == 1) {
      count += got;
      continue;
    }
    const int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_WANT_READ) break;
    if (error == SSL_ERROR_ZERO_RETURN) {
      ended_ = "the server closed the connection";
    } else if (error == SSL_ERROR_SYSCALL && system_error != 0) {
      ended_ = std::generic_category().message(system_error);
    } else {
      ended_ = reason_of(*ssl_);
    }
    if (count == 0) throw StreamError(error == SSL_ERROR_ZERO_RETURN ? Kind::closed : Kind::tls, ended_);
    break;
  }
  // The answer to a key update (RFC 8446 §4.6.3).
  drain(out);
  return {.count = count, .more = count == space.size() || !ended_.empty()};
}

void ClientTls::write(std::string_view bytes, std::string& out) {
  ERR_clear_error();
  std::size_t written = 0;
  if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) != 1 || written != bytes.size())
    throw StreamError(Kind::tls, reason_of(*ssl_));
  drain(out);
}

void ClientTls::drain(std::string& out) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(outgoing_, &data);
  if (size <= 0) return;
  out.append(data, static_cast<std::size_t>(size));
  BIO_reset(outgoing_);
}

}  // namespace m2ag::host
