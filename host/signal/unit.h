// Conversion of the units that people ask for: the plugin measures in SI-like units, the descriptor may want others.
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace m2ag::host {

/// to = from × factor + offset
struct UnitConversion {
  double factor = 1;
  double offset = 0;
};

/// Nothing when one cannot become the other. What has no unit (a number that is computed) may be given any, which only names it.
/// Units are written as Home Assistant writes them: "°C", "hPa", "inHg", "km/h".
std::optional<UnitConversion> convert_unit(std::string_view from, std::string_view to);

/// What `from` may become, itself not among it.
std::vector<std::string> units_for(std::string_view from);

}  // namespace m2ag::host
