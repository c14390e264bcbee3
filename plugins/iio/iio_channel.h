// The names and units of the kernel's IIO channels (Documentation/ABI/testing/sysfs-bus-iio), as functions on names: no device is touched.
// Any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iio {

/// One kind of value, and what it is published as.
struct Kind {
  std::string_view type;      ///< of the file's name: "humidityrelative"; with a modifier "accel_x"
  std::string_view channel;   ///< "humidity"
  std::string_view unit;      ///< of the channel
  std::string_view quantity;  ///< Home Assistant's word; empty: it has none
  int precision;
  double factor;      ///< from the unit of the ABI to that of the channel
  bool raw_is_value;  ///< without a scale the raw number is the value: the kind has no unit
  std::string_view text;
};

std::span<const Kind> kinds();

/// One value of a device.
struct Input {
  std::string name;  ///< "voltage0", "accel_x": the file's without "in_" and "_raw"
  const Kind* kind = nullptr;
  std::string value_file;               ///< "in_voltage0_raw", or "in_temp_input" which needs no scale
  std::string offset_file, scale_file;  ///< empty: there is none
};

/// The values that a device with these files gives, sorted as the files; a raw one without a scale in a unit nobody knows is left out.
std::vector<Input> inputs_of(const std::vector<std::string>& files);

/// "voltage0" of what a user may write: "voltage0", "in_voltage0", "in_voltage0_raw", "in_voltage0_input".
std::string plain_name(std::string_view written);

}  // namespace iio
