// For tests: a real mosquitto on a free loopback port with its own folder, that can be killed, stopped for a while and started again.
// One thread at a time.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace m2ag::host {

/// A folder that is gone afterwards.
class TestFolder {
 public:
  TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A loopback port nobody listens on now.
std::uint16_t free_port();

/// A child process with its output in a file.
class TestProcess {
 public:
  TestProcess(std::vector<std::string> command, const std::filesystem::path& output);
  TestProcess(const TestProcess&) = delete;
  TestProcess& operator=(const TestProcess&) = delete;
  /// SIGKILL, when it still runs.
  ~TestProcess();

  void signal(int number) const;
  /// Waits for its end; its status as of waitpid().
  int wait();
  bool running();

 private:
  pid_t pid_ = -1;
  int status_ = 0;
};

/// Throws std::runtime_error with the end of the output when `process` does not accept connections within ten seconds.
void wait_for_port(std::uint16_t port, TestProcess& process, const std::filesystem::path& output);

class TestBroker {
 public:
  /// `config`: lines for mosquitto.conf beside the listener's. Does not start it yet.
  explicit TestBroker(std::string config = "", bool tls = false);
  ~TestBroker();

  void start();
  /// At once, as by a power cut.
  void kill();
  /// In good order.
  void stop();
  /// As a machine that hangs: the connection stays, nothing is answered.
  void pause() const { process_->signal(19); }
  void resume() const { process_->signal(18); }

  std::uint16_t port() const { return port_; }
  std::string url() const;
  const std::filesystem::path& folder() const { return folder_.path(); }
  /// Everything mosquitto has said in all its lives, with `log_type all`.
  std::string log() const;

 private:
  TestFolder folder_;
  std::uint16_t port_;
  bool tls_;
  int life_ = 0;
  std::unique_ptr<TestProcess> process_;
};

}  // namespace m2ag::host
