#include "component/register_requests.h"

#include <fmt/format.h>

#include "component/arguments.h"
#include "component/register_value.h"
#include "config/hint.h"

namespace m2ag::host {
namespace {

std::shared_ptr<Instance> find(const Supervisor& supervisor, const std::string& id) {
  if (auto instance = supervisor.find(id)) return instance;
  std::vector<std::string> ids;
  for (const auto& [each, instance] : supervisor.instances()) ids.push_back(each);
  throw CommandError("unknown_component", fmt::format("there is no component {}{}", quote(id), did_you_mean(id, ids)));
}

Value text_or_null(const Value& value, const ParamSpec& spec) {
  return value.is_null() ? Value() : Value(register_text(value, spec));
}

void append(const Instance& instance, Value::List& list) {
  const Value remote = instance.remote_registers();
  const Value::List known = remote.is_list() ? remote.as_list() : registers_of(instance);
  list.insert(list.end(), known.begin(), known.end());
}

Value list(const Supervisor& supervisor, const Value& arguments) {
  const Value asked = checked_arguments(arguments, {text_argument("component", "only its registers", false)});
  Value::List list;
  if (const Value* id = asked.find("component")) {
    append(*find(supervisor, id->as_text()), list);
  } else {
    for (const auto& [each, instance] : supervisor.instances()) append(*instance, list);
  }
  return list;
}

std::shared_ptr<Instance> reset(const Supervisor& supervisor, const Value& arguments, Command& command) {
  const Value asked =
      checked_arguments(arguments, {text_argument("component", "whose registers", true),
                                    text_argument("register", "which one; without it all of the component", false)});
  auto instance = find(supervisor, asked.find("component")->as_text());
  const Registers& registers = instance->registers();
  command.registers.emplace();
  if (const Value* name = asked.find("register")) {
    if (registers.find(name->as_text()) == nullptr) {
      const Refusal refusal = registers.explain_unknown(name->as_text());
      throw CommandError(refusal.code, refusal.message);
    }
    command.registers->emplace(name->as_text(), Value());
  } else {
    for (const ParamSpec& spec : registers.specs()) command.registers->emplace(spec.name, Value());
  }
  return instance;
}

}  // namespace

Value::List registers_of(const Instance& instance) {
  const Registers& registers = instance.registers();
  Value::List list;
  for (const ParamSpec& spec : registers.specs()) {
    list.emplace_back(Value::Map{{"component", instance.config().id},
                                 {"register", spec.name},
                                 {"value", text_or_null(registers.value(spec), spec)},
                                 {"descriptor", text_or_null(registers.of_descriptor(spec), spec)},
                                 {"set", registers.is_set(spec)},
                                 {"description", spec.description}});
  }
  return list;
}

void add_register_requests(Router& router, const Supervisor& supervisor) {
  router.on_request("registers", [&supervisor](const Value& arguments) { return list(supervisor, arguments); });
  router.on_command_request("reset-register", [&supervisor](const Value& arguments, Command& command) {
    return reset(supervisor, arguments, command);
  });
}

}  // namespace m2ag::host
