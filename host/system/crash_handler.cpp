#include "system/crash_handler.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <ctime>
#include <optional>

#include "core/current_call.h"
#include "core/last_act.h"
#include "system/alternate_stack.h"
#include "system/breadcrumb.h"
#include "system/crash_table.h"
#include "system/fixed_text.h"
#include "system/machine_context.h"
#include "system/thread_start.h"

namespace m2ag::host {
namespace {

struct Signal {
  int number;
  std::string_view name;
};
constexpr std::array<Signal, 5> kSignals = {
    {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGFPE, "SIGFPE"}, {SIGILL, "SIGILL"}, {SIGABRT, "SIGABRT"}}};
/// A fault that close to the stack pointer is the guard page below a stack that is used up.
constexpr std::uintptr_t kNearStack = 64UL * 1024;

// A signal handler has nothing but globals.
std::atomic<const CrashTable*> table{nullptr};
std::atomic<int> breadcrumb_file{-1};
std::atomic_flag crashed;  // the first thread that crashes tells, another waits for the end

CrashNote culprit(std::uintptr_t code) noexcept {
  CrashNote note;
  const CallTag* const call = CurrentCall::get();
  const CrashTable* const rows = table.load();
  const CrashRow* row = nullptr;
  bool several = false;
  if (call != nullptr) note.call = CurrentCall::copied_label();
  if (call != nullptr && !call->owner.empty()) {
    note.component = call->owner;
    if (rows != nullptr) row = rows->find(call->owner);
  } else if (rows != nullptr) {
    row = rows->find(code, several);  // a thread that nobody knows, in the code of a plugin
  }
  if (row == nullptr) return note;
  note.plugin = row->plugin;
  if (several) return note;
  note.component = row->id;
  note.fingerprint = row->fingerprint;
  return note;
}

void say(const CrashNote& note) noexcept {
  FixedText<512> line;
  line << "m2ag: crashed ";
  if (!note.component.empty()) {
    line << "in component " << note.component;
    if (!note.plugin.empty()) line << " (" << note.plugin << ")";
  } else if (!note.plugin.empty()) {
    line << "in plugin " << note.plugin;
  } else {
    line << "outside of any component";
  }
  if (!note.call.empty()) line << " in \"" << note.call << "\"";
  line << ": " << note.signal << note.detail;
  line.end_line();
  pollfd place{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&place, 1, 0) != 1) return;  // a pipe that nobody reads must not keep the host from starting again
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.view().data(), line.view().size());
}

void on_crash(int number, siginfo_t* info, void* context) noexcept {
  const bool sent = info->si_code <= 0;  // by kill(2), tgkill(2) or abort(3); not by what an instruction did
  const bool from_outside = sent && info->si_pid != ::getpid();
  if (!from_outside) {
    if (crashed.test_and_set()) {
      while (true) ::pause();
    }
    const MachineContext where = machine_context(context);
    const auto fault = reinterpret_cast<std::uintptr_t>(info->si_addr);
    CrashNote note = culprit(where.code);
    for (const Signal& each : kSignals) {
      if (each.number == number) note.signal = each.name;
    }
    if (number == SIGSEGV && !sent && fault + kNearStack > where.stack && fault < where.stack + kNearStack)
      note.detail = " (stack overflow)";
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    note.time = static_cast<unsigned long long>(now.tv_sec);
    if (const int file = breadcrumb_file.load(); file >= 0) write_breadcrumb(file, note);
    say(note);
  }
  // Back to the instruction that did it: it does it again, now with the default action and the right place in the core. Before that, with
  // all that is to be known written down, the outputs: should what they need be damaged too, that fault is the end.
  for (const Signal& each : kSignals) std::signal(each.number, SIG_DFL);
  LastAct::run_all();
  if (sent) ::raise(number);
}

/// For the thread that installs, mostly the main one, which no wrapper starts. It lives as long as that.
void give_alternate_stack() {
  static thread_local std::optional<AlternateStack> stack;
  if (!stack) stack.emplace();
}

}  // namespace

CrashHandler::CrashHandler(int breadcrumb) {
  if (!kCrashesAreOurs) return;
  static_cast<void>(threads_are_ours());
  breadcrumb_file = breadcrumb;
  give_alternate_stack();
  struct sigaction action {};
  action.sa_sigaction = &on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const Signal& signal : kSignals) ::sigaction(signal.number, &action, nullptr);
}

CrashHandler::~CrashHandler() {
  if (!kCrashesAreOurs) return;
  for (const Signal& signal : kSignals) std::signal(signal.number, SIG_DFL);
  breadcrumb_file = -1;
  CrashTable::free(table.exchange(nullptr));
  CrashTable::free(before_);
}

void CrashHandler::watch(const std::vector<CrashSuspect>& suspects) {
  if (!kCrashesAreOurs) return;
  const CrashTable* const now = CrashTable::make(suspects);
  CrashTable::free(before_);
  before_ = table.exchange(now);
}

}  // namespace m2ag::host
