#include "cli/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/cert.h"
#include "cli/check.h"
#include "cli/describe.h"
#include "cli/exit_code.h"
#include "cli/history.h"
#include "cli/isolated.h"
#include "cli/new_plugin.h"
#include "cli/plugins.h"
#include "cli/pub.h"
#include "cli/registers.h"
#include "cli/rollback.h"
#include "cli/run.h"
#include "cli/scan.h"
#include "cli/schema.h"
#include "cli/sub.h"
#include "core/suggest.h"
#include "tls/process.h"

namespace m2ag::host {
namespace {

/// Started with one of them closed, the first file or socket would take its number, and what is printed would go into it.
void open_standard_streams() {
  for (int descriptor = ::open("/dev/null", O_RDWR); descriptor >= 0; descriptor = ::open("/dev/null", O_RDWR)) {
    if (descriptor <= STDERR_FILENO) continue;
    ::close(descriptor);
    return;
  }
}

/// Threads come and go with components and their processes. With an arena for each that ever ran at a time, memory that is free in one is not
/// found by the others: a host grew by 1 MiB in 600 reloads (mallopt(3), M_ARENA_MAX).
void bound_memory_arenas() { ::mallopt(M_ARENA_MAX, 2); }

/// Nothing when the first word is a verb or an option.
std::string unknown_verb(const CLI::App& app, int count, char** words) {
  if (count < 2 || words[1][0] == '-') return {};
  std::vector<std::string> verbs;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (verb->get_name() == words[1]) return {};
    if (verb->get_group().empty()) continue;  // not for people
    verbs.push_back(verb->get_name());
  }
  const auto near = closest(words[1], verbs);
  return fmt::format("m2ag: unknown verb \"{}\"{}; see m2ag --help\n", std::string_view(words[1]).substr(0, 40),
                     near ? ", did you mean \"" + *near + "\"?" : "");
}

/// What was printed may be somebody's file: cut short it must not count as done. Nobody reading any more, as behind `| head`, is no loss.
bool output_is_lost() {
  const bool failed = std::cout.flush().fail() || std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  if (!failed || (::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0)) return false;
  std::fputs("m2ag: what was printed could not be written\n", stderr);
  return true;
}

int parse_and_run(CLI::App& app, int count, char** words, const int& exit_code) {
  try {
    app.parse(count, words);
    return exit_code;
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    app.exit(error, std::cout, std::cerr);
    return asked ? kExitOk : kExitInputWrong;
  }
}

}  // namespace

int run_program(int count, char** words) {
  open_standard_streams();
  bound_memory_arenas();
  keep_openssl_at_exit();
  // A peer that goes away is an error code at the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // so is a limit on the size of files
  CLI::App app("m2ag: devices described in YAML, run by plugins, reached over MQTT", "m2ag");
  app.set_version_flag("--version", "m2ag " M2AG_VERSION);
  app.require_subcommand(1);
  int exit_code = kExitOk;
  add_run_verb(app, exit_code);
  add_isolated_verb(app, exit_code);
  add_check_verb(app, exit_code);
  add_rollback_verb(app, exit_code);
  add_describe_verb(app, exit_code);
  add_schema_verb(app, exit_code);
  add_plugins_verb(app, exit_code);
  add_scan_verb(app, exit_code);
  add_new_plugin_verb(app, exit_code);
  add_cert_verb(app, exit_code);
  add_pub_verb(app, exit_code);
  add_sub_verb(app, exit_code);
  add_history_verb(app, exit_code);
  add_registers_verb(app, exit_code);
  if (const std::string problem = unknown_verb(app, count, words); !problem.empty()) {
    std::fputs(problem.c_str(), stderr);
    return kExitInputWrong;
  }
  try {
    const int code = parse_and_run(app, count, words, exit_code);
    return output_is_lost() ? kExitSystemWrong : code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "m2ag: %s\n", error.what());
    return kExitSystemWrong;
  }
}

}  // namespace m2ag::host
