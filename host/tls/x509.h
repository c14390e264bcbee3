// Makes and verifies X.509 certificates in memory. Knows no files and no policy: authority.h decides what may be
// signed. Free of state: every function may be called from any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tls/openssl.h"

namespace m2ag::host {

using Time = std::chrono::system_clock::time_point;

/// What a certificate may be used for. `other`: neither or both of the extended key usages serverAuth and clientAuth.
enum class CertificateUse { authority, server, client, other };

/// "authority", "server", "client" or "other".
const char* to_string(CertificateUse use);

struct CertificateRequest {
  CertificateUse use;                          ///< authority, server or client
  std::string common_name;                     ///< is_common_name()
  std::vector<std::string> alternative_names;  ///< "DNS:pi.local", "IP:192.168.1.4", "URI:urn:m2ag:device:pi"
  std::vector<std::string> permitted_names;    ///< of an authority: "DNS:lan", "IP:10.0.0.0/255.0.0.0"
  Time not_before;                             ///< whole seconds count
  Time not_after;
};

/// A new P-256 key. Throws std::runtime_error when OpenSSL cannot.
KeyHandle make_key();

/// A certificate of `key` with a random serial, signed with SHA-256 by `issuer` and its key; `issuer` null: self-signed
/// by `issuer_key`. Throws std::invalid_argument for a name that would change the extension's text, std::runtime_error
/// when OpenSSL refuses.
CertificateHandle sign_certificate(const CertificateRequest& request, EVP_PKEY& key, X509* issuer,
                                   EVP_PKEY& issuer_key);

struct VerifyOptions {
  CertificateUse use = CertificateUse::other;  ///< server or client: must be fit for that
  std::optional<Time> at{};                    ///< nullopt: the times are not looked at
  bool strict = false;  ///< also what RFC 5280 demands and TLS libraries let pass (`openssl verify -x509_strict`)
};

/// OpenSSL's verdict on `leaf` under the trusted `roots`, helped by the certificates `between`: X509_V_OK or a
/// X509_V_ERR number.
int verify_certificate(X509& leaf, const std::vector<CertificateHandle>& roots,
                       const std::vector<CertificateHandle>& between, const VerifyOptions& options);
/// As above, under the authorities of `store`.
int verify_certificate(X509& leaf, X509_STORE& store, const std::vector<CertificateHandle>& between,
                       const VerifyOptions& options);

/// Whether a verdict says "signed by somebody else", not "signed by ours, but wrong".
bool is_foreign_signature(int verdict);

}  // namespace m2ag::host
