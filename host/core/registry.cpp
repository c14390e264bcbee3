#include "core/registry.h"

namespace m2ag::host {

void Registry::apply(const EventPtr& event) {
  if (event->kind == EventKind::moment || event->kind == EventKind::device) return;
  const std::lock_guard lock(mutex_);
  Entry& entry = components_[event->component];
  switch (event->kind) {
    case EventKind::value: entry.values[event->name] = event; break;
    case EventKind::status: entry.status = event; break;
    case EventKind::register_value: entry.registers[event->name] = event; break;
    default: entry.availability = event; break;
  }
}

std::optional<Value> Registry::value(std::string_view component, std::string_view channel) const {
  const std::lock_guard lock(mutex_);
  const auto entry = components_.find(component);
  if (entry == components_.end()) return std::nullopt;
  const auto found = entry->second.values.find(channel);
  if (found == entry->second.values.end()) return std::nullopt;
  return found->second->value;
}

std::vector<std::string> Registry::components() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [id, entry] : components_) out.push_back(id);
  return out;
}

std::vector<EventPtr> Registry::snapshot(std::string_view component) const {
  const std::lock_guard lock(mutex_);
  std::vector<EventPtr> out;
  if (const auto entry = components_.find(component); entry != components_.end()) append(entry->second, out);
  return out;
}

std::vector<EventPtr> Registry::remove(std::string_view component) {
  const std::lock_guard lock(mutex_);
  std::vector<EventPtr> out;
  const auto entry = components_.find(component);
  if (entry == components_.end()) return out;
  append(entry->second, out);
  components_.erase(entry);
  return out;
}

std::vector<EventPtr> Registry::remove_values(std::string_view component,
                                              const std::set<std::string, std::less<>>& channels,
                                              const std::set<std::string, std::less<>>& registers) {
  const std::lock_guard lock(mutex_);
  std::vector<EventPtr> out;
  const auto entry = components_.find(component);
  if (entry == components_.end()) return out;
  const auto take_out = [&out](auto& events, const auto& kept) {
    std::erase_if(events, [&](const auto& event) {
      if (kept.contains(event.first)) return false;
      out.push_back(event.second);
      return true;
    });
  };
  take_out(entry->second.values, channels);
  take_out(entry->second.registers, registers);
  return out;
}

void Registry::append(const Entry& entry, std::vector<EventPtr>& out) {
  if (entry.status) out.push_back(entry.status);
  if (entry.availability) out.push_back(entry.availability);
  for (const auto& [channel, event] : entry.values) out.push_back(event);
  for (const auto& [name, event] : entry.registers) out.push_back(event);
}

}  // namespace m2ag::host
