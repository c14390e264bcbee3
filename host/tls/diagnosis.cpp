#include "tls/diagnosis.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "tls/certificate.h"
#include "tls/connection.h"
#include "tls/connection_problem.h"
#include "tls/names.h"

namespace m2ag::host {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ContextHandle = std::unique_ptr<SSL_CTX, OpensslDelete<SSL_CTX_free>>;
using Step = TlsSession::Step;

// A broker that refuses our certificate says so within a round trip; one that accepts it waits in silence for our first
// packet.
constexpr auto kRefusalWait = 250ms;
// MQTT's PINGREQ (MQTT 5 §3.12): before a CONNECT it is a protocol error, on which a broker closes the connection.
constexpr std::string_view kPingRequest("\xc0\x00", 2);

struct Probe {
  std::string host;
  std::string place;  // "localhost:8883"
  fs::path ca;
  fs::path cert;
  fs::path key;
  std::chrono::milliseconds timeout;
  Deadline deadline;
};

// Empty when the connection stands.
std::string tcp_problem(const TcpConnection& connection, const Probe& probe) {
  return host::tcp_problem(connection, probe.host, probe.place, probe.timeout);
}

std::string file_problem(const Probe& probe) {
  for (const auto& problem : check_client_files(probe.ca, probe.cert, probe.key)) {
    if (problem.severity == Severity::error) return problem.sentence;
  }
  return {};
}

ContextHandle make_context(const Probe& probe) {
  ContextHandle context(SSL_CTX_new(TLS_client_method()));
  require_openssl(context != nullptr, "memory for TLS");
  // The broker's certificate is judged afterwards, so that one run also sees what comes after it.
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  if (probe.cert.empty()) return context;
  const auto chain = load_certificates(probe.cert);
  const auto key = load_key(probe.key);
  if (!chain.problem.empty() || !key.problem.empty()) return context;  // said by file_problem() unless they went since
  SSL_CTX_use_certificate(context.get(), chain.value.front().get());
  for (std::size_t i = 1; i < chain.value.size(); ++i) SSL_CTX_add1_chain_cert(context.get(), chain.value[i].get());
  SSL_CTX_use_PrivateKey(context.get(), key.value.get());
  return context;
}

// The TLS alert the peer sent, from the error that it became; nullopt when the error is one of our side.
std::optional<int> alert_of(unsigned long error) {
  const int reason = ERR_GET_REASON(error);
  if (ERR_GET_LIB(error) != ERR_LIB_SSL || reason < SSL_AD_REASON_OFFSET || reason > SSL_AD_REASON_OFFSET + 255)
    return std::nullopt;
  return reason - SSL_AD_REASON_OFFSET;
}

std::string alert_text(int alert) {
  // OpenSSL 3.0 has no text for this one.
  return fmt::format("TLS alert: {}",
                     alert == SSL_AD_CERTIFICATE_REQUIRED ? "certificate required" : SSL_alert_desc_string_long(alert));
}

std::string own_certificate(const Probe& probe) {
  if (probe.cert.empty()) return {};
  const auto loaded = load_certificate_info(probe.cert);
  return loaded.problem.empty() ? fmt::format("{} ({})", probe.cert.string(), loaded.value.title) : probe.cert.string();
}

std::string refused_certificate(const Probe& probe, int alert) {
  if (probe.cert.empty()) {
    return fmt::format("the broker at {} demands a client certificate and none is configured ({})", probe.place,
                       alert_text(alert));
  }
  std::string why;
  if (alert == SSL_AD_UNKNOWN_CA) why = ": it does not know the authority that signed it";
  if (alert == SSL_AD_CERTIFICATE_EXPIRED) why = ": it takes it for expired, compare both clocks";
  if (alert == SSL_AD_CERTIFICATE_REVOKED) why = ": it was revoked";
  return fmt::format("the broker at {} refused our certificate {}{} ({})", probe.place, own_certificate(probe), why,
                     alert_text(alert));
}

bool is_about_certificates(int alert) {
  constexpr std::array kAlerts = {
      SSL_AD_NO_CERTIFICATE,      SSL_AD_BAD_CERTIFICATE,     SSL_AD_UNSUPPORTED_CERTIFICATE,
      SSL_AD_CERTIFICATE_REVOKED, SSL_AD_CERTIFICATE_EXPIRED, SSL_AD_CERTIFICATE_UNKNOWN,
      SSL_AD_UNKNOWN_CA,          SSL_AD_ACCESS_DENIED,       SSL_AD_CERTIFICATE_REQUIRED,
      SSL_AD_HANDSHAKE_FAILURE,   SSL_AD_DECRYPT_ERROR};
  return std::find(kAlerts.begin(), kAlerts.end(), alert) != kAlerts.end();
}

std::string not_trusted(const Probe& probe, const CertificateInfo& broker, int verdict,
                        const std::vector<CertificateHandle>& authorities) {
  const std::string subject = fmt::format("the certificate of the broker at {} ({})", probe.place, broker.title);
  if (!is_foreign_signature(verdict)) {
    return fmt::format("{}, signed by \"{}\", is not accepted: {}", subject, broker.issuer_title,
                       X509_verify_cert_error_string(verdict));
  }
  if (authorities.empty())
    return fmt::format("{} was signed by \"{}\", which this system does not trust", subject, broker.issuer_title);
  const CertificateInfo ours = describe_certificate(*authorities.front());
  if (broker.issuer == ours.subject) {
    return fmt::format(
        "{} was signed by another authority of the same name than ours, \"{}\" ({}): was the authority made anew?",
        subject, ours.title, probe.ca.string());
  }
  return fmt::format("{} was signed by \"{}\", not by our authority \"{}\" ({})", subject, broker.issuer_title,
                     ours.title, probe.ca.string());
}

std::string trust_problem(const Probe& probe, SSL& ssl, X509& certificate, const CertificateInfo& broker) {
  std::vector<CertificateHandle> sent;
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(&ssl);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    X509* each = sk_X509_value(chain, i);
    X509_up_ref(each);
    sent.emplace_back(each);
  }
  if (probe.ca.empty()) {
    const ContextHandle system(SSL_CTX_new(TLS_client_method()));
    require_openssl(system && SSL_CTX_set_default_verify_paths(system.get()) == 1, "the system's authorities");
    const int verdict = verify_certificate(certificate, *SSL_CTX_get_cert_store(system.get()), sent,
                                           {CertificateUse::server, {}, false});
    return verdict == X509_V_OK ? "" : not_trusted(probe, broker, verdict, {});
  }
  const auto authorities = load_certificates(probe.ca);
  if (!authorities.problem.empty()) return authorities.problem;
  const int verdict = verify_certificate(certificate, authorities.value, sent, {CertificateUse::server, {}, false});
  return verdict == X509_V_OK ? "" : not_trusted(probe, broker, verdict, authorities.value);
}

