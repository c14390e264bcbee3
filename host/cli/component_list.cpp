#include "cli/component_list.h"

namespace m2ag::host {

Value component_list(const Descriptor& descriptor, const Supervisor& supervisor) {
  Value::List list;
  for (const ComponentSection& section : descriptor.components) {
    Value::Map entry{{"id", section.id},
                     {"type", section.type},
                     {"name", section.name.empty() ? section.id : section.name},
                     {"enabled", section.enabled}};
    if (const auto instance = section.enabled ? supervisor.find(section.id) : nullptr) {
      entry.emplace("plugin", instance->config().plugin);
      entry.emplace("state", to_string(instance->state()));
      if (std::string reason = instance->reason(); !reason.empty()) entry.emplace("reason", std::move(reason));
      entry.emplace("failures", instance->failures());
      entry.emplace("errors", instance->errors());
    }
    list.emplace_back(std::move(entry));
  }
  return list;
}

}  // namespace m2ag::host
