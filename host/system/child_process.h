// Another process of a program: gets a text on its standard input, and what it has for its standard output is a socket of messages in both
// directions, which is closed for it when this process ends, however that does. Standard error is this process's. One thread at a time; send() from any.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace m2ag::host {

class ChildProcess {
 public:
  /// Starts it, with signals at their defaults. `input` is in no file and on no command line. Throws std::system_error.
  ChildProcess(const std::filesystem::path& program, const std::vector<std::string>& arguments, std::string_view input);
  /// SIGKILL, unless it has ended.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Readable when there is a message, or never will be one again.
  int messages() const { return messages_; }
  /// Readable when it has ended.
  int end() const { return end_; }

  /// A message that has come; nothing when there is none now, an empty one when there will be none.
  std::optional<std::string> receive();
  /// False when it is gone, or did not take it at once.
  bool send(std::string_view message) const;
  void signal(int number) const;
  /// How it ended, at most after `patience`: "SIGSEGV", "exit code 1". Nothing when it still runs.
  std::optional<std::string> wait(std::chrono::milliseconds patience);

 private:
  pid_t pid_ = -1;
  int messages_ = -1;
  int end_ = -1;
};

/// For that child: its end of the socket, taken away from the standard output, which goes to standard error from now on.
int take_message_socket();
/// All of the standard input, which is empty from now on.
std::string take_input();
/// False when the other side is gone, or did not take it at once.
bool send_message(int socket, std::string_view message);
/// Waits; nothing when the other side is gone.
std::optional<std::string> wait_message(int socket);

}  // namespace m2ag::host
