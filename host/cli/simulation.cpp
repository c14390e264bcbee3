#include "cli/simulation.h"

#include <fmt/format.h>

#include <algorithm>

namespace m2ag::host {
namespace {

/// The chip's code is in the library: it goes first.
struct HeldChip {
  std::shared_ptr<PluginLibrary> library;
  std::unique_ptr<SimulatedI2cChip> chip;
};

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

const SimulatedChipSection* Simulation::find(const std::string& bus, std::uint8_t address) const {
  for (const SimulatedChipSection& each : section_.chips) {
    if (each.bus == bus && each.address == address) return &each;
  }
  return nullptr;
}

Simulation::Plan Simulation::plan(const SimulatedSection& section, const Catalog& catalog, Problems& problems) const {
  Plan plan{section, {}, {}};
  for (const SimulatedChipSection& chip : section.chips) {
    const std::pair place(chip.bus, chip.address);
    try {
      const auto library = catalog.load_chip(chip.chip);
      plan.libraries[place] = library;
      const SimulatedChipSection* old = find(chip.bus, chip.address);
      if (old != nullptr && old->chip == chip.chip && old->settings == chip.settings && libraries_.at(place) == library)
        continue;
      auto held = std::make_shared<HeldChip>(HeldChip{library, library->find_chip(chip.chip)->create(chip.settings)});
      plan.chips[place] = {held, held->chip.get()};
    } catch (const std::exception& error) {
      problems.error(chip.mark, fmt::format("simulated.i2c.{}.{:#04x}", chip.bus, chip.address), error.what());
    }
  }
  return plan;
}

void Simulation::apply(Plan plan) {
  SimulatedI2c& i2c = hardware_.simulated_i2c();
  SimulatedGpio& gpio = hardware_.simulated_gpio();
  for (const SimulatedChipSection& old : section_.chips) {
    if (!plan.libraries.contains({old.bus, old.address})) i2c.remove_chip(old.bus, old.address);
  }
  for (const std::string& bus : section_.buses) {
    if (!contains(plan.section.buses, bus)) i2c.remove_bus(bus);
  }
  for (const std::string& line : section_.lines) {
    if (!contains(plan.section.lines, line)) gpio.remove_line({line, {}, -1});
  }
  for (const std::string& bus : plan.section.buses) i2c.add_bus(bus);
  for (auto& [place, chip] : plan.chips) i2c.add_chip(place.first, place.second, std::move(chip));
  for (const std::string& line : plan.section.lines) gpio.add_line({line, {}, -1});
  section_ = std::move(plan.section);
  libraries_ = std::move(plan.libraries);
}

}  // namespace m2ag::host
