#include "config/descriptor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/bind.h"
#include "config/channel_check.h"
#include "config/hint.h"
#include "config/id_check.h"
#include "config/isolation_check.h"
#include "config/mqtt_check.h"
#include "config/simulated_section.h"
#include "core/topic.h"

namespace m2ag::host {
namespace {

namespace fs = std::filesystem;

class DescriptorBinder {
 public:
  DescriptorBinder(const Sources& sources, const fs::path& file, const Environment& environment, const Types* types,
                   Problems& problems)
      : sources_(sources),
        root_(sources.root),
        file_(file),
        environment_(environment),
        types_(types),
        problems_(problems) {}

  Descriptor bind_all() {
    descriptor_.file = file_;
    descriptor_.files = sources_.files;
    descriptor_.document = std::make_shared<const Node>(sources_.root);
    if (!check_root()) return std::move(descriptor_);
    for (Entry& entry : root_.entries) refuse_secrets(entry.value, entry.key);
    sections();
    device();
    mqtt();
    state();
    if (types_ != nullptr) {
      if (const Entry* simulated = root().find("simulated"))
        descriptor_.simulated = bind_simulated(simulated->value, *types_, problems_);
      components();
    }
    return std::move(descriptor_);
  }

 private:
  const Node& root() const { return root_; }

  /// What the host itself shows in topics, logs and messages is no place for a secret.
  void refuse_secrets(Node& node, const std::string& path) {
    if (node.secret) {
      problems_.error(node.mark, path,
                      "cannot come from !secret: it is shown in topics or logs; write it here or take ${NAME}");
      node.kind = Node::Kind::invalid;
      node.text.clear();
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) refuse_secrets(node.items[i], join_path(path, i));
    for (Entry& entry : node.entries) {
      if (path == "mqtt" && (entry.key == "username" || entry.key == "password")) continue;
      if (path == "components") {
        refuse_secrets_of_component(entry.value, join_path(path, entry.key));
      } else {
        refuse_secrets(entry.value, join_path(path, entry.key));
      }
    }
  }

  /// The plugin's own settings may be secrets.
  void refuse_secrets_of_component(Node& component, const std::string& path) {
    const std::vector<ParamSpec> of_host = component_params(ComponentSpec{});
    for (Entry& entry : component.entries) {
      const bool is_of_host = entry.key == "interval" || std::ranges::any_of(of_host, [&](const ParamSpec& spec) {
                                return spec.name == entry.key;
                              });
      if (is_of_host) refuse_secrets(entry.value, join_path(path, entry.key));
    }
  }

  bool check_root() {
    if (root().is_null()) {
      problems_.error(root().mark, {}, "the descriptor is empty; it needs at least \"device: { id: … }\"");
      return false;
    }
    if (!root().is_map()) {
      const bool colon = root().is_scalar() && root().text.find(':') != std::string::npos;
      problems_.error(
          root().mark, {},
          fmt::format("expected keys such as \"device:\"{}", colon ? "; is a space missing after \":\"?" : ""));
      return false;
    }
    const auto known = section_names();
    for (const Entry& entry : root().entries) {
      if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
      const std::string hint = did_you_mean(entry.key, known);
      problems_.error(entry.key_mark, entry.key,
                      "unknown key" + (hint.empty() ? fmt::format(", known are {}", fmt::join(known, ", ")) : hint));
    }
    return true;
  }

  void sections() {
    for (const ParamSpec& spec : section_params()) {
      const Entry* entry = root().find(spec.name);
      if (entry == nullptr) {
        if (spec.required && sources_.complete) {
          problems_.error(root().mark, {},
                          fmt::format("the required key \"{}\" is missing ({})", spec.name, spec.description));
        }
        continue;
      }
      sections_[spec.name] = bind_settings(entry->value, spec.fields, entry->key_mark, spec.name, problems_);
    }
  }

  template <class Section>
  Section section(std::string_view name) const {
    const auto found = sections_.find(name);
    return found == sections_.end() ? Section{} : ParamTraits<Section>::from(found->second);
  }

