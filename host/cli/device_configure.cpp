// From a component's section to what an instance is made of, also of one that runs in a process of its own.
#include <utility>

#include "cli/device_host.h"
#include "cli/instance_config.h"
#include "cli/isolated.h"
#include "cli/isolated_component.h"
#include "cli/isolated_memory.h"
#include "component/fingerprint.h"
#include "config/isolated_document.h"

namespace m2ag::host {

InstanceConfig DeviceHost::configure(const Descriptor& descriptor, const ComponentSection& section,
                                     const Catalog& catalog) {
  InstanceConfig config = instance_config(section);
  if (section.isolated) {
    configure_isolated(config, descriptor, section, catalog);
  } else {
    load_plugin(config, section, catalog);
  }
  return config;
}

void DeviceHost::configure_isolated(InstanceConfig& config, const Descriptor& descriptor,
                                    const ComponentSection& section, const Catalog& catalog) {
  const PluginDescription* plugin = catalog.plugin_of_type(section.type);
  if (plugin == nullptr) throw PluginError(catalog.unknown_type(section.type));
  config.isolated = true;
  config.plugin = plugin->name + ' ' + plugin->version;
  config.digest = plugin->digest;
  // What the plugin says of itself, without its code: that is not loaded into this process.
  auto spec = std::make_shared<ComponentSpec>(*catalog.find_type(section.type));
  IsolatedLaunch launch;
  launch.id = section.id;
  launch.plugin = config.plugin;
  launch.input = isolated_input(descriptor, catalog, section);
  const auto own = isolated_state_file(descriptor.state.file, section.id);
  launch.note = own.string() + ".crash";
  launch.prepare = [this, own, id = section.id] { give_memory(store_, own, id, log_); };
  config.spec = spec;
  launch.crashed = [this, id = section.id, made_from = fingerprint(config, config.settings)](const Breadcrumb& crumb) {
    return crash_watch_.crashed_apart(id, made_from, crumb, bus_);
  };
  spec->create = [launch = std::make_shared<const IsolatedLaunch>(std::move(launch))](Context& context, const Value&) {
    return make_isolated_component(context, launch);
  };
}

Value DeviceHost::settings_of(const InstanceConfig& config) {
  return config.isolated ? config.settings : Registers(config, services_).settings();
}

void DeviceHost::prepare(const InstanceConfig& config) {
  if (options_.report != nullptr) return;
  if (!config.isolated) take_memory_back(store_, isolated_state_file(state_file_, config.id), config.id, log_);
}

void DeviceHost::forget_isolated(const Instance& before, const InstanceConfig* next) {
  const InstanceConfig& config = before.config();
  if (!config.isolated) return;
  std::vector<EventPtr> gone;
  const auto forget = [&](EventKind kind, const std::string& name, bool stays) {
    if (!stays) gone.push_back(std::make_shared<const Event>(Event{kind, config.id, name, Value()}));
  };
  for (const ChannelSpec& channel : config.spec->channels) {
    const auto same = [&](const ChannelSpec& each) { return each.name == channel.name; };
    forget(EventKind::value, channel.name, next != nullptr && std::ranges::any_of(next->spec->channels, same));
  }
  for (const ParamSpec& spec : before.registers().specs()) {
    forget(EventKind::register_value, spec.name,
           next != nullptr && Registers(*next, services_).find(spec.name) != nullptr);
  }
  if (config.publish_json) forget(EventKind::value, "json", next != nullptr && next->publish_json);
  bridge_.forget(gone);
}

}  // namespace m2ag::host
