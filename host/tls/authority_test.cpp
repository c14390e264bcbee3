#include "tls/authority.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <set>
#include <thread>

#include "catch.h"
#include "tls/testing.h"

using namespace m2ag::host;
using namespace m2ag::host::testing;
using Catch::Contains;

namespace {

mode_t mode_of(const std::filesystem::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

CertificateHandle load_one(const std::filesystem::path& file) {
  auto loaded = load_certificates(file);
  REQUIRE(loaded.problem.empty());
  return std::move(loaded.value.front());
}

int strict_verdict(const std::filesystem::path& folder, X509& leaf, CertificateUse use) {
  const auto roots = load_certificates(folder / "ca.crt");
  REQUIRE(roots.problem.empty());
  return verify_certificate(leaf, roots.value, {}, {use, days_from_now(0), true});
}

std::uint32_t key_usage(X509& certificate) { return X509_get_key_usage(&certificate); }

// Signs what the authority itself would refuse.
CertificateHandle sign_anything(const std::filesystem::path& folder, const std::string& common_name,
                                const std::vector<std::string>& names) {
  const CertificateHandle ca = load_one(folder / "ca.crt");
  const auto ca_key = load_key(folder / "ca.key");
  const KeyHandle key = make_key();
  const CertificateRequest request{
      CertificateUse::server, common_name, names, {}, days_from_now(-1) + std::chrono::hours(1), days_from_now(30)};
  return sign_certificate(request, *key, ca.get(), *ca_key.value);
}

}  // namespace

TEST_CASE("an authority is made once and kept ever after") {
  const TemporaryFolder folder;
  const auto place = folder / "deep/tls";
  REQUIRE(make_authority(place, {"Site", {"pi"}, {"example.net"}}));
  CHECK(mode_of(place) == 0700);
  CHECK(mode_of(place / "ca.key") == 0600);
  CHECK(mode_of(place / "ca.crt") == 0644);
  const std::string certificate = read_text(place / "ca.crt");
  const std::string key = read_text(place / "ca.key");

  CHECK_FALSE(make_authority(place, {"Another", {"other"}, {}}));
  CHECK_FALSE(make_authority(place, {"Site", {}, {"a.example.net"}}));
  CHECK_THROWS_WITH(make_authority(place, {"Site", {}, {"example.org"}}),
                    Contains("is kept and does not permit \"example.org\""));
  CHECK(read_text(place / "ca.crt") == certificate);
  CHECK(read_text(place / "ca.key") == key);
  CHECK(std::distance(std::filesystem::directory_iterator(place), {}) == 2);  // no temporary file is left
}

TEST_CASE("the authority's certificate is a P-256 one for signing alone") {
  const TemporaryFolder folder;
  const Authority authority = new_authority(folder.path(), "Site");
  const CertificateHandle certificate = load_one(folder / "ca.crt");
  CHECK(X509_check_ca(certificate.get()) == 1);
  CHECK(X509_get_pathlen(certificate.get()) == 0);
  CHECK(key_usage(*certificate) == (KU_KEY_CERT_SIGN | KU_CRL_SIGN));
  CHECK(X509_get_ext_by_NID(certificate.get(), NID_ext_key_usage, -1) == -1);
  const int constraints = X509_get_ext_by_NID(certificate.get(), NID_name_constraints, -1);
  REQUIRE(constraints >= 0);
  CHECK(X509_EXTENSION_get_critical(X509_get_ext(certificate.get(), constraints)) == 1);
  std::array<char, 64> group{};
  REQUIRE(EVP_PKEY_get_group_name(X509_get0_pubkey(certificate.get()), group.data(), group.size(), nullptr) == 1);
  CHECK(std::string(group.data()) == "prime256v1");
  CHECK(authority.info().use == CertificateUse::authority);
  const auto age = std::chrono::system_clock::now() - authority.info().not_before;
  CHECK(age >= std::chrono::hours(24));
  CHECK(age < std::chrono::hours(25));
  CHECK(days_left(authority.info(), days_from_now(0)) >= kAuthorityDays - 1);
}

TEST_CASE("leaves pass OpenSSL's strict check for their own use and for no other") {
  const TemporaryFolder folder;
  const Authority authority = new_authority(folder.path(), "Site");
  const auto server =
      authority.issue_server({"broker", {"localhost", "Hub.lan", "localhost"}, {"127.0.0.1", "0:0::1"}});
  const auto client = authority.issue_client("greenhouse-1");

  CHECK(server.info.names == std::vector<std::string>{"DNS:localhost", "DNS:hub.lan", "IP:127.0.0.1", "IP:::1"});
  CHECK(server.info.use == CertificateUse::server);
  CHECK(client.info.names == std::vector<std::string>{"URI:urn:m2ag:device:greenhouse-1"});
  CHECK(client.info.title == "greenhouse-1");
  CHECK(client.info.use == CertificateUse::client);
  CHECK(client.info.issuer == authority.info().subject);

  for (const auto* files : {&server, &client}) {
    const CertificateHandle certificate = load_one(files->certificate);
    const bool is_server = files == &server;
    CHECK(strict_verdict(folder.path(), *certificate, CertificateUse::server) ==
          (is_server ? X509_V_OK : X509_V_ERR_INVALID_PURPOSE));
    CHECK(strict_verdict(folder.path(), *certificate, CertificateUse::client) ==
          (is_server ? X509_V_ERR_INVALID_PURPOSE : X509_V_OK));
    CHECK(X509_check_ca(certificate.get()) == 0);
    CHECK(key_usage(*certificate) == KU_DIGITAL_SIGNATURE);
    CHECK(mode_of(files->key) == 0600);
    CHECK(files->info.not_after - files->info.not_before ==
          std::chrono::hours(24) * kLeafDays - std::chrono::seconds(1));
    const auto age = std::chrono::system_clock::now() - files->info.not_before;
    CHECK(age >= std::chrono::hours(1));
    CHECK(age < std::chrono::hours(2));
  }
}

TEST_CASE("name constraints refuse a public name even when our own key signed it") {
  const TemporaryFolder folder;
  const Authority authority = new_authority(folder.path(), "Site");
  const auto verdict = [&](const std::string& name, const std::vector<std::string>& names) {
    return strict_verdict(folder.path(), *sign_anything(folder.path(), name, names), CertificateUse::server);
  };
  CHECK(verdict("broker", {"DNS:pi.local"}) == X509_V_OK);
  CHECK(verdict("broker", {"DNS:www.example.com"}) == X509_V_ERR_PERMITTED_VIOLATION);
  CHECK(verdict("broker", {"DNS:pi.local", "DNS:www.example.com"}) == X509_V_ERR_PERMITTED_VIOLATION);
  CHECK(verdict("broker", {"IP:8.8.8.8"}) == X509_V_ERR_PERMITTED_VIOLATION);
  CHECK(verdict("broker", {"IP:2001:db8::1"}) == X509_V_ERR_PERMITTED_VIOLATION);
  CHECK(verdict("www.example.com", {"IP:10.0.0.1"}) == X509_V_ERR_PERMITTED_VIOLATION);

  CHECK_THROWS_WITH(authority.issue_server({"broker", {"www.example.com"}, {}}),
                    Contains("\"www.example.com\" is outside of what the authority"));
  CHECK_THROWS_WITH(authority.issue_server({"broker", {}, {"8.8.8.8"}}), Contains("\"8.8.8.8\" is outside of what"));
  CHECK_THROWS_WITH(authority.issue_server({"www.example.com", {}, {"10.0.0.1"}}),
                    Contains("would not be accepted: permitted subtree violation"));
  CHECK_FALSE(std::filesystem::exists(folder / "broker.crt"));
  CHECK_FALSE(std::filesystem::exists(folder / "www.example.com.key"));
}

TEST_CASE("a renewal has a new key and a new serial number") {
  const TemporaryFolder folder;
  const Authority authority = new_authority(folder.path(), "Site");
  std::set<std::string> serials;
  std::set<std::string> keys;
  for (int i = 0; i < 20; ++i) {
    const auto files = authority.issue_client("demo");
    CHECK(files.renewed == (i > 0));
    CHECK(serials.insert(files.info.serial).second);
    CHECK(files.info.serial.size() == 32);
    CHECK(files.info.serial.front() < '8');  // 127 bits: a positive number of 16 octets
    CHECK(keys.insert(read_text(files.key)).second);
  }
}

TEST_CASE("a leaf never outlives its authority") {
  const TemporaryFolder folder;
  const Time made = days_from_now(-400);
  const Authority authority = new_authority(folder.path(), "Site", made);
  const Time late = made + std::chrono::hours(24) * (kAuthorityDays - 10);
  const auto files = authority.issue_client("demo", kLeafDays, late);
  CHECK(files.info.not_after == authority.info().not_after);
  CHECK_THROWS_WITH(authority.issue_client("demo", kLeafDays, late + std::chrono::hours(24) * 11),
                    Contains("expired on"));
  CHECK_THROWS_WITH(authority.issue_client("demo", kLeafDays, days_from_now(-500)),
                    Contains("is valid only from") && Contains("is the clock right?"));
}

TEST_CASE("a clock that was never set makes no authority") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(make_authority(folder.path(), {"Site", {}, {}}, Time{}), Contains("the clock says 1970-01-01"));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("wrong requests are refused in a sentence and leave no file") {
  const TemporaryFolder folder;
  const Authority authority = new_authority(folder.path(), "Site");
  CHECK_THROWS_WITH(authority.issue_client("ca"), Contains("the authority's own"));
  CHECK_THROWS_WITH(authority.issue_server({"ca", {"localhost"}, {}}), Contains("the authority's own"));
  for (const char* id : {"", "../x", "A", "a.b"}) CHECK_THROWS_AS(authority.issue_client(id), std::invalid_argument);
  CHECK_THROWS_AS(authority.issue_server({"../x", {"localhost"}, {}}), std::invalid_argument);
  CHECK_THROWS_WITH(authority.issue_server({"x", {}, {}}), Contains("at least one name or address"));
  CHECK_THROWS_WITH(authority.issue_server({"x", {"a,DNS:www.example.com"}, {}}), Contains("expected a DNS name"));
  CHECK_THROWS_WITH(authority.issue_server({"x", {"10.0.0.1"}, {}}),
                    Contains("is an IP address") || Contains("expected a DNS name"));
  CHECK_THROWS_WITH(authority.issue_server({"x", {}, {"10.0.0.0/8"}}), Contains("expected an IPv4 or IPv6 address"));
  for (const int days : {0, -1, kMostLeafDays + 1}) {
    CHECK_THROWS_WITH(authority.issue_client("x", days), Contains(fmt::format("--days {}: expected 1 to 825", days)));
  }
  CHECK_THROWS_AS(make_authority(folder / "other", {"", {}, {}}), std::invalid_argument);
  CHECK_THROWS_AS(make_authority(folder / "other", {"Site", {}, {"*.example.net"}}), std::invalid_argument);
  CHECK_FALSE(std::filesystem::exists(folder / "other"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 2);
}

TEST_CASE("text that OpenSSL would read as more than one name is never signed") {
  const TemporaryFolder folder;
  const Authority authority = new_authority(folder.path(), "Site");
  for (const char* name : {"DNS:a.lan,DNS:b.lan", "DNS:a.lan\nDNS:b.lan", "DNS:a.lan;b", "@section"}) {
    CHECK_THROWS_AS(sign_anything(folder.path(), "x", {name}), std::invalid_argument);
  }
}

TEST_CASE("a certificate of another use is not overwritten") {
  const TemporaryFolder folder;
  const Authority authority = new_authority(folder.path(), "Site");
  const auto server = authority.issue_server({"broker", {"localhost"}, {}});
  CHECK_THROWS_WITH(authority.issue_client("broker"), Contains("is a server certificate, not a client certificate"));
  write_text(folder / "notes.crt", "no certificate");
  CHECK_THROWS_WITH(authority.issue_client("notes"),
                    Contains("holds no certificate") && Contains("move the file away"));
  CHECK(read_text(folder / "notes.crt") == "no certificate");
  CHECK(load_certificate_info(server.certificate).value.fingerprint == server.info.fingerprint);
}

TEST_CASE("half an authority, a foreign key and an open folder are refused") {
  const TemporaryFolder folder;
  new_authority(folder / "a", "A");
  new_authority(folder / "b", "B");
  std::filesystem::copy_file(folder / "b/ca.key", folder / "a/ca.key",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK_THROWS_WITH(Authority(folder / "a"), Contains("ca.key does not belong to") && Contains("(A)"));
  std::filesystem::remove(folder / "b/ca.crt");
  CHECK_THROWS_WITH(make_authority(folder / "b", {"B", {}, {}}),
                    Contains("ca.key is there, but") && Contains("ca.crt is not"));
  CHECK_THROWS_WITH(Authority(folder / "b"), Contains("there is no authority; make one: m2ag cert init"));
  std::filesystem::create_directory(folder / "open");
  std::filesystem::permissions(folder / "open", std::filesystem::perms::all);
  CHECK_THROWS_WITH(make_authority(folder / "open", {"C", {}, {}}),
                    Contains("others may write to this folder (mode 0777)"));
  write_text(folder / "file", "");
  CHECK_THROWS_WITH(make_authority(folder / "file", {"C", {}, {}}), Contains("is no folder"));
}

TEST_CASE("a current certificate is told from one that needs to be made again") {
  const TemporaryFolder folder;
  const Authority authority = new_authority(folder.path(), "Site");
  const auto current = [&](Time now) {
    return authority.is_current("demo", CertificateUse::client, {device_name("demo")}, now);
  };
  CHECK_FALSE(current(days_from_now(0)));
  authority.issue_client("demo");
  CHECK(current(days_from_now(0)));
  CHECK(current(days_from_now(kLeafDays - 33)));
  CHECK_FALSE(current(days_from_now(kLeafDays - 20)));
  CHECK_FALSE(authority.is_current("demo", CertificateUse::server, {}, days_from_now(0)));
  CHECK_FALSE(authority.is_current("demo", CertificateUse::client, {"DNS:more.lan"}, days_from_now(0)));
  CHECK_FALSE(authority.is_current("../demo", CertificateUse::client, {}, days_from_now(0)));
  authority.issue_client("other");
  std::filesystem::copy_file(folder / "other.key", folder / "demo.key",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK_FALSE(current(days_from_now(0)));
}

TEST_CASE("two at once make one authority, and leaves whose files fit together") {
  const TemporaryFolder folder;
  std::atomic<int> made{0};
  const auto work = [&] {
    if (make_authority(folder / "tls", {"Site", {}, {}})) ++made;
    const Authority authority(folder / "tls");
    for (int i = 0; i < 20; ++i) authority.issue_client("demo");
  };
  std::thread one(work);
  std::thread two(work);
  one.join();
  two.join();
  CHECK(made == 1);
  CHECK(check_client_files(folder / "tls/ca.crt", folder / "tls/demo.crt", folder / "tls/demo.key").empty());
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "tls"), {}) == 4);
}
