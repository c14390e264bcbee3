#include "tls/diagnosis.h"

#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "catch.h"
#include "tls/connection.h"
#include "tls/testing.h"

using namespace m2ag::host;
using namespace m2ag::host::testing;
using namespace std::chrono_literals;
using Catch::Contains;
using Catch::Equals;

namespace {

constexpr auto kTimeout = 10s;  // for what answers at once; never waited for in full

struct Site {
  TemporaryFolder folder;
  Authority authority;
  IssuedFiles broker;

  explicit Site(const std::string& name = "Site", Time at = days_from_now(0))
      : authority(new_authority(folder.path(), name, at)),
        broker(authority.issue_server({"broker", {"localhost"}, {"127.0.0.1", "::1"}}, at)) {
    authority.issue_client("demo", kLeafDays, at);
  }

  TlsSettings settings() const { return {broker.certificate, broker.key, folder / "ca.crt"}; }

  std::string diagnose(const std::string& host, std::uint16_t port,
                       std::chrono::milliseconds timeout = kTimeout) const {
    return diagnose_connection(host, port, folder / "ca.crt", folder / "demo.crt", folder / "demo.key", timeout);
  }
};

std::string place(std::uint16_t port, const std::string& host = "127.0.0.1") {
  return host + ":" + std::to_string(port);
}

}  // namespace

TEST_CASE("a connection that works is said to work") {
  const Site site;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsSettings settings = site.settings();
    settings.version = version;
    const Server server(serve_tls(settings));
    const std::string word = version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3";
    CHECK_THAT(site.diagnose("127.0.0.1", server.port()),
               Contains("TCP and TLS to " + place(server.port()) + " work now (" + word + ")"));
    CHECK_THAT(site.diagnose("localhost", server.port()), Contains("work now"));
  }
  const Server six(serve_tls(site.settings()), "::1");
  CHECK_THAT(site.diagnose("::1", six.port()),
             Contains("TCP and TLS to [::1]:" + std::to_string(six.port()) + " work now"));
}

TEST_CASE("leaves of one authority shake hands with a client that verifies everything") {
  const Site site;
  const Server server(serve_tls(site.settings()));
  const std::unique_ptr<SSL_CTX, OpensslDelete<SSL_CTX_free>> context(SSL_CTX_new(TLS_client_method()));
  REQUIRE(SSL_CTX_load_verify_file(context.get(), (site.folder / "ca.crt").c_str()) == 1);
  REQUIRE(SSL_CTX_use_certificate_file(context.get(), (site.folder / "demo.crt").c_str(), SSL_FILETYPE_PEM) == 1);
  REQUIRE(SSL_CTX_use_PrivateKey_file(context.get(), (site.folder / "demo.key").c_str(), SSL_FILETYPE_PEM) == 1);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const Deadline deadline = std::chrono::steady_clock::now() + kTimeout;
  const TcpConnection connection("localhost", server.port(), deadline);
  REQUIRE(connection.outcome() == TcpConnection::Outcome::connected);
  TlsSession session(*context, connection.descriptor());
  REQUIRE(SSL_set1_host(&session.ssl(), "localhost") == 1);
  CHECK(session.handshake(deadline) == TlsSession::Step::done);
  CHECK(SSL_get_verify_result(&session.ssl()) == X509_V_OK);
  session.write("x", deadline);
  CHECK(session.read(deadline) == TlsSession::Step::done);  // the server read it and closed in good order
}

TEST_CASE("a name without an address is told") {
  const Site site;
  const std::string name(70, 'x');  // longer than a label may be: the resolver refuses it without asking a server
  CHECK_THAT(site.diagnose(name, 8883), Contains("no address found for the host name \"" + name + "\": "));
}