std::string name_problem(const Probe& probe, X509& certificate, const CertificateInfo& broker) {
  const bool address = normal_ip_address(probe.host).has_value();
  const bool matches = address ? X509_check_ip_asc(&certificate, probe.host.c_str(), 0) == 1
                               : X509_check_host(&certificate, probe.host.data(), probe.host.size(), 0, nullptr) == 1;
  if (matches) return {};
  std::vector<std::string> names;
  for (const auto& name : broker.names) {
    if (name.rfind("DNS:", 0) == 0 || name.rfind("IP:", 0) == 0) names.push_back(name.substr(name.find(':') + 1));
  }
  return fmt::format("the certificate of the broker at {} ({}) is not for \"{}\"; it is for {}", probe.place,
                     broker.title, probe.host,
                     names.empty() ? "no name or address at all" : fmt::format("{}", fmt::join(names, ", ")));
}

// Empty when the client would accept the broker's certificate.
std::string broker_problem(const Probe& probe, SSL& ssl) {
  const CertificateHandle certificate(SSL_get1_peer_certificate(&ssl));
  if (!certificate) return {};
  const CertificateInfo broker = describe_certificate(*certificate);
  if (std::string problem = trust_problem(probe, ssl, *certificate, broker); !problem.empty()) return problem;
  if (const std::string problem = validity_problem(broker, std::chrono::system_clock::now()); !problem.empty()) {
    return fmt::format("the certificate of the broker at {} ({}) {}", probe.place, broker.title, problem);
  }
  return name_problem(probe, *certificate, broker);
}

std::string no_tls(const Probe& probe, std::string_view finding) {
  return fmt::format("{} {}: that port speaks no TLS; is it the plain MQTT port, and the TLS port another one?",
                     probe.place, finding);
}

bool is_foreign_protocol(unsigned long error) {
  const int reason = ERR_GET_REASON(error);
  return ERR_GET_LIB(error) == ERR_LIB_SSL &&
         (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
          reason == SSL_R_PACKET_LENGTH_TOO_LONG || reason == SSL_R_RECORD_LENGTH_MISMATCH ||
          reason == SSL_R_UNEXPECTED_MESSAGE || reason == SSL_R_BAD_RECORD_TYPE);
}

bool is_mismatch_alert(int alert) {
  return alert == SSL_AD_PROTOCOL_VERSION || alert == SSL_AD_HANDSHAKE_FAILURE || alert == SSL_AD_INSUFFICIENT_SECURITY;
}

// What our own side finds too weak or unknown in the broker's offer.
bool is_mismatch(unsigned long error) {
  constexpr std::array kReasons = {SSL_R_UNSUPPORTED_PROTOCOL,  SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED,
                                   SSL_R_WRONG_CIPHER_RETURNED, SSL_R_UNKNOWN_CIPHER_RETURNED,
                                   SSL_R_DH_KEY_TOO_SMALL,      SSL_R_WRONG_SIGNATURE_TYPE,
                                   SSL_R_WRONG_SSL_VERSION,     SSL_R_WRONG_CURVE};
  return ERR_GET_LIB(error) == ERR_LIB_SSL &&
         std::find(kReasons.begin(), kReasons.end(), ERR_GET_REASON(error)) != kReasons.end();
}

