#include "cli/cert.h"

#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "catch.h"
#include "tls/testing.h"

using namespace m2ag::host;
using namespace m2ag::host::testing;
using Catch::Contains;

namespace {

struct Result {
  int code = 0;
  std::string out;
  std::string err;
};

// Sends one of the standard streams into a file while it lives.
class Redirect {
 public:
  Redirect(std::FILE* stream, std::filesystem::path file) : stream_(stream), file_(std::move(file)) {
    std::fflush(stream_);
    saved_ = ::dup(::fileno(stream_));
    std::FILE* target = std::fopen(file_.c_str(), "w");
    REQUIRE(target != nullptr);
    ::dup2(::fileno(target), ::fileno(stream_));
    std::fclose(target);
  }
  Redirect(const Redirect&) = delete;
  Redirect& operator=(const Redirect&) = delete;
  ~Redirect() { end(); }
  std::string end() {
    if (saved_ >= 0) {
      std::fflush(stream_);
      ::dup2(saved_, ::fileno(stream_));
      ::close(saved_);
      saved_ = -1;
    }
    return read_text(file_);
  }

 private:
  std::FILE* stream_;
  std::filesystem::path file_;
  int saved_ = -1;
};

struct Cert {
  TemporaryFolder folder;
  std::string dir = (folder / "tls").string();

  Result run(std::vector<std::string> arguments) const {
    Result result;
    CLI::App app{"m2ag"};
    add_cert_verb(app, result.code);
    arguments.insert(arguments.begin(), "cert");
    std::reverse(arguments.begin(), arguments.end());
    Redirect out(stdout, folder / "out");
    Redirect err(stderr, folder / "err");
    app.parse(arguments);
    result.out = out.end();
    result.err = err.end();
    return result;
  }
};

}  // namespace

TEST_CASE("cert: the three commands of the help make what a broker and a device need") {
  const Cert cert;
  const Result made = cert.run({"init", "--dir", cert.dir, "--name", "Site", "--allow-domain", "example.net"});
  CHECK(made.code == 0);
  CHECK_THAT(made.out, Contains("made " + cert.dir + "/ca.crt (Site), valid until ") &&
                           Contains("fingerprint SHA-256 ") && Contains("example.net"));
  CHECK(cert.run({"server", "broker", "--dir", cert.dir}).code == 0);
  CHECK(cert.run({"client", "greenhouse", "--dir", cert.dir}).code == 0);
  CHECK(check_client_files(cert.dir + "/ca.crt", cert.dir + "/greenhouse.crt", cert.dir + "/greenhouse.key").empty());
  const auto names = load_certificate_info(cert.dir + "/broker.crt").value.names;
  for (const char* name : {"DNS:localhost", "IP:127.0.0.1", "IP:::1"})
    CHECK(std::find(names.begin(), names.end(), name) != names.end());

  const Result kept = cert.run({"init", "--dir", cert.dir});
  CHECK(kept.code == 0);
  CHECK_THAT(kept.out, Contains("kept " + cert.dir + "/ca.crt (Site)") && Contains("never overwritten"));
  CHECK_THAT(cert.run({"client", "greenhouse", "--dir", cert.dir, "--if-needed"}).out,
             Contains("kept " + cert.dir + "/greenhouse.crt"));
  CHECK_THAT(cert.run({"client", "greenhouse", "--dir", cert.dir}).out, Contains("renewed "));
}

TEST_CASE("cert: server names are those asked for") {
  const Cert cert;
  cert.run({"init", "--dir", cert.dir});
  const Result made = cert.run({"server", "hub", "--dir", cert.dir, "--dns", "hub.lan", "--dns", "hub.local", "--ip",
                                "10.0.0.2", "--days", "90"});
  CHECK(made.code == 0);
  const auto info = load_certificate_info(cert.dir + "/hub.crt").value;
  CHECK(info.names == std::vector<std::string>{"DNS:hub.lan", "DNS:hub.local", "IP:10.0.0.2"});
  CHECK(days_left(info, std::chrono::system_clock::now()) == 89);
}

TEST_CASE("cert: wrong input is exit code 1, a wrong system 2, each with one line on stderr") {
  const Cert cert;
  const auto fails = [&](int code, const std::string& sentence, const std::vector<std::string>& arguments) {
    const Result result = cert.run(arguments);
    CHECK(result.code == code);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, Contains("m2ag cert: ") && Contains(sentence));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  };
  fails(1, "there is no authority; make one: m2ag cert init", {"client", "demo", "--dir", cert.dir});
  cert.run({"init", "--dir", cert.dir});
  fails(1, "expected a device id", {"client", "../demo", "--dir", cert.dir});
  fails(1, "--days 900: expected 1 to 825", {"client", "demo", "--dir", cert.dir, "--days", "900"});
  fails(1, "\"www.example.com\" is outside of what the authority",
        {"server", "web", "--dir", cert.dir, "--dns", "www.example.com"});
  fails(1, "--allow-domain *.net: expected a DNS name", {"init", "--dir", cert.dir, "--allow-domain", "*.net"});
  fails(1, "holds no certificate", {"show", cert.dir + "/ca.key"});
  fails(1, "No such file or directory", {"list", "--dir", cert.dir + "/no"});
  std::filesystem::remove(cert.dir + "/ca.key");
  fails(2, "ca.key: No such file or directory", {"client", "demo", "--dir", cert.dir});
  fails(2, "ca.key is not: put it back", {"init", "--dir", cert.dir});
}

TEST_CASE("cert: what a program reads is JSON") {
  const Cert cert;
  cert.run({"init", "--dir", cert.dir});
  cert.run({"client", "demo", "--dir", cert.dir});
  write_text(cert.dir + "/broken.crt", "x");
  const auto rows = nlohmann::json::parse(cert.run({"list", "--dir", cert.dir, "--json"}).out);
  REQUIRE(rows.size() == 3);
  CHECK_THAT(rows[0].at("problem").get<std::string>(), Contains("holds no certificate"));
  CHECK(rows[1].at("use") == "authority");
  CHECK(rows[2].at("name") == "demo");
  CHECK(rows[2].at("days_left") == 396);
  const auto shown = nlohmann::json::parse(cert.run({"show", cert.dir + "/demo.crt", "--json"}).out);
  CHECK(shown == rows[2]);
  CHECK(shown.at("names") == nlohmann::json{"URI:urn:m2ag:device:demo"});
  CHECK_THAT(cert.run({"list", "--dir", cert.dir}).out,
             Contains("demo.crt                 client    demo") && Contains("396 days left"));
  CHECK_THAT(cert.run({"show", cert.dir + "/demo.crt"}).out, Contains("names        URI:urn:m2ag:device:demo"));
}