  /// Where the value of `section.key` stands, else the section's key.
  Mark mark_of(std::string_view section, std::string_view key) const {
    const Entry* entry = root().find(section);
    if (entry == nullptr) return root().mark;
    const Entry* inner = entry->value.find(key);
    return inner == nullptr ? entry->key_mark : inner->value.mark;
  }

  std::string beside(const std::string& path) const {
    return path.empty() || fs::path(path).is_absolute() ? path
                                                        : (file_.parent_path() / path).lexically_normal().string();
  }

  void device() {
    DeviceSection& device = descriptor_.device;
    device = section<DeviceSection>("device");
    if (!device.id.empty()) {
      if (const std::string problem = id_problem(device.id); !problem.empty())
        problems_.error(mark_of("device", "id"), "device.id", problem);
    }
    if (device.name.empty()) device.name = device.id;
    for (std::size_t i = 0; i < device.groups.size(); ++i) {
      const std::string problem = id_problem(device.groups[i]);
      if (problem.empty()) continue;
      const Entry* groups = root().find("device")->value.find("groups");
      problems_.error(groups->value.items.at(i).mark, join_path("device.groups", i), problem);
    }
    descriptor_.log = section<LogSection>("log");
  }

  void mqtt() {
    MqttSection& mqtt = descriptor_.mqtt;
    mqtt = section<MqttSection>("mqtt");
    if (!mqtt.url.empty()) {
      if (const std::string problem = url_problem(mqtt.url); !problem.empty())
        problems_.error(mark_of("mqtt", "url"), "mqtt.url", problem);
    }
    if (const std::string problem = base_topic_problem(mqtt.base_topic); !problem.empty())
      problems_.error(mark_of("mqtt", "base_topic"), "mqtt.base_topic", problem);
    if (const std::string problem = client_id_problem(mqtt.client_id); !problem.empty())
      problems_.error(mark_of("mqtt", "client_id"), "mqtt.client_id", problem);
    if (mqtt.client_id.empty()) mqtt.client_id = "m2ag-" + descriptor_.device.id;
    if (!mqtt.tls) return;
    const Mark where = root().find("mqtt")->value.find("tls")->key_mark;
    if (mqtt.url.starts_with("mqtt://"))
      problems_.error(where, "mqtt.tls", "the url is not encrypted (mqtt://); write mqtts:// or leave tls out");
    if (mqtt.tls->cert.empty() != mqtt.tls->key.empty()) {
      problems_.error(
          where, "mqtt.tls",
          fmt::format("cert and key belong together, the {} is missing", mqtt.tls->key.empty() ? "key" : "cert"));
    }
    for (std::string* path : {&mqtt.tls->ca, &mqtt.tls->cert, &mqtt.tls->key}) *path = beside(*path);
  }

  /// What is no database would be moved out of the way.
  void refuse_own_file(const std::string& file) {
    std::error_code error;
    const auto is_it = [&](const fs::path& other) {
      return !other.empty() && fs::weakly_canonical(file, error) == fs::weakly_canonical(other, error);
    };
    std::vector<fs::path> others = sources_.files;
    others.push_back(file_.parent_path() / "secrets.yaml");
    if (const auto& tls = descriptor_.mqtt.tls) others.insert(others.end(), {tls->ca, tls->cert, tls->key});
    if (std::any_of(others.begin(), others.end(), is_it))
      problems_.error(mark_of("state", "file"), "state.file",
                      "is another file of this device; the database needs its own");
  }

  void state() {
    std::string& file = descriptor_.state.file;
    file = beside(section<StateSection>("state").file);
    if (!file.empty()) return refuse_own_file(file);
    const auto folder = environment_.folder("STATE_DIRECTORY");
    file = folder ? (*folder / "state.db").string()
                  : (file_.parent_path() / (file_.stem().string() + ".state.db")).string();
  }

  void components() {
    const Entry* section = root().find("components");
    if (section == nullptr) return;
    for (const Entry& entry :
         entries_of(section->value, "components", "a map of components, each an id with a type", problems_)) {
      component(entry, join_path("components", entry.key));
    }
    check_isolation(section->value, descriptor_.components, *types_, problems_);
  }

