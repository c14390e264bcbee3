// What a certificate file says, and whether a client's three files fit together. Reads only; authority.h makes
// certificates. Free of state: every function may be called from any thread. Nothing here throws for a bad file: it is
// said in a sentence.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "tls/files.h"
#include "tls/x509.h"

namespace m2ag::host {

struct CertificateInfo {
  std::string title;    ///< the subject's common name, else its first alternative name, else the whole subject
  std::string subject;  ///< "O=m2ag, CN=greenhouse"
  std::string issuer_title;
  std::string issuer;
  std::vector<std::string> names;  ///< alternative names: "DNS:pi.local", "IP:192.168.1.4", "URI:urn:m2ag:device:pi"
  CertificateUse use = CertificateUse::other;
  Time not_before;
  Time not_after;
  std::string serial;       ///< hexadecimal
  std::string fingerprint;  ///< SHA-256, "AB:CD:…"
};

CertificateInfo describe_certificate(const X509& certificate);

/// The first certificate of a PEM file.
Loaded<CertificateInfo> load_certificate_info(const std::filesystem::path& file);

/// Whole days until `info` expires, negative after.
long days_left(const CertificateInfo& info, Time now);

/// "2026-01-02" in UTC.
std::string date_text(Time time);

/// "expired on 2026-01-02, 324 days ago", "is valid only from 2031-05-01, the clock says 2026-01-02: set the clock", ""
/// when it is valid.
std::string validity_problem(const CertificateInfo& info, Time now);

/// ": renew it: m2ag cert client demo --dir tls" for a leaf that lies where `m2ag cert` puts it, else "".
std::string renewal_hint(const CertificateInfo& info, const std::filesystem::path& file);

enum class Severity { warning, error };

struct FileProblem {
  Severity severity;
  std::string sentence;
};

/// Why a client with these files cannot or soon will not connect: missing or unreadable file, no PEM, expired or not
/// yet valid, a key of another certificate, a certificate of another authority or for another use (errors); expires
/// within 30 days, key readable by others (warnings). Each sentence names the file, and the name and date where they
/// matter. `ca` empty: the system's authorities, not checked. `cert` and `key` both empty: no client certificate is
/// used. Empty when all is well.
std::vector<FileProblem> check_client_files(const std::filesystem::path& ca, const std::filesystem::path& cert,
                                            const std::filesystem::path& key,
                                            Time now = std::chrono::system_clock::now());

/// As check_client_files for a certificate that is to be used as `use`.
std::vector<FileProblem> check_files(const std::filesystem::path& ca, const std::filesystem::path& cert,
                                     const std::filesystem::path& key, CertificateUse use, Time now);

/// From this many days before its end on a certificate is worth renewing.
inline constexpr long kRenewDays = 30;

}  // namespace m2ag::host
