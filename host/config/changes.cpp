#include "config/changes.h"

#include <algorithm>
#include <tuple>

namespace m2ag::host {
namespace {

bool same_tls(const std::optional<TlsSection>& one, const std::optional<TlsSection>& other) {
  if (!one || !other) return one.has_value() == other.has_value();
  const auto all = [](const TlsSection& tls) { return std::tie(tls.ca, tls.cert, tls.key, tls.verify_host); };
  return all(*one) == all(*other);
}

/// The base topic is the whole host's.
bool same_connection(const MqttSection& one, const MqttSection& other) {
  const auto all = [](const MqttSection& mqtt) {
    return std::tie(mqtt.url, mqtt.client_id, mqtt.version, mqtt.keep_alive, mqtt.username, mqtt.password);
  };
  return all(one) == all(other) && same_tls(one.tls, other.tls);
}

bool same_chips(const SimulatedSection& one, const SimulatedSection& other) {
  return std::ranges::equal(one.chips, other.chips, [](const auto& a, const auto& b) {
    return std::tie(a.bus, a.address, a.chip, a.settings) == std::tie(b.bus, b.address, b.chip, b.settings);
  });
}

}  // namespace

const ComponentSection* find_component(const Descriptor& descriptor, std::string_view id) {
  for (const ComponentSection& each : descriptor.components) {
    if (each.id == id && each.enabled) return &each;
  }
  return nullptr;
}

Changes changes_between(const Descriptor& before, const Descriptor& after) {
  Changes changes;
  for (const ComponentSection& each : after.components) {
    if (!each.enabled) continue;
    const ComponentSection* old = find_component(before, each.id);
    if (old == nullptr) {
      changes.added.push_back(each.id);
    } else if (!old->same_as(each)) {
      changes.changed.push_back(each.id);
    }
  }
  for (const ComponentSection& each : before.components) {
    if (each.enabled && find_component(after, each.id) == nullptr) changes.removed.push_back(each.id);
  }
  changes.mqtt = !same_connection(before.mqtt, after.mqtt);
  const SimulatedSection &old = before.simulated, &now = after.simulated;
  changes.simulated = old.buses != now.buses || old.lines != now.lines || !same_chips(old, now);
  changes.live = before.log.level != after.log.level || before.device.name != after.device.name ||
                 before.device.groups != after.device.groups;
  // A process of its own is given these at its start.
  const bool of_process = changes.mqtt || changes.simulated || before.log.level != after.log.level ||
                          before.device.groups != after.device.groups;
  for (const ComponentSection& each : after.components) {
    const bool meant = of_process && each.isolated && each.enabled;
    const ComponentSection* same = meant ? find_component(before, each.id) : nullptr;
    if (same != nullptr && same->same_as(each)) changes.changed.push_back(each.id);
  }
  changes.whole = before.device.id != after.device.id || before.mqtt.base_topic != after.mqtt.base_topic ||
                  before.state.file != after.state.file;
  return changes;
}

}  // namespace m2ag::host
