#include "config/simulated_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/bind.h"
#include "config/hint.h"
#include "config/scalar.h"

namespace m2ag::host {
namespace {

class SimulatedBinder {
 public:
  SimulatedBinder(const Types& types, Problems& problems) : types_(types), problems_(problems) {}

  SimulatedSection bind(const Node& section) {
    constexpr std::string_view kKeys[] = {"i2c", "gpio"};
    for (const Entry& entry : entries_of(section, "simulated", "a map with i2c and gpio", problems_)) {
      const std::string path = join_path("simulated", entry.key);
      if (entry.key == "i2c") {
        for (const Entry& bus : entries_of(entry.value, path, "a map of buses, such as i2c-1", problems_))
          add_bus(bus, join_path(path, bus.key));
      } else if (entry.key == "gpio") {
        add_lines(entry.value, path);
      } else {
        const std::string hint = did_you_mean(entry.key, kKeys);
        problems_.error(entry.key_mark, path, "unknown key" + (hint.empty() ? ", known are i2c, gpio" : hint));
      }
    }
    return std::move(section_);
  }

 private:
  void add_bus(const Entry& bus, const std::string& path) {
    if (bus.key.empty() || bus.key.find('/') != std::string::npos)
      problems_.error(bus.key_mark, path, "expected the name of a bus, such as i2c-1");
    section_.buses.push_back(bus.key);
    for (const Entry& chip : entries_of(bus.value, path, "a map of addresses, such as 0x76", problems_))
      add_chip(bus.key, chip, join_path(path, chip.key));
  }

  void add_chip(const std::string& bus, const Entry& entry, const std::string& path) {
    SimulatedChipSection chip;
    chip.bus = bus;
    chip.mark = entry.key_mark;
    const ParsedInteger address = parse_core_integer(entry.key);
    if (address.form != IntegerForm::good || address.value < 0x08 || address.value > 0x77) {
      problems_.error(entry.key_mark, path,
                      fmt::format("{} is no address of a chip, expected 0x08 to 0x77", quote(entry.key)));
    } else {
      chip.address = static_cast<std::uint8_t>(address.value);
      for (const SimulatedChipSection& other : section_.chips) {
        if (other.bus != bus || other.address != chip.address) continue;
        problems_.error(entry.key_mark, path, fmt::format("the address is taken already at {}", to_string(other.mark)));
      }
    }
    const SimulatedChipSpec* spec = nullptr;
    const Entry* name = entry.value.find("chip");
    if (name != nullptr && name->value.is_scalar()) {
      spec = types_.find_chip(name->value.text);
      if (spec == nullptr)
        problems_.error(name->value.mark, join_path(path, "chip"), types_.unknown_chip(name->value.text));
    }
    BindOptions options;
    options.unknown_keys = spec == nullptr;
    Value::Map settings = bind_settings(entry.value, chip_params(spec == nullptr ? SimulatedChipSpec{} : *spec),
                                        entry.key_mark, path, problems_, options)
                              .as_map();
    chip.chip = take_text(settings, "chip");
    chip.settings = std::move(settings);
    section_.chips.push_back(std::move(chip));
  }

  void add_lines(const Node& node, const std::string& path) {
    ParamSpec lines;
    lines.type = ParamType::list;
    lines.fields.emplace_back().required = true;
    const Value names = bind_value(node, lines, path, problems_);
    if (!names.is_list()) return;
    for (const Value& each : names.as_list()) {
      const std::string& name = each.as_text();
      auto& known = section_.lines;
      if (std::find(known.begin(), known.end(), name) != known.end()) {
        problems_.error(node.mark, path, fmt::format("the line {} stands here twice", quote(name)));
      } else {
        known.push_back(name);
      }
    }
  }

  const Types& types_;
  Problems& problems_;
  SimulatedSection section_;
};

}  // namespace

SimulatedSection bind_simulated(const Node& section, const Types& types, Problems& problems) {
  return SimulatedBinder(types, problems).bind(section);
}

}  // namespace m2ag::host
