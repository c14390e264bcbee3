#include "tls/x509.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <stdexcept>

namespace m2ag::host {

namespace {

using Extension = std::unique_ptr<X509_EXTENSION, OpensslDelete<X509_EXTENSION_free>>;
using Number = std::unique_ptr<BIGNUM, OpensslDelete<BN_free>>;
using Store = std::unique_ptr<X509_STORE, OpensslDelete<X509_STORE_free>>;
using Context = std::unique_ptr<X509_STORE_CTX, OpensslDelete<X509_STORE_CTX_free>>;

constexpr int kSerialBits = 127;  // RFC 5280 §4.1.2.2 allows 20 octets, positive

std::time_t seconds(Time time) { return std::chrono::system_clock::to_time_t(time); }

void add_extension(X509& certificate, X509& issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  require_openssl(extension && X509_add_ext(&certificate, extension.get(), -1) == 1,
                  fmt::format("extension {} \"{}\"", OBJ_nid2sn(nid), value));
}

// OpenSSL parses the joined text again, where a comma or a line's end would begin another entry.
std::string joined(const std::vector<std::string>& names, std::string_view before_each = "") {
  std::string text;
  for (const auto& name : names) {
    const bool clean = std::all_of(name.begin(), name.end(),
                                   [](char c) { return c > ' ' && c < '\x7f' && c != ',' && c != ';' && c != '@'; });
    if (!clean) throw std::invalid_argument(fmt::format("\"{}\" is no name for a certificate", name));
    text += fmt::format("{}{}{}", text.empty() ? "" : ",", before_each, name);
  }
  return text;
}

void set_serial(X509& certificate) {
  const Number serial(BN_new());
  require_openssl(serial && BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
                      BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(&certificate)) != nullptr,
                  "a random serial number");
}

void set_subject(X509& certificate, const std::string& common_name) {
  X509_NAME* subject = X509_get_subject_name(&certificate);
  const auto add = [&](int nid, const std::string& value) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(value.data());
    require_openssl(
        X509_NAME_add_entry_by_NID(subject, nid, MBSTRING_UTF8, bytes, static_cast<int>(value.size()), -1, 0) == 1,
        fmt::format("the name \"{}\"", value));
  };
  add(NID_organizationName, "m2ag");
  add(NID_commonName, common_name);
}

void add_extensions(X509& certificate, X509& issuer, const CertificateRequest& request) {
  add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
  if (request.use == CertificateUse::authority) {
    add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else {
    add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(certificate, issuer, NID_ext_key_usage,
                  request.use == CertificateUse::server ? "serverAuth" : "clientAuth");
    add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
  }
  if (!request.permitted_names.empty()) {
    add_extension(certificate, issuer, NID_name_constraints,
                  "critical," + joined(request.permitted_names, "permitted;"));
  }
  if (!request.alternative_names.empty())
    add_extension(certificate, issuer, NID_subject_alt_name, joined(request.alternative_names));
}

}  // namespace

const char* to_string(CertificateUse use) {
  switch (use) {
    case CertificateUse::authority: return "authority";
    case CertificateUse::server: return "server";
    case CertificateUse::client: return "client";
    case CertificateUse::other: break;
  }
  return "other";
}

KeyHandle make_key() {
  ERR_clear_error();
  KeyHandle key(EVP_EC_gen("P-256"));
  require_openssl(key != nullptr, "a new P-256 key");
  return key;
}

CertificateHandle sign_certificate(const CertificateRequest& request, EVP_PKEY& key, X509* issuer,
                                   EVP_PKEY& issuer_key) {
  ERR_clear_error();
  CertificateHandle certificate(X509_new());
  require_openssl(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1, "a new certificate");
  set_serial(*certificate);
  require_openssl(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), seconds(request.not_before)) != nullptr &&
                      ASN1_TIME_set(X509_getm_notAfter(certificate.get()), seconds(request.not_after)) != nullptr,
                  "the certificate's times");
  set_subject(*certificate, request.common_name);
  X509& signer = issuer == nullptr ? *certificate : *issuer;
  require_openssl(X509_set_issuer_name(certificate.get(), X509_get_subject_name(&signer)) == 1 &&
                      X509_set_pubkey(certificate.get(), &key) == 1,
                  "the certificate's issuer and key");
  add_extensions(*certificate, signer, request);
  require_openssl(X509_sign(certificate.get(), &issuer_key, EVP_sha256()) > 0, "signing the certificate");
  return certificate;
}

int verify_certificate(X509& leaf, const std::vector<CertificateHandle>& roots,
                       const std::vector<CertificateHandle>& between, const VerifyOptions& options) {
  const Store store(X509_STORE_new());
  require_openssl(store != nullptr, "memory to verify a certificate");
  for (const auto& root : roots) X509_STORE_add_cert(store.get(), root.get());
  return verify_certificate(leaf, *store, between, options);
}

int verify_certificate(X509& leaf, X509_STORE& store, const std::vector<CertificateHandle>& between,
                       const VerifyOptions& options) {
  using Stack = std::unique_ptr<STACK_OF(X509), OpensslDelete<[](STACK_OF(X509) * stack) { sk_X509_free(stack); }>>;
  const Context context(X509_STORE_CTX_new());
  const Stack untrusted(sk_X509_new_null());
  require_openssl(context && untrusted, "memory to verify a certificate");
  for (const auto& certificate : between) sk_X509_push(untrusted.get(), certificate.get());
  require_openssl(X509_STORE_CTX_init(context.get(), &store, &leaf, untrusted.get()) == 1,
                  "preparing to verify a certificate");
  unsigned long flags = X509_V_FLAG_TRUSTED_FIRST;
  if (options.strict) flags |= X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE;
  if (options.at) {
    X509_STORE_CTX_set_time(context.get(), 0, seconds(*options.at));
  } else {
    flags |= X509_V_FLAG_NO_CHECK_TIME;
  }
  X509_STORE_CTX_set_flags(context.get(), flags);
  if (options.use == CertificateUse::server) X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
  if (options.use == CertificateUse::client) X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT);
  const int verified = X509_verify_cert(context.get());
  const int verdict = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  return verified == 1 ? X509_V_OK : verdict == X509_V_OK ? X509_V_ERR_UNSPECIFIED : verdict;
}

bool is_foreign_signature(int verdict) {
  switch (verdict) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return true;
    default: return false;
  }
}

}  // namespace m2ag::host
