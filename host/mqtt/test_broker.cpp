#include "mqtt/test_broker.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace m2ag::host {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool accepts(std::uint16_t port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  const bool connected = connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(descriptor);
  return connected;
}

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

}  // namespace

TestFolder::TestFolder() {
  std::string name = std::filesystem::temp_directory_path() / "m2ag-test-XXXXXX";
  if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::uint16_t free_port() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t length = sizeof address;
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&address), length) != 0 ||
      getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("no free port");
  }
  close(descriptor);
  return ntohs(address.sin_port);
}

TestProcess::TestProcess(std::vector<std::string> command, const std::filesystem::path& output) {
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(file);
}

TestProcess::~TestProcess() {
  if (pid_ < 0) return;
  signal(SIGKILL);
  wait();
}

void TestProcess::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

int TestProcess::wait() {
  if (pid_ > 0) {
    while (waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
  }
  return status_;
}

bool TestProcess::running() {
  if (pid_ > 0 && waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
  return pid_ > 0;
}

void wait_for_port(std::uint16_t port, TestProcess& process, const std::filesystem::path& output) {
  for (int i = 0; i < 1000; ++i) {
    if (accepts(port)) return;
    if (!process.running()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw std::runtime_error(fmt::format("nothing listens on port {}: {}", port, text_of(output)));
}

TestBroker::TestBroker(std::string config, bool tls) : port_(free_port()), tls_(tls) {
  std::ofstream file(folder() / "mosquitto.conf");
  file << "per_listener_settings false\nallow_anonymous true\nset_tcp_nodelay true\nmax_inflight_messages 0\n"
       << "log_type all\nlog_dest stderr\nconnection_messages true\n";
  if (geteuid() == 0) file << "user root\n";  // its own user cannot read our files
  file << "listener " << port_ << " 127.0.0.1\n" << config << "\n";
}

TestBroker::~TestBroker() = default;

void TestBroker::start() {
  const auto output = folder() / fmt::format("life-{}.log", ++life_);
  process_ = std::make_unique<TestProcess>(
      std::vector<std::string>{"/usr/sbin/mosquitto", "-c", folder() / "mosquitto.conf"}, output);
  wait_for_port(port_, *process_, output);
}

void TestBroker::kill() { process_.reset(); }

void TestBroker::stop() {
  process_->signal(SIGTERM);
  process_->wait();
  process_.reset();
}

std::string TestBroker::url() const { return fmt::format("{}://localhost:{}", tls_ ? "mqtts" : "mqtt", port_); }

std::string TestBroker::log() const {
  std::string text;
  for (int life = 1; life <= life_; ++life) text += text_of(folder() / fmt::format("life-{}.log", life));
  return text;
}

}  // namespace m2ag::host