TEST_CASE("a port where nobody listens is told") {
  const Site site;
  const BoundSocket socket;
  const std::string sentence =
      place(socket.port()) + " refused the connection: nothing listens on that port, is the broker running?";
  CHECK(site.diagnose("127.0.0.1", socket.port()) == sentence);
  CHECK(diagnose_tcp("127.0.0.1", socket.port(), kTimeout) == sentence);
  const BoundSocket six("::1");
  CHECK_THAT(site.diagnose("::1", six.port()),
             Contains("[::1]:" + std::to_string(six.port()) + " refused the connection"));
}

TEST_CASE("a host that never answers is given up after the timeout") {
  const Site site;
  const BoundSocket socket;
  REQUIRE(::listen(socket.descriptor(), 0) == 0);
  // A full queue of connections nobody accepts: Linux drops the next one's packets.
  std::vector<std::unique_ptr<TcpConnection>> queued;
  for (int i = 0; i < 2; ++i) {
    queued.push_back(
        std::make_unique<TcpConnection>("127.0.0.1", socket.port(), std::chrono::steady_clock::now() + 200ms));
  }
  const auto start = std::chrono::steady_clock::now();
  CHECK_THAT(site.diagnose("127.0.0.1", socket.port(), 300ms),
             Contains(place(socket.port()) + " did not answer within 0.3 s"));
  CHECK_THAT(diagnose_tcp("127.0.0.1", socket.port(), 300ms), Contains("did not answer within 0.3 s"));
  CHECK(std::chrono::steady_clock::now() - start < 5s);
}

TEST_CASE("a peer that speaks no TLS is told, whatever it does instead") {
  const Site site;
  const auto receive_first = [](int client) {
    std::array<char, 4096> bytes;
    return ::recv(client, bytes.data(), bytes.size(), 0);
  };
  SECTION("it closes, as a broker's plain port does") {
    const Server server([&](int client) { receive_first(client); });
    CHECK_THAT(site.diagnose("127.0.0.1", server.port()),
               Contains("closed the connection without an answer: that port speaks no TLS"));
  }
  SECTION("it answers with something else") {
    const Server server([&](int client) {
      receive_first(client);
      const std::string text = "HTTP/1.1 400 Bad Request\r\n\r\n";
      ::send(client, text.data(), text.size(), MSG_NOSIGNAL);
      receive_first(client);
    });
    CHECK_THAT(site.diagnose("127.0.0.1", server.port()),
               Contains("answered with something else than TLS: that port speaks no TLS"));
  }
  SECTION("it stays silent") {
    const Server server([&](int client) {
      while (receive_first(client) > 0) {
      }
    });
    CHECK_THAT(site.diagnose("127.0.0.1", server.port(), 300ms),
               Contains("did not begin the TLS handshake within 0.3 s"));
  }
  SECTION("it resets the connection at once, many times, and SIGPIPE kills nobody") {
    const Server server([](int client) {
      const linger reset{1, 0};
      ::setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    });
    for (int i = 0; i < 50; ++i) CHECK_THAT(site.diagnose("127.0.0.1", server.port()), Contains(place(server.port())));
  }
}

TEST_CASE("a broker's certificate that has expired is told with its date") {
  const Site old("Site", days_from_now(-500));
  TlsSettings settings = old.settings();
  settings.client_ca.clear();
  const Server server(serve_tls(settings));
  old.authority.issue_client("demo");
  CHECK(old.diagnose("127.0.0.1", server.port()) == "the certificate of the broker at " + place(server.port()) +
                                                        " (broker) expired on " + date_text(old.broker.info.not_after) +
                                                        ", 103 days ago");
}

