#include "plugin/child_lines.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace m2ag::host {
namespace {

void require(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

struct FileActions {
  FileActions() { require(::posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init"); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  posix_spawn_file_actions_t actions{};
};

struct Attributes {
  Attributes() { require(::posix_spawnattr_init(&attributes), "posix_spawnattr_init"); }
  ~Attributes() { ::posix_spawnattr_destroy(&attributes); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  posix_spawnattr_t attributes{};
};

}  // namespace

ChildLines::ChildLines(const std::filesystem::path& program, const std::vector<std::string>& arguments) {
  FileActions files;
  Attributes attributes;
  sigset_t held, all;
  // A terminal's Ctrl-C and systemd's SIGTERM reach this process too, but are meant for its host: it ends with that, not as if it had crashed.
  sigemptyset(&held);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held, signal);
  sigfillset(&all);
  sigdelset(&all, SIGXFSZ);  // ignored as in this program: a limit on the size of files is no fault of the plugin
  require(::posix_spawnattr_setsigmask(&attributes.attributes, &held), "posix_spawnattr_setsigmask");
  require(::posix_spawnattr_setsigdefault(&attributes.attributes, &all), "posix_spawnattr_setsigdefault");
  require(::posix_spawnattr_setflags(&attributes.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF),
          "posix_spawnattr_setflags");

  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  output_ = ends[0];
  std::string name = program.string();
  std::vector<std::string> copies = arguments;
  std::vector<char*> argv = {name.data()};
  for (std::string& copy : copies) argv.push_back(copy.data());
  argv.push_back(nullptr);
  int error = ::posix_spawn_file_actions_addopen(&files.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (error == 0) error = ::posix_spawn_file_actions_adddup2(&files.actions, ends[1], STDOUT_FILENO);
  if (error == 0)
    error = ::posix_spawn(&pid_, name.c_str(), &files.actions, &attributes.attributes, argv.data(), environ);
  ::close(ends[1]);
  if (error != 0) {
    ::close(output_);
    throw std::system_error(error, std::generic_category(), "cannot start " + name);
  }
}

ChildLines::~ChildLines() {
  reap();
  ::close(output_);
}

ChildLines::Next ChildLines::next(std::string& line, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    if (const auto end = buffer_.find('\n'); end != std::string::npos) {
      line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return Next::line;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting = {output_, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready == 0) return Next::timeout;
    if (ready < 0 && errno == EINTR) continue;
    std::array<char, 65536> chunk;
    const ssize_t count = ready < 0 ? -1 : ::read(output_, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return Next::end;
    buffer_.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

void ChildLines::reap() {
  if (pid_ < 0) return;
  // Its output is closed only while it dies, and then its status is settled: this ends those that hang.
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

bool ChildLines::ended_well() {
  reap();
  return WIFEXITED(status_) && WEXITSTATUS(status_) == 0;
}

bool ChildLines::crashed() {
  reap();
  return WIFSIGNALED(status_) && WTERMSIG(status_) != SIGKILL;
}

std::string ChildLines::ending() {
  reap();
  if (WIFSIGNALED(status_)) {
    const int signal = WTERMSIG(status_);
    const char* name = ::sigabbrev_np(signal);
    const char* text = ::sigdescr_np(signal);
    return fmt::format("crashed with SIG{} ({})", name != nullptr ? name : "?",
                       text != nullptr ? text : "unknown signal");
  }
  return fmt::format("ended the process with exit code {}", WEXITSTATUS(status_));
}

int begin_reporting() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int descriptor = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (descriptor < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    throw std::system_error(errno, std::generic_category(), "cannot set the standard output aside");
  }
  return descriptor;
}

void report_line(int descriptor, std::string line) {
  line.push_back('\n');
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t count = ::write(descriptor, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) std::_Exit(EXIT_FAILURE);
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace m2ag::host
