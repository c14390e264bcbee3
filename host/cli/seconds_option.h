// The option `-W,--wait SECONDS` of the verbs that wait for something. Main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <string>

namespace m2ag::host {

/// A number above 0, at most a year: anything longer is a slip, and a clock's arithmetic would overflow.
inline constexpr double kLongestWait = 366.0 * 86'400.0;

CLI::Option* add_wait_option(CLI::App& verb, double& seconds, const std::string& description);

std::chrono::steady_clock::duration to_wait(double seconds);

}  // namespace m2ag::host
