#include "system/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

namespace m2ag::host {
namespace {

[[noreturn]] void fail(int error, const char* what) { throw std::system_error(error, std::generic_category(), what); }

class Descriptor {
 public:
  Descriptor(int number, const char* what) : number_(number) {
    if (number_ < 0) fail(errno, what);
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

struct Spawn {
  Spawn() {
    int error = ::posix_spawn_file_actions_init(&files);
    if (error == 0) error = ::posix_spawnattr_init(&attributes);
    if (error != 0) fail(error, "posix_spawn");
  }
  ~Spawn() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
};

/// How long the next message is: memory for the longest there could be would leave holes in the heap of a process that runs for years.
ssize_t next_size(int socket, int flags) {
  char none = 0;
  return ::recv(socket, &none, 1, flags | MSG_PEEK | MSG_TRUNC);
}

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(errno, "memory for what a process is given");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

pid_t spawn(const std::string& program, std::vector<std::string> words, int input, int output) {
  Spawn with;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int error = ::posix_spawnattr_setsigmask(&with.attributes, &none);
  if (error == 0) error = ::posix_spawnattr_setsigdefault(&with.attributes, &all);
  if (error == 0) error = ::posix_spawnattr_setflags(&with.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  if (error == 0) error = ::posix_spawn_file_actions_adddup2(&with.files, input, STDIN_FILENO);
  if (error == 0) error = ::posix_spawn_file_actions_adddup2(&with.files, output, STDOUT_FILENO);
  pid_t pid = -1;
  if (error == 0) error = ::posix_spawn(&pid, program.c_str(), &with.files, &with.attributes, argv.data(), environ);
  if (error != 0) throw std::system_error(error, std::generic_category(), "cannot start " + program);
  return pid;
}

std::string ending(int status) {
  if (!WIFSIGNALED(status)) return fmt::format("exit code {}", WEXITSTATUS(status));
  const char* name = ::sigabbrev_np(WTERMSIG(status));
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", WTERMSIG(status));
}

}  // namespace

ChildProcess::ChildProcess(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                           std::string_view input) {
  const Descriptor text(::memfd_create("m2ag", MFD_CLOEXEC), "memfd_create");
  write_all(text.get(), input);
  ::lseek(text.get(), 0, SEEK_SET);
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) fail(errno, "socketpair");
  Descriptor here(ends[0], "socketpair");
  const Descriptor there(ends[1], "socketpair");
  std::vector<std::string> words{"m2ag"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  pid_ = spawn(program.string(), std::move(words), text.get(), there.get());
  // Linux 5.3. With it nobody else's children and no handler of the process are touched.
  end_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (end_ < 0) {
    const int error = errno;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    fail(error, "pidfd_open (needs Linux 5.3)");
  }
  messages_ = here.release();
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    signal(SIGKILL);
    wait(std::chrono::seconds(1));
  }
  ::close(messages_);
  ::close(end_);
}

std::optional<std::string> ChildProcess::receive() {
  ssize_t count = next_size(messages_, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  std::string message(static_cast<std::size_t>(std::max<ssize_t>(count, 0)), '\0');
  if (count > 0) count = ::recv(messages_, message.data(), message.size(), MSG_DONTWAIT);
  message.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return message;
}

bool ChildProcess::send(std::string_view message) const { return send_message(messages_, message); }

void ChildProcess::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

std::optional<std::string> ChildProcess::wait(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  pollfd ended{end_, POLLIN, 0};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int ready = ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::nullopt;
    break;
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) break;
  }
  pid_ = -1;
  return ending(status);
}

int take_message_socket() {
  const int socket = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (socket < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) fail(errno, "cannot set the standard output aside");
  return socket;
}

std::string take_input() {
  std::string text;
  std::array<char, 65536> chunk;
  while (true) {
    const ssize_t count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(errno, "standard input");
    if (count == 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  const Descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null");
  ::dup2(nothing.get(), STDIN_FILENO);
  return text;
}

bool send_message(int socket, std::string_view message) {
  return ::send(socket, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

std::optional<std::string> wait_message(int socket) {
  ssize_t count = 0;
  do {
    count = next_size(socket, 0);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return std::nullopt;
  std::string message(static_cast<std::size_t>(count), '\0');
  count = ::recv(socket, message.data(), message.size(), MSG_DONTWAIT);  // it is there
  if (count <= 0) return std::nullopt;
  message.resize(static_cast<std::size_t>(count));
  return message;
}

}  // namespace m2ag::host
