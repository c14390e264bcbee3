#include "cli/seconds_option.h"

#include <fmt/format.h>

#include <charconv>

namespace m2ag::host {
namespace {

std::string wait_problem(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  // Not "<= 0 or too large": no comparison with NaN is true.
  if (error == std::errc{} && end == text.data() + text.size() && number > 0 && number <= kLongestWait) return {};
  return fmt::format("\"{}\": expected seconds, more than 0 and at most {:.0f}", text.substr(0, 40), kLongestWait);
}

}  // namespace

CLI::Option* add_wait_option(CLI::App& verb, double& seconds, const std::string& description) {
  return verb.add_option("-W,--wait", seconds, description)->check(CLI::Validator(wait_problem, "SECONDS"));
}

std::chrono::steady_clock::duration to_wait(double seconds) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
}

}  // namespace m2ag::host
