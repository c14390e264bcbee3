#include "tls/certificate.h"

#include <openssl/pem.h>
#include <sys/stat.h>

#include "catch.h"
#include "tls/authority.h"
#include "tls/testing.h"

using namespace m2ag::host;
using namespace m2ag::host::testing;
using Catch::Contains;

namespace {

struct Site {
  TemporaryFolder folder;
  Authority authority;
  IssuedFiles demo;

  explicit Site(Time at = days_from_now(0))
      : authority(new_authority(folder.path(), "Site", at)), demo(authority.issue_client("demo", kLeafDays, at)) {}

  std::vector<FileProblem> check(const std::string& ca, const std::string& cert, const std::string& key,
                                 Time now = days_from_now(0)) const {
    return check_client_files(folder / ca, folder / cert, folder / key, now);
  }
};

void check_only(const std::vector<FileProblem>& problems, Severity severity, const std::string& sentence) {
  REQUIRE(problems.size() == 1);
  CHECK(problems.front().severity == severity);
  CHECK(problems.front().sentence == sentence);
}

}  // namespace

TEST_CASE("files that fit together give no sentence") {
  const Site site;
  CHECK(site.check("ca.crt", "demo.crt", "demo.key").empty());
  CHECK(check_client_files(site.folder / "ca.crt", "", "").empty());
  CHECK(check_client_files("", site.folder / "demo.crt", site.folder / "demo.key").empty());
}

TEST_CASE("a missing file, text that is no PEM and damaged PEM are named") {
  const Site site;
  const std::string at = site.folder.path().string();
  check_only(site.check("no.crt", "demo.crt", "demo.key"), Severity::error, at + "/no.crt: No such file or directory");
  check_only(site.check("ca.crt", "demo.crt", "no.key"), Severity::error, at + "/no.key: No such file or directory");

  write_text(site.folder / "text", "hello");
  check_only(site.check("ca.crt", "text", "demo.key"), Severity::error,
             at + "/text: holds no certificate, expected PEM text with \"-----BEGIN CERTIFICATE-----\"");
  ::chmod((site.folder / "text").c_str(), 0600);
  check_only(site.check("ca.crt", "demo.crt", "text"), Severity::error,
             at + "/text: holds no private key, expected PEM text with \"-----BEGIN PRIVATE KEY-----\"");

  std::string half = read_text(site.folder / "demo.crt");
  write_text(site.folder / "half.crt", half.substr(0, half.size() / 2));
  const auto cut = site.check("ca.crt", "half.crt", "demo.key");
  REQUIRE(cut.size() == 1);
  CHECK_THAT(cut.front().sentence, Contains("half.crt: the certificate is damaged ("));
  half.replace(100, 4, "AAAA");
  write_text(site.folder / "half.crt", half);
  CHECK_FALSE(site.check("ca.crt", "half.crt", "demo.key").empty());
}

TEST_CASE("folders, pipes and huge files are refused without waiting") {
  const Site site;
  REQUIRE(::mkfifo((site.folder / "pipe").c_str(), 0600) == 0);
  for (const char* name : {".", "pipe"}) {
    const auto problems = site.check(name, "demo.crt", "demo.key");
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems.front().sentence, Contains("is no regular file, expected a PEM file"));
  }
  write_text(site.folder / "huge", "");
  std::filesystem::resize_file(site.folder / "huge", 1ULL << 40);
  CHECK_THAT(site.check("huge", "demo.crt", "demo.key").front().sentence, Contains("a PEM file has at most 1048576"));
}

TEST_CASE("an expired certificate is told with name, date, days and the way out") {
  const Site site(days_from_now(-500));
  // Issued 500 days ago an hour back for 397 days: it ended 103 days ago.
  const std::string folder = site.folder.path().string();
  check_only(site.check("ca.crt", "demo.crt", "demo.key"), Severity::error,
             folder + "/demo.crt (demo) expired on " + date_text(site.demo.info.not_after) +
                 ", 103 days ago; renew it: m2ag cert client demo --dir " + folder);
  CHECK(days_left(site.demo.info, days_from_now(0)) == -104);
  CHECK_THAT(validity_problem(site.demo.info, site.demo.info.not_after + std::chrono::hours(3)),
             Contains("within the last day"));
  CHECK_THAT(validity_problem(site.demo.info, site.demo.info.not_after + std::chrono::hours(25)),
             Contains(", 1 day ago"));
  CHECK(validity_problem(site.demo.info, site.demo.info.not_after).empty());
}

