#include "component/registers.h"

#include <fmt/format.h>

#include <algorithm>

#include "component/instance.h"
#include "component/register_value.h"
#include "config/descriptor.h"
#include "config/hint.h"
#include "core/duration.h"

namespace m2ag::host {
namespace {

constexpr std::string_view kPrefix = "config:";  // no key of a plugin has a colon
constexpr std::string_view kInterval = "interval";

std::string key_of(const ParamSpec& spec) { return std::string(kPrefix) + spec.name; }

std::string shown(const Value& value, const ParamSpec& spec) {
  return value.is_null() ? "nothing" : quote(register_text(value, spec));
}

}  // namespace

Registers::Registers(const InstanceConfig& config, Services& services) : config_(config), services_(services) {
  for (const ParamSpec& spec : component_params(*config_.spec)) {
    if (is_register(spec) && !is_secret(spec)) specs_.push_back(spec);
  }
}

bool Registers::is_secret(const ParamSpec& spec) const {
  const std::string path = fmt::format("components.{}.{}", config_.id, spec.name);
  return std::ranges::any_of(config_.secrets, [&](const std::string& secret) {
    return secret == path || secret.starts_with(path + '.') || secret.starts_with(path + '[');
  });
}

const ParamSpec* Registers::find(std::string_view name) const {
  const auto found = std::ranges::find(specs_, name, &ParamSpec::name);
  return found == specs_.end() ? nullptr : &*found;
}

Refusal Registers::explain_unknown(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const ParamSpec& spec : specs_) names.push_back(spec.name);
  const std::string has = names.empty() ? "it has none" : fmt::format("it has {}", fmt::join(names, ", "));
  for (const ParamSpec& spec : component_params(*config_.spec)) {
    if (spec.name != name) continue;
    return {"read_only",
            fmt::format("{}: \"{}\" is {}no register, it is changed in the descriptor; {}", config_.id, name,
                        is_secret(spec) || (spec.runtime && !is_register(spec)) ? "a secret and " : "", has)};
  }
  return {"unknown_register",
          fmt::format("{}: there is no register {}{}; {}", config_.id, quote(name), did_you_mean(name, names), has)};
}

Value Registers::of_descriptor(const ParamSpec& spec) const {
  if (config_.spec->sensor && spec.name == kInterval) return config_.interval.count();
  const Value* value = config_.settings.find(spec.name);
  return value == nullptr ? Value() : *value;
}

std::optional<Value> Registers::kept(const ParamSpec& spec, std::string* why) const {
  const auto row = services_.store.get(config_.id, key_of(spec));
  if (!row) return std::nullopt;
  const Value *value = row->find("value"), *before = row->find("descriptor");
  const Value now = of_descriptor(spec);
  if (value == nullptr || (before == nullptr ? Value() : *before) != as_written(now, spec)) {
    if (why != nullptr) *why = fmt::format("the descriptor has come to say {}", shown(now, spec));
    return std::nullopt;
  }
  auto checked = from_written(*value, spec);
  if (!checked && why != nullptr) *why = "its value no longer fits the plugin";
  if (!checked || !config_.spec->sensor || spec.name != kInterval) return checked;
  const std::string problem = interval_problem(std::chrono::microseconds(checked->as_integer()));
  if (problem.empty()) return checked;
  if (why != nullptr) *why = problem;
  return std::nullopt;
}

std::string Registers::interval_problem(std::chrono::microseconds interval) const {
  for (const auto& [name, channel] : config_.channels) {
    if (!expires_before(channel, interval)) continue;
    return fmt::format("interval: expected less than {}, which channels.{}.expire of the descriptor is, found {}",
                       format_duration(channel.expire), name, format_duration(interval));
  }
  return {};
}

Value Registers::value(const ParamSpec& spec) const {
  auto value = kept(spec);
  return value ? std::move(*value) : of_descriptor(spec);
}

Value Registers::changed(const ParamSpec& spec, const Value::Map& changes) const {
  const auto change = changes.find(spec.name);
  if (change == changes.end()) return value(spec);
  return change->second.is_null() ? of_descriptor(spec) : change->second;
}

Value Registers::settings(const Value::Map& changes) const {
  Value::Map settings = config_.settings.is_map() ? config_.settings.as_map() : Value::Map();
  for (const ParamSpec& spec : specs_) {
    if (config_.spec->sensor && spec.name == kInterval) continue;
    Value value = changed(spec, changes);
    if (value.is_null()) {
      settings.erase(spec.name);
    } else {
      settings.insert_or_assign(spec.name, std::move(value));
    }
  }
  return settings;
}

std::chrono::microseconds Registers::interval(const Value::Map& changes) const {
  const ParamSpec* spec = config_.spec->sensor ? find(kInterval) : nullptr;
  return spec == nullptr ? config_.interval : std::chrono::microseconds(changed(*spec, changes).as_integer());
}

void Registers::begin() {
  for (const auto& [key, row] : services_.store.all(config_.id)) {
    if (!key.starts_with(kPrefix)) continue;
    const auto name = std::string_view(key).substr(kPrefix.size());
    const ParamSpec* spec = find(name);
    std::string why = "the component has no such register any more";
    if (spec != nullptr && kept(*spec, &why)) continue;
    services_.log.warning(config_.id, "what was set for the register {} is dropped: {}", name, why);
    services_.store.erase(config_.id, key);
  }
  for (const ParamSpec& spec : specs_) publish(spec);
}

void Registers::keep(const Value::Map& changes) {
  for (const ParamSpec& spec : specs_) {
    if (!changes.contains(spec.name)) continue;
    const Value before = value(spec), after = changed(spec, changes), base = of_descriptor(spec);
    if (after == base) {  // what says the same is no reason to be asked about it when the descriptor changes
      services_.store.erase(config_.id, key_of(spec));
    } else {
      services_.store.save(config_.id, key_of(spec),
                           Value::Map{{"value", as_written(after, spec)}, {"descriptor", as_written(base, spec)}});
    }
    if (after == before) continue;
    services_.log.info(config_.id, "register {}: {} now, was {}", spec.name, shown(after, spec), shown(before, spec));
    publish(spec);
  }
}

void Registers::publish(const ParamSpec& spec) {
  const Value now = value(spec);
  services_.bus.publish({EventKind::register_value, config_.id, spec.name,
                         now.is_null() ? Value() : Value(register_text(now, spec)), nullptr});
}

}  // namespace m2ag::host
