#include "hardware/scan_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "hardware/gpio_map.h"

namespace m2ag::host {

namespace {

using Json = nlohmann::json;

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

Json finding_json(const I2cFinding& finding) {
  Json likely = Json::array();
  for (const I2cChip* chip : finding.likely) {
    likely.push_back({{"chip", chip->name}, {"what", chip->what}, {"type", text_or_null(chip->type)}});
  }
  return {{"address", fmt::format("0x{:02x}", finding.address)},
          {"driver", text_or_null(finding.driver)},
          {"chip", text_or_null(finding.chip == nullptr ? std::string_view() : finding.chip->name)},
          {"type", text_or_null(finding.type)},
          {"likely", std::move(likely)}};
}

}  // namespace

Json i2c_json(const std::vector<I2cBusScan>& scans) {
  Json buses = Json::array();
  for (const I2cBusScan& scan : scans) {
    Json found = Json::array();
    for (const I2cFinding& finding : scan.found) found.push_back(finding_json(finding));
    buses.push_back({{"bus", scan.bus.name},
                     {"adapter", scan.bus.adapter},
                     {"found", std::move(found)},
                     {"problem", text_or_null(scan.problem)}});
  }
  return buses;
}

Json gpio_json(const std::vector<GpioLineInfo>& lines) {
  Json chips = Json::array();
  for (const auto& chip : by_chip(lines)) {
    const bool header = has_header(chip);
    Json all = Json::array();
    for (const GpioLineInfo& line : chip) {
      const auto pin = header ? header_pin(line.name) : std::nullopt;
      all.push_back({{"offset", line.offset},
                     {"name", text_or_null(line.name)},
                     {"pin", pin ? Json(*pin) : Json()},
                     {"direction", line.output ? "output" : "input"},
                     {"used", line.used},
                     {"consumer", text_or_null(line.consumer)}});
    }
    chips.push_back({{"label", chip.front().label}, {"device", chip.front().chip}, {"lines", std::move(all)}});
  }
  return chips;
}

}  // namespace m2ag::host
