#include "cli/scan.h"

#include <fmt/format.h>
#include <m2ag/error.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "hardware/gpio_chips.h"
#include "hardware/gpio_map.h"
#include "hardware/i2c_scan.h"
#include "hardware/scan_json.h"

namespace m2ag::host {
namespace {

struct Options {
  std::string bus;
  bool json = false;
};

/// What is there, and sentences on what could not be looked at.
struct Result {
  nlohmann::json json = nlohmann::json::object();
  std::string text;
  std::vector<std::string> problems;
};

std::string line_of(const I2cFinding& finding) {
  std::string text = fmt::format("  0x{:02x}  ", finding.address);
  if (!finding.driver.empty()) {
    text += fmt::format("held by the kernel driver {}", finding.driver);
  } else if (finding.chip != nullptr) {
    text += fmt::format("{} ({})", finding.chip->name, finding.chip->what);
  } else if (finding.likely.empty()) {
    text += "a chip that is not in the table";
  } else {
    text += finding.likely.size() == 1 ? "likely " : "one of ";
    for (const I2cChip* chip : finding.likely) {
      text += fmt::format("{}{} ({})", chip == finding.likely.front() ? "" : ", ", chip->name, chip->what);
    }
  }
  if (!finding.type.empty()) text += fmt::format(", type: {}", finding.type);
  return text + '\n';
}

void scan_i2c_buses(const Options& options, Result& result) {
  const DeviceFiles files;
  I2cLocks locks;
  const auto scans =
      options.bus.empty() ? scan_i2c(files, locks) : std::vector{scan_i2c_bus(options.bus, files, locks)};
  result.json["i2c"] = i2c_json(scans);
  if (scans.empty()) {
    result.text += "This machine has no I²C bus (on a Raspberry Pi: dtparam=i2c_arm=on in config.txt).\n";
  }
  for (const I2cBusScan& scan : scans) {
    if (&scan != &scans.front()) result.text += '\n';
    result.text += fmt::format("{}{}{}:\n", scan.bus.name, scan.bus.adapter.empty() ? "" : ", ", scan.bus.adapter);
    for (const I2cFinding& finding : scan.found) result.text += line_of(finding);
    if (scan.found.empty()) result.text += scan.problem.empty() ? "  nobody answers\n" : "  see below\n";
    if (!scan.problem.empty()) result.problems.push_back(scan.problem);
  }
}

void scan_gpio_chips(Result& result) {
  const GpioChips open = open_gpio_chips({});
  const auto lines = open.lines();
  result.json["gpio"] = gpio_json(lines);
  if (!result.text.empty()) result.text += '\n';
  result.text += gpio_map_text(lines);
  if (!open.refused.empty()) {
    result.problems.push_back(open.refused);
  } else if (lines.empty()) {
    result.text += "This machine has no GPIO chip.\n";
  }
}

int print(Result& result, bool json) {
  if (json) {
    result.json["problems"] = result.problems;
    std::cout << result.json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  } else {
    std::cout << result.text << std::flush;
  }
  for (const std::string& problem : result.problems) std::cerr << "m2ag scan: " << problem << '\n';
  return result.problems.empty() ? kExitOk : kExitSystemWrong;
}

int scan(const Options& options, bool i2c, bool gpio) {
  Result result;
  try {
    if (i2c) scan_i2c_buses(options, result);
    if (gpio) scan_gpio_chips(result);
  } catch (const ConfigError& error) {
    std::cerr << "m2ag scan: " << error.what() << '\n';
    return kExitInputWrong;
  }
  return print(result, options.json);
}

}  // namespace

void add_scan_verb(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("scan", "Show the chips on the I²C buses and the GPIO lines");
  verb->add_flag("--json", options->json, "for programs");
  verb->footer(
      "Without i2c or gpio: both. Needs no descriptor and changes nothing: chips are asked as i2cdetect does it, lines are not taken.\n"
      "Exit codes: 0 also when there is nothing, 1 the command line is wrong, 2 something could not be looked at.");

  CLI::App* i2c = verb->add_subcommand("i2c", "Who answers on the I²C buses, and which chip that is or may be");
  i2c->add_option("--bus", options->bus, "only this one, such as i2c-1")->type_name("BUS");
  i2c->add_flag("--json", options->json, "for programs");
  i2c->footer(
      "A chip whose id register can be read is named. Otherwise the address alone tells which chips it may be.\n"
      "\"type\" is the component type that drives it. An address that a kernel driver holds is not asked.");

  CLI::App* gpio = verb->add_subcommand("gpio", "Each GPIO line with its direction and who holds it");
  gpio->add_flag("--json", options->json, "for programs");
  gpio->footer("Names and labels are what a descriptor takes: line: GPIO17, or line: { chip: LABEL, offset: 17 }.");

  verb->callback([options, i2c, gpio, verb, &exit_code] {
    const bool both = verb->get_subcommands().empty();
    exit_code = scan(*options, both || i2c->parsed(), both || gpio->parsed());
  });
}

}  // namespace m2ag::host
