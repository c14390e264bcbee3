#include "cli/isolated.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <thread>

#include "cli/device_host.h"
#include "cli/exit_code.h"
#include "cli/handed_command.h"
#include "cli/isolated_report.h"
#include "cli/main_loop.h"
#include "config/isolated_document.h"
#include "system/child_process.h"

namespace m2ag::host {
namespace {

using Json = nlohmann::json;

/// As long as a device may take to stop, and a little more.
constexpr std::chrono::seconds kOrphanDeadline{10};

/// Hears the host: takes its commands, and ends the process with it, in good order, or without it when something hangs.
class HostWatch {
 public:
  HostWatch(int socket, MainLoop& loop, IsolatedReport& report)
      : socket_(socket), thread_([this, &loop, &report](const std::stop_token& stop) {
          while (const auto message = wait_message(socket_)) {
            message == kHeard ? report.heard() : take(*message);
          }
          if (stop.stop_requested()) return;
          loop.post([&loop] { loop.quit(); });
          std::mutex mutex;
          std::unique_lock lock(mutex);
          std::condition_variable_any().wait_for(lock, stop, kOrphanDeadline, [] { return false; });
          if (!stop.stop_requested()) std::_Exit(kExitSystemWrong);
        }) {}
  ~HostWatch() {
    thread_.request_stop();
    ::shutdown(socket_, SHUT_RD);
  }
  HostWatch(const HostWatch&) = delete;
  HostWatch& operator=(const HostWatch&) = delete;

  /// Whose commands they are; null: nobody's any more.
  void serve(DeviceHost* device) {
    const std::lock_guard lock(mutex_);
    device_ = device;
  }

 private:
  void take(const std::string& text) {
    const auto command = read_handed(text);
    const std::lock_guard lock(mutex_);
    if (command && device_ != nullptr) device_->take(*command);
  }

  const int socket_;
  std::mutex mutex_;
  DeviceHost* device_ = nullptr;
  std::jthread thread_;
};

/// A terminal's Ctrl-C is the host's, which then ends this process.
sigset_t hold_back_signals() {
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

struct Input {
  Descriptor descriptor;
  std::shared_ptr<const Catalog> catalog;
};

Input read_input(const std::string& text, Log& log) {
  const Json json = Json::parse(text);
  std::vector<std::filesystem::path> plugins;
  for (const Json& each : json.at("plugins")) plugins.emplace_back(each.get<std::string>());
  const std::filesystem::path file = json.at("file").get<std::string>();
  Input input;
  input.catalog = Catalog::describe(plugins, "/proc/self/exe", log);
  Problems problems;
  const auto descriptor = bind_descriptor(read_isolated_document(json.at("document").get<std::string>(), file), file,
                                          Environment::of_process(), input.catalog.get(), problems);
  if (!descriptor) throw std::runtime_error(problems.text());
  input.descriptor = *descriptor;
  return input;
}

int serve(const std::string& id, int socket, MainLoop& loop) {
  IsolatedReport report([socket](const std::string& message) { return send_message(socket, message); });
  HostWatch watch(socket, loop, report);
  Log log;
  log.add_sink(stderr_sink());
  const ServiceManager nobody{std::string()};
  const Input input = read_input(take_input(), log);
  log.set_least(input.descriptor.log.level);
  DeviceHost host(input.descriptor, input.catalog, log, HostOptions{nobody, false, id, &report});
  watch.serve(&host);
  host.start();
  loop.run();
  const bool ended = host.stop();
  watch.serve(nullptr);
  if (ended) return kExitOk;
  log.error(id, "left with a thread that did not end");
  std::_Exit(kExitSystemWrong);
}

int run(const std::string& id) {
  if (::isatty(STDIN_FILENO) == 1) {
    fmt::print(stderr, "m2ag: isolated is started by m2ag run, for a component with isolation: process\n");
    return kExitInputWrong;
  }
  ::prctl(PR_SET_NAME, "m2ag");  // started as /proc/self/exe, which would be "exe" in lists of processes
  const sigset_t signals = hold_back_signals();
  const int socket = take_message_socket();
  MainLoop loop(signals, [&loop](int) { loop.quit(); });
  try {
    return serve(id, socket, loop);
  } catch (const std::exception& error) {
    send_message(socket, isolated_error(error.what()));
    fmt::print(stderr, "m2ag: {}: {}\n", id, error.what());
    return kExitSystemWrong;
  }
}

}  // namespace

std::string isolated_input(const Descriptor& descriptor, const Catalog& catalog, const ComponentSection& section) {
  std::set<std::string> plugins;
  if (const auto* plugin = catalog.plugin_of_type(section.type)) plugins.insert(plugin->path.string());
  for (const SimulatedChipSection& chip : descriptor.simulated.chips) {
    if (const auto* plugin = catalog.plugin_of_chip(chip.chip)) plugins.insert(plugin->path.string());
  }
  return Json{
      {"file", descriptor.file.string()}, {"plugins", plugins}, {"document", isolated_document(descriptor, section.id)}}
      .dump();
}

void add_isolated_verb(CLI::App& app, int& exit_code) {
  auto id = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("isolated", "The process of one component, started by m2ag run")->group("");
  verb->add_option("id", *id, "of the component")->required();
  verb->callback([id, &exit_code] { exit_code = run(*id); });
}

}  // namespace m2ag::host
