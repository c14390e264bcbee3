// The diagnosis against a real mosquitto with client certificates, on a free loopback port.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catch.h"
#include "tls/connection.h"
#include "tls/diagnosis.h"
#include "tls/testing.h"

using namespace m2ag::host;
using namespace m2ag::host::testing;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

class Mosquitto {
 public:
  // `listener`: the lines below "listener PORT 127.0.0.1".
  Mosquitto(const TemporaryFolder& folder, const std::string& listener) {
    // Another program may take the free port before mosquitto does; then the next one is tried.
    for (int attempt = 0; attempt < 5 && !running_; ++attempt) start(folder, listener);
    REQUIRE(running_);
  }
  Mosquitto(const Mosquitto&) = delete;
  Mosquitto& operator=(const Mosquitto&) = delete;
  ~Mosquitto() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  std::uint16_t port() const { return port_; }

 private:
  void start(const TemporaryFolder& folder, const std::string& listener) {
    port_ = BoundSocket().port();
    const std::string file = (folder / "mosquitto.conf").string();
    const std::string user =
        ::geteuid() == 0 ? "user root\n" : "";  // else it becomes a user who may not read the folder
    write_text(file, fmt::format("{}listener {} 127.0.0.1\n{}", user, port_, listener));
    std::string program = "/usr/sbin/mosquitto";
    std::string option = "-c";
    std::string path = file;
    char* arguments[] = {program.data(), option.data(), path.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    const int error = ::posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    REQUIRE(error == 0);
    const Deadline deadline = std::chrono::steady_clock::now() + 20s;
    while (!running_ && std::chrono::steady_clock::now() < deadline) {
      if (::waitpid(process_, nullptr, WNOHANG) == process_) return;
      running_ = TcpConnection("127.0.0.1", port_, deadline).outcome() == TcpConnection::Outcome::connected;
      ::usleep(5000);
    }
  }

  pid_t process_ = -1;
  std::uint16_t port_ = 0;
  bool running_ = false;
};

}  // namespace

TEST_CASE("what mosquitto refuses and accepts is told apart") {
  const TemporaryFolder folder;
  const Authority authority = new_authority(folder.path(), "Site");
  const auto broker = authority.issue_server({"broker", {"localhost"}, {"127.0.0.1"}});
  const auto demo = authority.issue_client("demo");
  const auto ca = folder / "ca.crt";
  const Mosquitto mosquitto(
      folder, fmt::format("allow_anonymous false\nuse_identity_as_username true\nrequire_certificate true\ncafile {}\n"
                          "certfile {}\nkeyfile {}\n",
                          ca.string(), broker.certificate.string(), broker.key.string()));

  CHECK_THAT(diagnose_connection("localhost", mosquitto.port(), ca, demo.certificate, demo.key, 10s),
             Contains("work now (TLSv1.3)"));
  CHECK_THAT(diagnose_connection("localhost", mosquitto.port(), ca, "", "", 10s),
             Contains("demands a client certificate and none is configured (TLS alert: certificate required)"));

  const Authority stranger = new_authority(folder / "stranger", "Stranger");
  const auto foreign = stranger.issue_client("demo");
  CHECK_THAT(diagnose_connection("localhost", mosquitto.port(), stranger.certificate_file(), foreign.certificate,
                                 foreign.key, 10s),
             Contains("was signed by \"Site\", not by our authority \"Stranger\""));
  write_text(folder / "both.crt", read_text(ca) + read_text(stranger.certificate_file()));
  CHECK_THAT(
      diagnose_connection("localhost", mosquitto.port(), folder / "both.crt", foreign.certificate, foreign.key, 10s),
      Contains("refused our certificate") &&
          Contains("does not know the authority that signed it (TLS alert: unknown CA)"));
}

TEST_CASE("mosquitto's plain port is told from a TLS port") {
  const TemporaryFolder folder;
  const Authority authority = new_authority(folder.path(), "Site");
  const Mosquitto mosquitto(folder, "allow_anonymous true\n");
  CHECK_THAT(diagnose_connection("localhost", mosquitto.port(), folder / "ca.crt", "", "", 10s),
             Contains("that port speaks no TLS"));
  CHECK_THAT(diagnose_tcp("localhost", mosquitto.port(), 10s), Contains("works now"));
}
