// The machine's GPIO lines as text: the 40-pin header of a Raspberry Pi as a picture, other chips as tables. Which line is where on the header
// is said by the lines' names, so any board that names its lines so is drawn. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hardware/gpio_chip.h"

namespace m2ag::host {

/// The lines of each chip, in the order in which the chips come.
std::vector<std::vector<GpioLineInfo>> by_chip(const std::vector<GpioLineInfo>& lines);

/// Whether these lines of one chip are those of a 40-pin header: GPIO2 to GPIO27 are all there.
bool has_header(const std::vector<GpioLineInfo>& lines);

/// The header's pin, 1 to 40, that a line of this name is on: 11 for "GPIO17".
std::optional<int> header_pin(std::string_view name);

/// Ends with a line break; empty when there are no lines.
std::string gpio_map_text(const std::vector<GpioLineInfo>& lines);

}  // namespace m2ag::host
