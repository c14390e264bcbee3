#include "config/substitute.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "config/hint.h"

namespace m2ag::host {
namespace {

bool is_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

std::string unknown(std::string_view name, const Environment& environment) {
  std::vector<std::string_view> candidates{"hostname"};
  for (const auto& [known, value] : environment.variables) candidates.push_back(known);
  return fmt::format("the environment variable {} is not set{}", printable(name), did_you_mean(name, candidates));
}

}  // namespace

Substitution substitute(std::string_view text, const Environment& environment) {
  Substitution result;
  while (true) {
    const std::size_t begin = text.find("${");
    result.text += text.substr(0, begin);
    if (begin == text.npos) return result;
    if (begin > 0 && text[begin - 1] == '$') {
      result.text += '{';  // "$" of "$${" is there already
      text.remove_prefix(begin + 2);
      continue;
    }
    const std::size_t end = text.find('}', begin);
    if (end == text.npos) {
      result.error = "a \"${\" without \"}\"; write $${ for the characters themselves";
      return result;
    }
    const std::string_view name = text.substr(begin + 2, end - begin - 2);
    const auto value = environment.find(name);
    if (value) {
      result.text += *value;
    } else if (name == "hostname") {
      result.text += environment.hostname;
    } else {
      result.error =
          is_name(name) ? unknown(name, environment)
                        : fmt::format("${{{}}} names no environment variable; write $${{ for the characters themselves",
                                      printable(name));
      return result;
    }
    result.whole = begin == 0 && end + 1 == text.size() &&
                   result.text.size() == (value ? value->size() : environment.hostname.size());
    text.remove_prefix(end + 1);
  }
}

}  // namespace m2ag::host
