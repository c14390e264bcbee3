#include "component/told_failures.h"

#include <algorithm>
#include <cctype>

namespace m2ag::host {
namespace {

constexpr std::size_t kMostKinds = 16;  // whatever a plugin writes into its reasons

bool of_number(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// Words with a digit, such as 178.4 and 0x7f, are all one.
std::string kind_of(std::string_view reason) {
  std::string kind;
  while (!reason.empty()) {
    const auto end = std::find_if_not(reason.begin(), reason.end(), of_number);
    const auto length = static_cast<std::size_t>(end - reason.begin());
    kind += std::any_of(reason.begin(), end, is_digit) ? "#" : reason.substr(0, length);
    if (length < reason.size()) kind += reason[length];
    reason.remove_prefix(std::min(length + 1, reason.size()));
  }
  return kind;
}

}  // namespace

bool ToldFailures::is_new(std::string_view reason, bool retry) {
  if (kinds_.size() >= kMostKinds && retry) return false;
  return kinds_.insert(kind_of(reason) + (retry ? "" : "!")).second;
}

}  // namespace m2ag::host
