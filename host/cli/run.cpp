#include "cli/run.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/device_host.h"
#include "cli/exit_code.h"
#include "cli/plugin_option.h"
#include "plugin/catalog.h"
#include "tls/certificate.h"

namespace m2ag::host {
namespace {

struct Options {
  std::filesystem::path config;
  std::vector<std::filesystem::path> folders;
};

/// The signals that end the host, held back in all threads so that the main thread can wait for them.
sigset_t hold_back_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  // The terminal is gone: outputs go to their safe state all the same. Unless it was started with nohup.
  struct sigaction hang_up {};
  sigaction(SIGHUP, nullptr, &hang_up);
  if (hang_up.sa_handler != SIG_IGN) sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// Wrong certificates are told at once, in sentences; the host runs all the same, local work needs no broker.
void report_certificates(const Descriptor& descriptor, Log& log) {
  if (!descriptor.mqtt.tls) return;
  const TlsSection& tls = *descriptor.mqtt.tls;
  for (const FileProblem& problem : check_client_files(tls.ca, tls.cert, tls.key)) {
    log.write(problem.severity == Severity::error ? LogLevel::error : LogLevel::warning, "", problem.sentence);
  }
}

int run(const Options& options) {
  const sigset_t signals = hold_back_signals();
  Log log;
  log.add_sink(stderr_sink());
  const auto catalog = scan_plugins(options.folders, log);
  Problems problems;
  const auto descriptor = read_descriptor(options.config, Environment::of_process(), catalog.get(), problems);
  std::fputs(problems.text().c_str(), stderr);
  if (!descriptor) return kExitInputWrong;
  log.set_least(descriptor->log.level);
  report_certificates(*descriptor, log);

  const auto host = std::make_unique<DeviceHost>(*descriptor, catalog, log);
  host->start();
  int signal = 0;
  sigwait(&signals, &signal);
  log.info("", "stopping");
  if (!host->stop()) {
    log.error("", "left with a thread that did not end");
    std::_Exit(kExitSystemWrong);
  }
  return kExitOk;
}

}  // namespace

void add_run_verb(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("run", "Run a device: load its plugins, connect to its broker, until SIGTERM or Ctrl-C");
  verb->add_option("--config", options->config, "descriptor")->required()->envname("M2AG_CONFIG");
  add_plugins_option(*verb, options->folders);
  verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace m2ag::host