TEST_CASE("a broker's certificate of another authority is told by both names") {
  const Site ours("Ours");
  const Site theirs("Theirs");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsSettings settings = theirs.settings();  // it would refuse our certificate too: its own is the first reason
    settings.version = version;
    const Server server(serve_tls(settings));
    CHECK(ours.diagnose("127.0.0.1", server.port()) ==
          "the certificate of the broker at " + place(server.port()) +
              " (broker) was signed by \"Theirs\", not by our authority \"Ours\" (" +
              (ours.folder / "ca.crt").string() + ")");
  }
  const Site again("Ours");
  const Server server(serve_tls(again.settings()));
  CHECK_THAT(ours.diagnose("127.0.0.1", server.port()),
             Contains("by another authority of the same name than ours, \"Ours\""));
  const Server public_one(serve_tls(theirs.settings()));
  CHECK_THAT(diagnose_connection("127.0.0.1", public_one.port(), "", "", "", kTimeout),
             Contains("\"Theirs\", which this system does not trust"));
}

TEST_CASE("a host name that the broker's certificate lacks is told with those it has") {
  const Site site;
  const auto narrow = site.authority.issue_server({"narrow", {"hub.lan", "pi.local"}, {"10.1.2.3"}});
  const Server server(serve_tls({narrow.certificate, narrow.key, site.folder / "ca.crt"}));
  CHECK_THAT(site.diagnose("127.0.0.1", server.port()),
             Equals("the certificate of the broker at " + place(server.port()) +
                    " (narrow) is not for \"127.0.0.1\"; it is for hub.lan, pi.local, 10.1.2.3"));
  CHECK_THAT(site.diagnose("localhost", server.port()), Contains("is not for \"localhost\"; it is for hub.lan"));
}

TEST_CASE("a broker that refuses our certificate is told, in TLS 1.2 and after the handshake of 1.3") {
  const Site site;
  const Site stranger("Stranger");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsSettings settings = site.settings();
    settings.version = version;
    const Server server(serve_tls(settings));
    CHECK_THAT(
        diagnose_connection("127.0.0.1", server.port(), site.folder / "ca.crt", "", "", kTimeout),
        Contains("the broker at " + place(server.port()) + " demands a client certificate and none is configured"));

    settings.client_ca = stranger.folder / "ca.crt";
    const Server other(serve_tls(settings));
    CHECK_THAT(site.diagnose("127.0.0.1", other.port()),
               Contains("refused our certificate " + (site.folder / "demo.crt").string() +
                        " (demo): it does not know the authority that signed it"));
  }
}

TEST_CASE("a broker without a common TLS version or cipher is told") {
  const Site site;
  TlsSettings settings = site.settings();
  SECTION("an old version") {
    settings.version = TLS1_1_VERSION;
    settings.ciphers = "ALL:@SECLEVEL=0";
  }
  SECTION("a cipher that its key cannot serve") {
    settings.version = TLS1_2_VERSION;
    settings.ciphers = "ECDHE-RSA-AES128-GCM-SHA256";
  }
  const Server server(serve_tls(settings));
  CHECK_THAT(site.diagnose("127.0.0.1", server.port()),
             Contains("the broker at " + place(server.port()) + " and we share no TLS version or cipher"));
}

TEST_CASE("our own files are looked at before the broker's answer") {
  const Site site("Site", days_from_now(-500));
  const Server server(serve_tls(site.settings()));
  CHECK_THAT(site.diagnose("127.0.0.1", server.port()),
             Contains("/demo.crt (demo) expired on ") && Contains("renew it: m2ag cert client demo"));
  std::filesystem::remove(site.folder / "demo.key");
  CHECK_THAT(site.diagnose("127.0.0.1", server.port()), Contains("/demo.key: No such file or directory"));
}

TEST_CASE("several threads may ask at once") {
  const Site site;
  const Server server(serve_tls(site.settings()));
  const BoundSocket nobody;
  std::vector<std::string> sentences(6);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    threads.emplace_back(
        [&, i] { sentences[i] = site.diagnose("localhost", i % 2 == 0 ? server.port() : nobody.port()); });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < sentences.size(); ++i)
    CHECK_THAT(sentences[i], Contains(i % 2 == 0 ? "work now" : "refused the connection"));
}