TEST_CASE("a certificate of tomorrow points at the clock") {
  const Site site;
  const auto problems = site.check("ca.crt", "demo.crt", "demo.key", days_from_now(-100));
  REQUIRE(problems.size() == 2);
  CHECK_THAT(problems[0].sentence, Contains("/ca.crt (Site) is valid only from") && Contains("is the clock right?"));
  CHECK_THAT(problems[1].sentence,
             Contains("/demo.crt (demo) is valid only from " + date_text(site.demo.info.not_before)));
}

TEST_CASE("a certificate near its end is a warning") {
  const Site site;
  const auto problems = site.check("ca.crt", "demo.crt", "demo.key", days_from_now(kLeafDays - 10));
  REQUIRE(problems.size() == 1);
  CHECK(problems.front().severity == Severity::warning);
  CHECK_THAT(problems.front().sentence,
             Contains("/demo.crt (demo) expires on ") && Contains(", in 9 days; renew it: m2ag cert client demo"));
}

TEST_CASE("a key of another certificate is told") {
  const Site site;
  site.authority.issue_client("other");
  const std::string at = site.folder.path().string();
  check_only(site.check("ca.crt", "demo.crt", "other.key"), Severity::error,
             at + "/other.key does not belong to " + at + "/demo.crt (demo): it is the key of another certificate");
  CHECK_THAT(check_client_files(site.folder / "ca.crt", site.folder / "demo.crt", "").front().sentence,
             Contains("a certificate without a key"));
  CHECK_THAT(check_client_files(site.folder / "ca.crt", "", site.folder / "demo.key").front().sentence,
             Contains("a key without a certificate"));
}

TEST_CASE("a certificate of another authority is told by both names") {
  const Site site;
  new_authority(site.folder / "foreign", "Neighbour");
  const std::string at = site.folder.path().string();
  check_only(
      site.check("foreign/ca.crt", "demo.crt", "demo.key"), Severity::error,
      at + "/demo.crt (demo) was signed by \"Site\", not by the authority " + at + "/foreign/ca.crt (Neighbour)");
  new_authority(site.folder / "again", "Site");
  const auto again = site.check("again/ca.crt", "demo.crt", "demo.key");
  REQUIRE(again.size() == 1);
  CHECK_THAT(again.front().sentence,
             Contains("another authority of the same name") && Contains("was the authority made anew?"));

  write_text(site.folder / "bundle.crt", read_text(site.folder / "foreign/ca.crt") + read_text(site.folder / "ca.crt"));
  CHECK(site.check("bundle.crt", "demo.crt", "demo.key").empty());
}

TEST_CASE("a server's certificate is none for a client") {
  const Site site;
  site.authority.issue_server({"broker", {"localhost"}, {}});
  const auto problems = site.check("ca.crt", "broker.crt", "broker.key");
  REQUIRE(problems.size() == 1);
  CHECK_THAT(
      problems.front().sentence,
      Contains("/broker.crt (broker) is a certificate for the use \"server\", expected one for the use \"client\""));
}

TEST_CASE("a key that others may read is a warning") {
  const Site site;
  ::chmod((site.folder / "demo.key").c_str(), 0644);
  const std::string file = (site.folder / "demo.key").string();
  check_only(site.check("ca.crt", "demo.crt", "demo.key"), Severity::warning,
             file + ": others may read or change this key (mode 0644); close it: chmod 600 " + file);
  ::chmod((site.folder / "demo.key").c_str(), 0640);
  CHECK(site.check("ca.crt", "demo.crt", "demo.key").empty());
}

TEST_CASE("an encrypted key is told, nobody is asked for its passphrase") {
  const Site site;
  const auto key = load_key(site.folder / "demo.key");
  const BioHandle bio(BIO_new(BIO_s_mem()));
  std::string passphrase = "secret";
  REQUIRE(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.value.get(), EVP_aes_256_cbc(), passphrase.data(),
                                        static_cast<int>(passphrase.size()), nullptr, nullptr) == 1);
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  write_text(site.folder / "locked.key", {data, static_cast<std::size_t>(size)});
  ::chmod((site.folder / "locked.key").c_str(), 0600);
  check_only(site.check("ca.crt", "demo.crt", "locked.key"), Severity::error,
             (site.folder / "locked.key").string() + ": the key is encrypted with a passphrase, expected one without");
}

TEST_CASE("a certificate file is described") {
  const Site site;
  const auto loaded = load_certificate_info(site.folder / "demo.crt");
  REQUIRE(loaded.problem.empty());
  CHECK(loaded.value.title == "demo");
  CHECK(loaded.value.subject == "O = m2ag, CN = demo");
  CHECK(loaded.value.issuer_title == "Site");
  CHECK(loaded.value.fingerprint.size() == 32 * 3 - 1);
  CHECK(date_text(Time{}) == "1970-01-01");
}