  void component(const Entry& entry, const std::string& path) {
    if (const std::string problem = id_problem(entry.key); !problem.empty())
      problems_.error(entry.key_mark, path, problem);
    const ComponentSpec* spec = nullptr;
    const Entry* type = entry.value.find("type");
    if (type != nullptr && type->value.is_scalar()) {
      spec = types_->find_type(type->value.text);
      if (spec == nullptr)
        problems_.error(type->value.mark, join_path(path, "type"), types_->unknown_type(type->value.text));
    }
    ComponentSection component;
    component.id = entry.key;
    component.mark = entry.key_mark;
    BindOptions options;
    options.unknown_keys = spec == nullptr;  // which keys it may have is not known then
    options.secrets = &component.secrets;
    Value::Map settings = bind_settings(entry.value, component_params(spec == nullptr ? ComponentSpec{} : *spec),
                                        entry.key_mark, path, problems_, options)
                              .as_map();
    component.type = take_text(settings, "type");
    component.name = take_text(settings, "name");
    component.lane = take_text(settings, "lane");
    if (!component.lane.empty() && !valid_id(component.lane)) {
      problems_.error(entry.value.find("lane")->value.mark, join_path(path, "lane"), id_problem(component.lane));
    }
    component.isolated = take_text(settings, "isolation") == "process";
    if (component.isolated) check_isolated(entry, component, join_path(path, "isolation"));
    if (const Value enabled = take(settings, "enabled"); enabled.is_bool()) component.enabled = enabled.as_bool();
    if (const Value json = take(settings, "publish_json"); json.is_bool()) component.publish_json = json.as_bool();
    if (spec != nullptr && spec->sensor) {
      if (const Value interval = take(settings, "interval"); interval.is_integer())
        component.interval = std::chrono::microseconds(interval.as_integer());
    }
    const Value channels = take(settings, "channels");
    if (spec != nullptr && channels.is_map()) {
      for (const auto& [name, bound] : channels.as_map()) {
        ChannelSettings own = channel_settings(bound);
        check_channel(entry, *spec, name, own, component.interval, problems_);
        component.channels.emplace(name, std::move(own));
      }
    }
    component.settings = std::move(settings);
    descriptor_.components.push_back(std::move(component));
  }

  void check_isolated(const Entry& entry, const ComponentSection& component, const std::string& path) {
    const Mark where = entry.value.find("isolation")->value.mark;
    if (!component.lane.empty()) {
      problems_.error(
          where, path,
          fmt::format("a lane is shared within one process: take \"lane: {}\" away, or \"isolation: process\"",
                      component.lane));
    }
    if (descriptor_.mqtt.url.empty()) {
      problems_.error(
          where, path,
          "a process of its own speaks with the others over MQTT, and there is no broker: give mqtt.url, or "
          "take \"isolation: process\" away");
    }
  }

  const Sources& sources_;
  Node root_;
  const fs::path& file_;
  const Environment& environment_;
  const Types* types_;
  Problems& problems_;
  Descriptor descriptor_;
  std::map<std::string, Value, std::less<>> sections_;
};

}  // namespace

bool ComponentSection::same_as(const ComponentSection& other) const {
  return id == other.id && type == other.type && name == other.name && enabled == other.enabled && lane == other.lane &&
         isolated == other.isolated && interval == other.interval && publish_json == other.publish_json &&
         channels == other.channels && settings == other.settings && secrets == other.secrets;
}

std::optional<Descriptor> bind_descriptor(const Sources& sources, const fs::path& file, const Environment& environment,
                                          const Types* types, Problems& problems) {
  Descriptor descriptor = DescriptorBinder(sources, file, environment, types, problems).bind_all();
  return problems.has_errors() ? std::nullopt : std::optional(std::move(descriptor));
}

std::optional<Descriptor> read_descriptor(const fs::path& file, const Environment& environment, const Types* types,
                                          Problems& problems) {
  return bind_descriptor(read_sources(file, environment, problems), file, environment, types, problems);
}

std::optional<Descriptor> read_descriptor_text(std::string_view text, const fs::path& file,
                                               const Environment& environment, const Types* types, Problems& problems) {
  return bind_descriptor(read_sources_text(text, file, environment, problems), file, environment, types, problems);
}

}  // namespace m2ag::host
