// The descriptor's `simulated` section as it is now: makes chips, and plugs and unplugs what a new section changes, while components run.
// Used by one thread; the hardware it changes is any thread's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "config/descriptor.h"
#include "hardware/hardware.h"
#include "plugin/catalog.h"

namespace m2ag::host {

class Simulation {
 public:
  explicit Simulation(Hardware& hardware) : hardware_(hardware) {}

  struct Plan {
    SimulatedSection section;
    std::map<std::pair<std::string, std::uint8_t>, std::shared_ptr<SimulatedI2cChip>> chips;  ///< those that are new
    std::map<std::pair<std::string, std::uint8_t>, std::shared_ptr<PluginLibrary>> libraries;
  };
  /// Makes the chips that are new, of other settings or of another version of their plugin. Touches nothing that runs.
  Plan plan(const SimulatedSection& section, const Catalog& catalog, Problems& problems) const;
  void apply(Plan plan);

 private:
  const SimulatedChipSection* find(const std::string& bus, std::uint8_t address) const;

  Hardware& hardware_;
  SimulatedSection section_;
  std::map<std::pair<std::string, std::uint8_t>, std::shared_ptr<PluginLibrary>> libraries_;
};

}  // namespace m2ag::host
