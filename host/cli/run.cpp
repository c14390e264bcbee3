#include "cli/run.h"

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/main_loop.h"
#include "cli/plugin_option.h"
#include "cli/reload.h"
#include "system/service_manager.h"

namespace m2ag::host {
namespace {

struct Options {
  std::filesystem::path config;
  std::vector<std::filesystem::path> folders;
  bool safe = false;
};

/// Whether the process belongs to a terminal, whatever its input is: then SIGHUP means that the terminal is gone.
bool has_terminal() {
  const int terminal = ::open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return false;
  ::close(terminal);
  return true;
}

/// What the main thread waits for, held back in all threads.
sigset_t hold_back_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  // Unless it was started with nohup, which wants no SIGHUP at all.
  struct sigaction hang_up {};
  sigaction(SIGHUP, nullptr, &hang_up);
  if (hang_up.sa_handler != SIG_IGN) sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int run(const Options& options) {
  const sigset_t signals = hold_back_signals();
  const bool terminal = has_terminal();
  Log log;
  log.add_sink(stderr_sink());
  const auto service = ServiceManager::of_process();
  std::unique_ptr<Reload> device;
  MainLoop loop(signals, [&](int signal) {
    if (signal == SIGHUP && !terminal) return loop.post([&] { device->reload("signal"); });
    loop.quit();  // also when the terminal is gone: outputs go to their safe state
  });
  device = std::make_unique<Reload>(loop, options.config, options.folders, log, HostOptions{service, options.safe});
  if (!device->start()) return kExitInputWrong;
  service.ready();
  loop.run();
  log.info("", "stopping");
  service.stopping();
  if (!device->stop()) {
    log.error("", "left with a thread that did not end");
    std::_Exit(kExitSystemWrong);
  }
  return device->lost() ? kExitSystemWrong : kExitOk;
}

}  // namespace

void add_run_verb(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("run", "Run a device: load its plugins, connect to its broker, until SIGTERM or Ctrl-C");
  verb->add_option("--config", options->config, "descriptor")->required()->envname("M2AG_CONFIG");
  add_plugins_option(*verb, options->folders);
  verb->add_flag(
      "--safe", options->safe,
      "start no component, so that a device that crashes can be looked at; request/retry starts single ones");
  verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace m2ag::host
