#include "iio_channel.h"

#include <algorithm>
#include <cctype>

namespace iio {

namespace {

constexpr Kind kKinds[] = {
    {"temp", "temperature", "°C", "temperature", 2, 1e-3, false, "temperature (temp)"},
    {"pressure", "pressure", "hPa", "atmospheric_pressure", 2, 10, false, "pressure (pressure)"},
    {"humidityrelative", "humidity", "%", "humidity", 1, 1e-3, false, "relative humidity (humidityrelative)"},
    {"illuminance", "illuminance", "lx", "illuminance", 1, 1, false, "illuminance (illuminance)"},
    {"voltage", "voltage", "V", "voltage", 4, 1e-3, false, "voltage (voltage)"},
    {"current", "current", "A", "current", 4, 1e-3, false, "current (current)"},
    {"power", "power", "W", "power", 3, 1e-3, false, "power (power)"},
    {"resistance", "resistance", "Ω", "", 1, 1, false, "resistance (resistance)"},
    {"distance", "distance", "m", "distance", 3, 1, false, "distance (distance)"},
    {"proximity", "proximity", "", "", 0, 1, true, "proximity, more is nearer (proximity)"},
    {"concentration_co2", "co2", "ppm", "carbon_dioxide", 0, 1e4, false, "carbon dioxide (concentration_co2)"},
    {"concentration_voc", "voc", "ppb", "volatile_organic_compounds_parts", 0, 1e7, false,
     "volatile organic compounds (concentration_voc)"},
    {"massconcentration_pm1", "pm1", "µg/m³", "pm1", 1, 1, false, "fine dust below 1 µm (massconcentration_pm1)"},
    {"massconcentration_pm2p5", "pm25", "µg/m³", "pm25", 1, 1, false,
     "fine dust below 2.5 µm (massconcentration_pm2p5)"},
    {"massconcentration_pm10", "pm10", "µg/m³", "pm10", 1, 1, false, "dust below 10 µm (massconcentration_pm10)"},
    {"accel_x", "acceleration-x", "m/s²", "", 3, 1, false, "acceleration along x (accel_x)"},
    {"accel_y", "acceleration-y", "m/s²", "", 3, 1, false, "acceleration along y (accel_y)"},
    {"accel_z", "acceleration-z", "m/s²", "", 3, 1, false, "acceleration along z (accel_z)"},
    {"anglvel_x", "rotation-x", "rad/s", "", 4, 1, false, "speed of rotation around x (anglvel_x)"},
    {"anglvel_y", "rotation-y", "rad/s", "", 4, 1, false, "speed of rotation around y (anglvel_y)"},
    {"anglvel_z", "rotation-z", "rad/s", "", 4, 1, false, "speed of rotation around z (anglvel_z)"},
    {"magn_x", "magnetic-x", "µT", "", 2, 100, false, "magnetic field along x (magn_x)"},
    {"magn_y", "magnetic-y", "µT", "", 2, 100, false, "magnetic field along y (magn_y)"},
    {"magn_z", "magnetic-z", "µT", "", 2, 100, false, "magnetic field along z (magn_z)"},
    {"intensity", "intensity", "", "", 0, 1, true, "intensity of light without a unit (intensity)"},
    {"uvindex", "uv-index", "", "", 1, 1, false, "UV index (uvindex)"},
    {"ph", "ph", "", "", 2, 1, false, "acidity (ph)"},
    {"electricalconductivity", "conductivity", "µS/cm", "conductivity", 1, 1e4, false,
     "electrical conductivity (electricalconductivity)"},
};

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_letter(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }

/// "voltage0" is {"voltage", "", ""}; "temp1_object" {"temp", "_object"}; "voltage0-voltage1" {"voltage", "-voltage1"}.
struct Parts {
  std::string_view type, rest;
};

Parts parts_of(std::string_view name) {
  const auto letters = static_cast<std::size_t>(std::find_if_not(name.begin(), name.end(), is_letter) - name.begin());
  const auto digits = static_cast<std::size_t>(
      std::find_if_not(name.begin() + static_cast<std::ptrdiff_t>(letters), name.end(), is_digit) - name.begin());
  return {name.substr(0, letters), name.substr(digits)};
}

const Kind* kind_of(std::string_view name) {
  const Parts parts = parts_of(name);
  const std::string modified = std::string(parts.type) + std::string(parts.rest);
  for (const std::string& wanted : {modified, std::string(parts.type)}) {
    for (const Kind& kind : kKinds) {
      if (kind.type == wanted) return &kind;
    }
  }
  return nullptr;
}

/// Attributes are shared by all channels of a type, or by all with a modifier, where they have one value.
std::string attribute(const std::vector<std::string>& files, std::string_view name, std::string_view suffix) {
  const Parts parts = parts_of(name);
  std::string shared = std::string(parts.type) + std::string(parts.rest);
  if (parts.rest.starts_with("-")) {  // "voltage0-voltage1" shares "voltage-voltage"
    while (!shared.empty() && is_digit(shared.back())) shared.pop_back();
  }
  const std::string indexed(name.substr(0, name.find('_')));
  for (const std::string& base : {std::string(name), shared, indexed, std::string(parts.type)}) {
    std::string file = "in_" + base + std::string(suffix);
    if (std::find(files.begin(), files.end(), file) != files.end()) return file;
  }
  return {};
}

std::optional<std::string_view> between(std::string_view text, std::string_view prefix, std::string_view suffix) {
  if (!text.starts_with(prefix) || !text.ends_with(suffix) || text.size() <= prefix.size() + suffix.size())
    return std::nullopt;
  return text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
}

}  // namespace

std::span<const Kind> kinds() { return kKinds; }

std::vector<Input> inputs_of(const std::vector<std::string>& files) {
  std::vector<Input> inputs;
  for (const std::string& file : files) {  // "…_input" comes before "…_raw", and is what the driver has computed itself
    const bool processed = file.ends_with("_input");
    const auto name = between(file, "in_", processed ? "_input" : "_raw");
    if (!name) continue;
    const Kind* kind = kind_of(*name);
    const bool known = std::any_of(inputs.begin(), inputs.end(), [&](const Input& each) { return each.name == *name; });
    if (kind == nullptr || known) continue;
    Input input{std::string(*name), kind, file, {}, {}};
    if (!processed) {
      input.offset_file = attribute(files, *name, "_offset");
      input.scale_file = attribute(files, *name, "_scale");
      if (input.scale_file.empty() && !kind->raw_is_value) continue;
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

std::string plain_name(std::string_view written) {
  if (written.starts_with("in_")) written.remove_prefix(3);
  for (const std::string_view suffix : {"_raw", "_input"}) {
    if (written.ends_with(suffix)) written.remove_suffix(suffix.size());
  }
  return std::string(written);
}

}  // namespace iio
