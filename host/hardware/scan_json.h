// What a scan found, as JSON: for `m2ag scan --json` and for answers to requests. docs/hardware.md shows it; keys are added, never changed.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "hardware/gpio_chip.h"
#include "hardware/i2c_scan.h"

namespace m2ag::host {

/// A list of buses.
nlohmann::json i2c_json(const std::vector<I2cBusScan>& scans);

/// A list of chips.
nlohmann::json gpio_json(const std::vector<GpioLineInfo>& lines);

}  // namespace m2ag::host
