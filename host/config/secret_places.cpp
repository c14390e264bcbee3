#include "config/secret_places.h"

#include <algorithm>
#include <vector>

#include "config/descriptor.h"

namespace m2ag::host {
namespace {

bool have_secret(const std::vector<ParamSpec>& specs) { return std::ranges::any_of(specs, has_secret); }

class Search {
 public:
  explicit Search(const Types& types) : types_(types) {}

  std::map<std::string, Places> run(const Node& root) {
    const std::vector<ParamSpec> sections = section_params();
    const auto known = section_names();
    for (const Entry& entry : root.entries) {
      const auto section = std::ranges::find(sections, entry.key, &ParamSpec::name);
      if (section != sections.end()) {
        table(entry.value, section->fields);
      } else if (entry.key == "components") {
        for (const Entry& each : entry.value.entries) component(each.value);
      } else if (entry.key == "simulated") {
        simulated(entry.value);
      } else if (std::ranges::find(known, entry.key) == known.end()) {
        all(entry.value);
      }
    }
    return std::move(places_);
  }

 private:
  void all(const Node& node) {
    // One that could not be resolved, such as by an unknown tag, has a value in the file all the same.
    const bool has_value = node.is_scalar() || node.is_invalid();
    if (has_value && !node.secret) places_[node.mark.file].emplace(node.mark.line, node.mark.column);
    for (const Node& item : node.items) all(item);
    for (const Entry& entry : node.entries) all(entry.value);
  }

  void value(const Node& node, const ParamSpec& spec) {
    if (spec.secret) return all(node);
    if (spec.type == ParamType::group) return table(node, spec.fields);
    if (spec.fields.empty()) return;
    for (const Node& item : node.items) value(item, spec.fields.front());
    for (const Entry& entry : node.entries) value(entry.value, spec.fields.front());
  }

  /// A key that the table has not may be a secret one with a letter too few, where there are such.
  void table(const Node& node, const std::vector<ParamSpec>& specs) {
    const bool may_be_secret = have_secret(specs);
    for (const Entry& entry : node.entries) {
      const auto spec = std::ranges::find(specs, entry.key, &ParamSpec::name);
      if (spec != specs.end()) {
        value(entry.value, *spec);
      } else if (may_be_secret) {
        all(entry.value);
      }
    }
    for (const Node& item : node.items) {
      if (may_be_secret) all(item);
    }
  }

  void of_type(const Node& node, const std::vector<ParamSpec>* specs, const std::vector<ParamSpec>& of_host) {
    if (specs != nullptr) return table(node, *specs);
    for (const Entry& entry : node.entries) {
      if (std::ranges::find(of_host, entry.key, &ParamSpec::name) == of_host.end()) all(entry.value);
    }
    for (const Node& item : node.items) all(item);
  }

  void component(const Node& node) {
    const Entry* type = node.find("type");
    const ComponentSpec* spec = type == nullptr ? nullptr : types_.find_type(type->value.text);
    const auto of_host = component_params(ComponentSpec{});
    const auto params = spec == nullptr ? of_host : component_params(*spec);
    of_type(node, spec == nullptr ? nullptr : &params, of_host);
  }

  void simulated(const Node& node) {
    const Entry* buses = node.find("i2c");
    if (buses == nullptr) return;
    for (const Entry& bus : buses->value.entries) {
      for (const Entry& chip : bus.value.entries) {
        const Entry* name = chip.value.find("chip");
        const SimulatedChipSpec* spec = name == nullptr ? nullptr : types_.find_chip(name->value.text);
        const auto of_host = chip_params(SimulatedChipSpec{});
        const auto params = spec == nullptr ? of_host : chip_params(*spec);
        of_type(chip.value, spec == nullptr ? nullptr : &params, of_host);
      }
    }
  }

  const Types& types_;
  std::map<std::string, Places> places_;
};

}  // namespace

std::map<std::string, Places> secret_places(const Sources& sources, const Types& types) {
  return Search(types).run(sources.root);
}

}  // namespace m2ag::host
