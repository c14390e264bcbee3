#include "signal/unit.h"

#include <algorithm>
#include <array>

namespace m2ag::host {
namespace {

/// base = value × factor + offset; units of one kind share a base.
struct Unit {
  std::string_view name;
  std::string_view kind;
  double factor;
  double offset = 0;
};

// Exact by definition (BIPM SI brochure, 9th edition; NIST SP 811, appendix B.8), but for inHg and mmHg: conventional, 4 and 6 digits.
constexpr std::array kUnits{
    Unit{"°C", "temperature", 1, 273.15},
    Unit{"K", "temperature", 1},
    Unit{"°F", "temperature", 5.0 / 9.0, 273.15 - 32 * 5.0 / 9.0},
    Unit{"Pa", "pressure", 1},
    Unit{"hPa", "pressure", 100},
    Unit{"mbar", "pressure", 100},
    Unit{"kPa", "pressure", 1'000},
    Unit{"bar", "pressure", 100'000},
    Unit{"psi", "pressure", 6'894.757293168},
    Unit{"inHg", "pressure", 3'386.389},
    Unit{"mmHg", "pressure", 133.322387415},
    Unit{"m", "length", 1},
    Unit{"mm", "length", 0.001},
    Unit{"cm", "length", 0.01},
    Unit{"km", "length", 1'000},
    Unit{"in", "length", 0.0254},
    Unit{"ft", "length", 0.3048},
    Unit{"mi", "length", 1'609.344},
    Unit{"m/s", "speed", 1},
    Unit{"km/h", "speed", 1 / 3.6},
    Unit{"mph", "speed", 0.44704},
    Unit{"kn", "speed", 1'852.0 / 3'600},
    Unit{"W", "power", 1},
    Unit{"kW", "power", 1'000},
    Unit{"Wh", "energy", 1},
    Unit{"kWh", "energy", 1'000},
    Unit{"V", "voltage", 1},
    Unit{"mV", "voltage", 0.001},
    Unit{"A", "current", 1},
    Unit{"mA", "current", 0.001},
    Unit{"L", "volume", 0.001},
    Unit{"m³", "volume", 1},
    Unit{"gal", "volume", 0.003'785'411'784},
    Unit{"B", "data", 1},
    Unit{"KiB", "data", 1'024},
    Unit{"MiB", "data", 1'048'576},
    Unit{"GiB", "data", 1'073'741'824},
    Unit{"kB", "data", 1'000},
    Unit{"MB", "data", 1'000'000},
    Unit{"GB", "data", 1'000'000'000},
};

const Unit* find_unit(std::string_view name) {
  const auto* const unit =
      std::find_if(kUnits.begin(), kUnits.end(), [name](const Unit& each) { return each.name == name; });
  return unit == kUnits.end() ? nullptr : unit;
}

}  // namespace

std::optional<UnitConversion> convert_unit(std::string_view from, std::string_view to) {
  if (from == to || from.empty()) return UnitConversion{};
  const Unit* const source = find_unit(from);
  const Unit* const target = find_unit(to);
  if (source == nullptr || target == nullptr || source->kind != target->kind) return std::nullopt;
  return UnitConversion{source->factor / target->factor, (source->offset - target->offset) / target->factor};
}

std::vector<std::string> units_for(std::string_view from) {
  std::vector<std::string> units;
  const Unit* const source = find_unit(from);
  if (source == nullptr) return units;
  for (const Unit& each : kUnits) {
    if (each.kind == source->kind && each.name != from) units.emplace_back(each.name);
  }
  return units;
}

}  // namespace m2ag::host
