#include "component/arguments.h"

#include <fmt/format.h>
#include <m2ag/error.h>

#include "config/bind.h"

namespace m2ag::host {

std::string sentence_of(const Problems& problems) {
  std::string sentence;
  for (const Problem& problem : problems.sorted()) {
    sentence += fmt::format("{}{}{}{}", sentence.empty() ? "" : "; ", problem.path, problem.path.empty() ? "" : ": ",
                            problem.message);
  }
  return sentence;
}

std::variant<Value, Refusal> check_arguments(const Value& arguments, const std::vector<ParamSpec>& params) {
  Problems problems;
  Value checked = bind_settings(to_node(arguments), params, {}, "", problems);
  if (!problems.has_errors()) return checked;
  return Refusal{"bad_arguments", sentence_of(problems)};
}

Value checked_arguments(const Value& arguments, const std::vector<ParamSpec>& params) {
  auto checked = check_arguments(arguments, params);
  if (const auto* refusal = std::get_if<Refusal>(&checked)) throw CommandError(refusal->code, refusal->message);
  return std::get<Value>(std::move(checked));
}

ParamSpec text_argument(std::string name, std::string description, bool required) {
  ParamSpec spec;
  spec.name = std::move(name);
  spec.description = std::move(description);
  spec.required = required;
  return spec;
}

}  // namespace m2ag::host
