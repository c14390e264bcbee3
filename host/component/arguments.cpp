#include "component/arguments.h"

#include <fmt/format.h>

#include "config/bind.h"

namespace m2ag::host {

std::variant<Value, Refusal> check_arguments(const Value& arguments, const std::vector<ParamSpec>& params) {
  Problems problems;
  Value checked = bind_settings(to_node(arguments), params, {}, "", problems);
  if (!problems.has_errors()) return checked;
  std::string sentence;
  for (const Problem& problem : problems.sorted()) {
    sentence += fmt::format("{}{}{}{}", sentence.empty() ? "" : "; ", problem.path, problem.path.empty() ? "" : ": ",
                            problem.message);
  }
  return Refusal{"bad_arguments", std::move(sentence)};
}

}  // namespace m2ag::host
