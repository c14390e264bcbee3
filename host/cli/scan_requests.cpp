#include "cli/scan_requests.h"

#include <fmt/format.h>
#include <m2ag/error.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "component/arguments.h"
#include "core/json.h"
#include "hardware/gpio_map.h"
#include "hardware/scan_json.h"

namespace m2ag::host {
namespace {

// A scan takes a second a bus at most; as long as a command may take.
constexpr std::chrono::seconds kDeadline{10};

/// Also by its number alone, as i2cdetect takes it.
Value with_bus_name(Value arguments) {
  const Value* bus = arguments.find("bus");
  if (bus == nullptr || !bus->is_integer()) return arguments;
  Value::Map named = arguments.as_map();
  named["bus"] = fmt::format("i2c-{}", bus->as_integer());
  return named;
}

Value scan_i2c(Hardware& hardware, const Value& arguments) {
  const Value asked =
      checked_arguments(with_bus_name(arguments), {text_argument("bus", "only this one, such as i2c-1", false)});
  const Value* bus = asked.find("bus");
  const auto scans = bus == nullptr ? hardware.scan_i2c() : hardware.scan_i2c(bus->as_text());
  Value::List problems;
  for (const I2cBusScan& scan : scans) {
    if (!scan.problem.empty()) problems.emplace_back(scan.problem);
  }
  return Value::Map{{"i2c", from_json(i2c_json(scans))}, {"problems", std::move(problems)}};
}

std::string no_such_chip(const std::string& chip, const std::vector<GpioLineInfo>& lines) {
  std::vector<std::string> here;
  for (const auto& each : by_chip(lines)) here.push_back(fmt::format("{} ({})", each.front().label, each.front().chip));
  if (here.empty()) return fmt::format("no GPIO chip \"{}\": here is none that can be read", chip);
  return fmt::format("no GPIO chip \"{}\"; here are: {}", chip, fmt::join(here, ", "));
}

Value gpio_map(const Hardware& hardware, const Value& arguments) {
  const Value asked =
      checked_arguments(arguments, {text_argument("chip", "only this one, by its label or as gpiochip0", false)});
  const GpioChips chips = hardware.gpio_chips();
  auto lines = chips.lines();
  if (const Value* chip = asked.find("chip")) {
    const std::string& wanted = chip->as_text();
    auto of_chip = lines;
    std::erase_if(of_chip, [&](const GpioLineInfo& line) { return line.label != wanted && line.chip != wanted; });
    if (of_chip.empty()) throw DeviceError(no_such_chip(wanted, lines));
    lines = std::move(of_chip);
  }
  Value::List problems;
  if (!chips.refused.empty()) problems.emplace_back(chips.refused);
  return Value::Map{{"gpio", from_json(gpio_json(lines))}, {"problems", std::move(problems)}};
}

}  // namespace

ScanRequests::ScanRequests(Hardware& hardware, Executor& executor, Scheduler& scheduler, Log& log)
    : i2c_(
          "scan-i2c", executor, scheduler, log, [&hardware](const Value& asked) { return scan_i2c(hardware, asked); },
          kDeadline),
      gpio_(
          "gpio-map", executor, scheduler, log, [&hardware](const Value& asked) { return gpio_map(hardware, asked); },
          kDeadline) {}

void ScanRequests::add_to(Router& router) {
  router.on_long_request("scan-i2c",
                         [this](const Value& asked, RequestAnswer answer) { i2c_.begin(asked, std::move(answer)); });
  router.on_long_request("gpio-map",
                         [this](const Value& asked, RequestAnswer answer) { gpio_.begin(asked, std::move(answer)); });
}

void ScanRequests::close() {
  i2c_.close();
  gpio_.close();
}

}  // namespace m2ag::host