// The handshake or the first read broke off.
std::string tls_failure(const Probe& probe, Step step, TlsSession& session) {
  const unsigned long error = ERR_peek_error();
  const auto alert = alert_of(error);
  const bool seen_broker = SSL_get0_peer_certificate(&session.ssl()) != nullptr;
  if (std::string problem = broker_problem(probe, session.ssl()); !problem.empty()) return problem;
  if (step == Step::failed && alert && seen_broker && is_about_certificates(*alert))
    return refused_certificate(probe, *alert);
  const char* const text = ERR_reason_error_string(error);
  const std::string reason = alert ? alert_text(*alert) : text != nullptr ? text : "unknown reason";
  if (step == Step::failed && (alert ? is_mismatch_alert(*alert) : is_mismatch(error))) {
    return fmt::format("the broker at {} and we share no TLS version or cipher ({})", probe.place, reason);
  }
  if (step == Step::failed && alert)
    return fmt::format("the broker at {} refused the TLS handshake ({})", probe.place, reason);
  if (step == Step::failed && is_foreign_protocol(error) && !seen_broker)
    return no_tls(probe, "answered with something else than TLS");
  if (step == Step::failed) {
    return fmt::format("the TLS handshake with {} failed: {}", probe.place, reason);
  }
  if (step == Step::timed_out) {
    return fmt::format("{} accepted the connection, but did not {} the TLS handshake within {}: is it a TLS port?",
                       probe.place, session.heard() ? "finish" : "begin", seconds_text(probe.timeout));
  }
  if (!session.heard()) return no_tls(probe, "closed the connection without an answer");
  return fmt::format("{} closed the connection in the middle of the TLS handshake without a reason", probe.place);
}

// In TLS 1.3 the client is done before the broker has judged its certificate: the refusal comes as the first thing
// read.
std::string refusal_after_handshake(const Probe& probe, TlsSession& session) {
  Step step = session.read(std::min(probe.deadline, std::chrono::steady_clock::now() + kRefusalWait));
  if (step == Step::closed)
    return fmt::format("{} closed the connection right after the TLS handshake without a reason, see the broker's log",
                       probe.place);
  if (step == Step::timed_out) {
    session.write(kPingRequest, probe.deadline);
    step = session.read(probe.deadline);
  }
  return step == Step::failed && alert_of(ERR_peek_error()) ? tls_failure(probe, step, session) : "";
}

// What the macro SSL_set_tlsext_host_name does, whose C cast the compiler refuses here.
void ask_for_host(SSL& ssl, std::string host) {
  SSL_ctrl(&ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
}

std::string probe_tls(const Probe& probe, int socket) {
  const ContextHandle context = make_context(probe);
  TlsSession session(*context, socket);
  if (!normal_ip_address(probe.host)) ask_for_host(session.ssl(), probe.host);
  if (const Step step = session.handshake(probe.deadline); step != Step::done) return tls_failure(probe, step, session);
  if (std::string problem = broker_problem(probe, session.ssl()); !problem.empty()) return problem;
  if (std::string problem = refusal_after_handshake(probe, session); !problem.empty()) return problem;
  return fmt::format(
      "TCP and TLS to {} work now ({}): if MQTT still fails, the broker refuses this client, see its log", probe.place,
      SSL_get_version(&session.ssl()));
}

}  // namespace

std::string diagnose_connection(const std::string& host, std::uint16_t port, const fs::path& ca, const fs::path& cert,
                                const fs::path& key, std::chrono::milliseconds timeout) {
  const Probe probe{host, place_of(host, port), ca, cert, key, timeout, std::chrono::steady_clock::now() + timeout};
  const TcpConnection connection(host, port, probe.deadline);
  if (std::string problem = tcp_problem(connection, probe); !problem.empty()) return problem;
  if (std::string problem = file_problem(probe); !problem.empty()) return problem;
  std::string sentence = probe_tls(probe, connection.descriptor());
  ERR_clear_error();
  return sentence;
}

std::string diagnose_tcp(const std::string& host, std::uint16_t port, std::chrono::milliseconds timeout) {
  const Probe probe{host, place_of(host, port), {}, {}, {}, timeout, std::chrono::steady_clock::now() + timeout};
  const TcpConnection connection(host, port, probe.deadline);
  if (std::string problem = tcp_problem(connection, probe); !problem.empty()) return problem;
  return fmt::format("TCP to {} works now: if MQTT still fails, the broker refuses this client, see its log",
                     probe.place);
}

}  // namespace m2ag::host
