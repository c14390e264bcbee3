#include "cli/isolated_component.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <stop_token>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/handed_command.h"
#include "cli/isolated_report.h"
#include "component/instance_context.h"
#include "hardware/file_descriptor.h"
#include "system/child_process.h"

namespace m2ag::host {
namespace {

constexpr const char* kThisProgram =
    "/proc/self/exe";  // also when its file was replaced: the process must speak as we do
/// Less than an instance has for its stop; a process can be ended, a thread cannot.
constexpr std::chrono::seconds kStopDeadline{4};

constexpr std::chrono::milliseconds kLookForEnd{50};
constexpr int kLookAgain = 1000, kLookSoon = 50;  // milliseconds
constexpr std::chrono::seconds kSilence{20};

/// What no other process does to it.
bool is_crash(std::string_view how) {
  constexpr std::array<std::string_view, 5> kCrashes{"SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL"};
  return std::ranges::find(kCrashes, how) != kCrashes.end();
}

struct HandoverEnd {
  const InstanceContext& host;
  ~HandoverEnd() { host.close_handover(); }
};

class IsolatedComponent final : public Component, public Service {
 public:
  IsolatedComponent(Context& context, std::shared_ptr<const IsolatedLaunch> launch)
      : Component(context), host_(dynamic_cast<InstanceContext&>(context)), launch_(std::move(launch)) {}

  void run(std::stop_token stop) override {
    launch_->prepare();
    std::error_code ignored;
    std::filesystem::remove(launch_->note, ignored);
    error_.clear();
    ChildProcess process(kThisProgram, {"isolated", launch_->id}, launch_->input);
    const HandoverEnd no_commands_behind_its_end{host_};
    is_open_ = process_listens_ = false;
    listen(process, stop);
    // From here on commands are refused; those that it has it may still answer.
    host_.close_handover();
    if (stop.stop_requested()) return end(process);
    const auto how = process.wait(std::chrono::seconds(1)).value_or("nothing to say");
    hear_answers(process);
    ended(how);
  }

 private:
  /// Until it has ended, or is to stop.
  void listen(ChildProcess& process, const std::stop_token& stop) {
    const FileDescriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake) throw std::system_error(errno, std::generic_category(), "eventfd");
    const std::stop_callback on_stop(stop, [&wake] { ::eventfd_write(wake.get(), 1); });
    bool open = true;
    heard_ = context().now();
    while (!stop.stop_requested()) {
      std::array<pollfd, 3> waiting{
          {{open ? process.messages() : -1, POLLIN, 0}, {process.end(), POLLIN, 0}, {wake.get(), POLLIN, 0}}};
      const bool waits_for_broker = process_listens_ && !is_open_;
      if (::poll(waiting.data(), waiting.size(), waits_for_broker ? kLookSoon : kLookAgain) < 0 && errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "poll");
      look_for_silence(process);
      open = open && hear_all(process);
      if (waits_for_broker && context().connected()) take_commands(process);
      if ((waiting[1].revents & POLLIN) != 0) return;
    }
  }

  /// It says every 5 s how it is. One that stands still (a debugger, a lock that all of it waits for) answers no commands: the host does.
  void look_for_silence(ChildProcess& process) {
    if (silent_ || context().now() - heard_ < kSilence) return;
    silent_ = true;
    process_listens_ = false;
    take_commands(process);
    RemoteState state = last_;
    state.state = InstanceState::stuck;
    state.reason =
        fmt::format("its process has said nothing for {} s; request/restart-component ends it", kSilence.count());
    state.online = false;
    host_.mirror(std::move(state));
  }

  /// False: nothing more will come.
  bool hear_all(ChildProcess& process) {
    while (const auto message = process.receive()) {
      if (message->empty()) return false;
      auto words = read_isolated_words(*message);
      if (!words) continue;
      heard_ = context().now();
      silent_ = false;
      if (!words->error.empty()) {
        error_ = words->error;
        continue;
      }
      if (take_answer(*words)) continue;
      process_listens_ = words->listens;
      take_commands(process);
      // Who sees it online sends commands: not before they arrive.
      RemoteState state = words->state;
      state.online = state.online && words->listens;
      last_ = state;
      host_.mirror(std::move(state));
    }
    return true;
  }

  /// It is told so, and waits for it before it is seen online: not before commands for it arrive here.
  void take_commands(ChildProcess& process) {
    const bool takes = process_listens_ && context().connected();
    const bool took = std::exchange(is_open_, takes);
    if (took && !takes) host_.close_handover();
    if (!took && takes) {
      host_.open_handover([&process](std::uint64_t number, const IncomingMessage& message) {
        return process.send(write_handed(number, message));
      });
    }
    if (takes) process.send(kHeard);
  }

  bool take_answer(IsolatedWords& words) {
    if (words.answer) host_.answered(std::move(*words.answer));
    return words.answer.has_value();
  }

  /// The last ones: how it is does not matter any more.
  void hear_answers(ChildProcess& process) {
    while (const auto message = process.receive()) {
      if (message->empty()) return;
      if (auto words = read_isolated_words(*message)) take_answer(*words);
    }
  }

  bool ends(ChildProcess& process) {
    const auto deadline = std::chrono::steady_clock::now() + kStopDeadline;
    // Its messages are taken meanwhile: many answers have no room where they wait.
    while (std::chrono::steady_clock::now() < deadline) {
      const bool has_ended = process.wait(kLookForEnd).has_value();
      hear_answers(process);
      if (has_ended) return true;
    }
    return false;
  }

  void end(ChildProcess& process) {
    process.signal(SIGTERM);
    if (ends(process)) return;
    context().log(LogLevel::error, fmt::format("its process did not stop within {} s: killed", kStopDeadline.count()));
    process.signal(SIGKILL);
    process.wait(std::chrono::milliseconds(500));
  }

  void ended(const std::string& how) {
    if (!error_.empty()) throw DeviceError(error_);
    std::optional<Breadcrumb> crumb;
    if (std::filesystem::exists(launch_->note)) crumb = BreadcrumbFile(launch_->note).read();
    // The note needs room on the disk, the count does not.
    if (!crumb && is_crash(how)) crumb = Breadcrumb{launch_->id, launch_->plugin, {}, {}, how, context().wall_time()};
    if (!crumb) throw DeviceError(fmt::format("its process ended with {}", how));
    if (auto reason = launch_->crashed(*crumb)) return host_.quarantine(std::move(*reason));
    throw DeviceError(fmt::format("crashed: {}{} ({})", crumb->signal,
                                  crumb->call.empty() ? "" : fmt::format(" in \"{}\"", crumb->call), launch_->plugin));
  }

  InstanceContext& host_;
  const std::shared_ptr<const IsolatedLaunch> launch_;
  std::string error_;  ///< the last word of the process
  RemoteState last_;   ///< what it said of itself
  std::chrono::steady_clock::time_point heard_;
  bool silent_ = false;
  bool process_listens_ = false;  ///< it has its connection to the broker
  bool is_open_ = false;          ///< it is given commands
};

}  // namespace

std::unique_ptr<Component> make_isolated_component(Context& context, std::shared_ptr<const IsolatedLaunch> launch) {
  return std::make_unique<IsolatedComponent>(context, std::move(launch));
}

}  // namespace m2ag::host
