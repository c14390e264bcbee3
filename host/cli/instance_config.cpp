#include "cli/instance_config.h"

namespace m2ag::host {

InstanceConfig instance_config(const ComponentSection& section) {
  InstanceConfig config;
  config.id = section.id;
  config.name = section.name.empty() ? section.id : section.name;
  config.settings = section.settings;
  config.secrets = section.secrets;
  config.interval = section.interval;
  config.lane = section.lane;
  config.publish_json = section.publish_json;
  config.channels = section.channels;
  return config;
}

void load_plugin(InstanceConfig& config, const ComponentSection& section, const Catalog& catalog) {
  const auto library = catalog.load_type(section.type);
  config.spec = {library, library->find_type(section.type)};
  config.plugin = library->description().name + ' ' + library->description().version;
  config.digest = library->digest();
  config.code = library->code();
}

std::vector<Roster::Entry> roster_of(const Descriptor& descriptor) {
  std::vector<Roster::Entry> entries;
  for (const ComponentSection& section : descriptor.components)
    entries.push_back({section.id, section.type, section.enabled && !section.isolated, section.settings});
  return entries;
}

}  // namespace m2ag::host
