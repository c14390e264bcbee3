#include "hardware/i2c_scan.h"

#include <fmt/format.h>
#include <linux/i2c.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace m2ag::host {

namespace {

// Below and above are the reserved addresses of the I²C specification (UM10204, 3.1.12).
constexpr std::uint8_t kFirst = 0x08, kLast = 0x77;
constexpr int kFaultsInARow = 3;
// A line of data that is held low acknowledges every address. No real bus is that full.
constexpr std::size_t kTooMany = 100;

// A quick write can lock write-protected EEPROMs (AT24RF08), reading a byte confuses write-only chips: so, as i2cdetect, each where it is
// harmless. None: the adapter can only do the one that is not.
using Question = int (I2cProbe::*)();

std::optional<Question> question_for(std::uint8_t address, unsigned long functions) {
  const bool memory = (address >= 0x30 && address <= 0x37) || (address >= 0x50 && address <= 0x5F);
  if ((functions & I2C_FUNC_SMBUS_QUICK) != 0 && !memory) return &I2cProbe::quick_write;
  if ((functions & I2C_FUNC_SMBUS_READ_BYTE) != 0) return &I2cProbe::read_byte;
  return std::nullopt;
}

// For EIO see fault-codes.rst: older drivers and those of graphics cards know no other answer.
bool is_fault(int error) { return error != 0 && error != EIO && !nobody_answered(error); }

/// What the chip says of itself decides; one that says something else than a candidate would is not that candidate.
void identify(I2cFinding& finding, I2cProbe& probe) {
  std::map<std::uint8_t, std::optional<std::uint8_t>> seen;
  for (const I2cChip* chip : i2c_chips_at(finding.address)) {
    if (chip->id) {
      auto [place, fresh] = seen.try_emplace(chip->id->reg);
      std::uint8_t value = 0;
      if (fresh && probe.read_register(chip->id->reg, value) == 0) place->second = value;
      if (place->second == chip->id->value) {
        finding.chip = chip;
        finding.type = chip->type;
        finding.likely.clear();
        return;
      }
      if (place->second) continue;
    }
    finding.likely.push_back(chip);
  }
}

I2cFinding held_finding(const std::string& bus, std::uint8_t address, const DeviceFiles& files) {
  const KernelI2cDevice device = kernel_i2c_device(bus, address, files);
  return {.address = address, .driver = device.driver, .type = device.type};
}

I2cFinding answered_finding(std::uint8_t address, I2cProbe& probe) {
  I2cFinding finding{.address = address};
  if ((probe.functions() & I2C_FUNC_SMBUS_READ_BYTE_DATA) != 0) {
    identify(finding, probe);
  } else {
    finding.likely = i2c_chips_at(address);
  }
  return finding;
}

std::string hangs(const std::string& bus, std::uint8_t address, int error) {
  return fmt::format(
      "{}: nothing can be asked: {}, three times up to address 0x{:02x}, where the scan ended; look for a short circuit "
      "and for a chip without supply",
      bus, std::generic_category().message(error), address);
}

}  // namespace

I2cBusScan scan_i2c_bus(const I2cBus& bus, I2cProbe& probe, const DeviceFiles& files, std::mutex& turn) {
  I2cBusScan scan{.bus = bus};
  int unasked = 0, faults = 0;
  for (std::uint8_t address = kFirst; address <= kLast; ++address) {
    const std::lock_guard lock(turn);
    int error = probe.select(address);
    if (error == EBUSY) {
      scan.found.push_back(held_finding(bus.name, address, files));
      continue;
    }
    const auto question = question_for(address, probe.functions());
    if (error == 0 && !question) {
      ++unasked;
      continue;
    }
    if (error == 0) error = (probe.**question)();
    if (error == 0) scan.found.push_back(answered_finding(address, probe));
    faults = is_fault(error) ? faults + 1 : 0;
    if (faults == kFaultsInARow) {
      scan.problem = hangs(bus.name, address, error);
      return scan;
    }
  }
  if (unasked > 0) {
    scan.problem =
        fmt::format("{}: {} addresses were not asked: the adapter cannot read single bytes", bus.name, unasked);
  }
  if (scan.found.size() >= kTooMany) {
    scan.problem =
        fmt::format("{}: every address answers: SDA is held low, by a short circuit or by a chip that hangs", bus.name);
    scan.found.clear();
  }
  return scan;
}

I2cBusScan scan_i2c_bus(const std::string& name, const DeviceFiles& files, I2cLocks& locks) {
  const auto probe = open_i2c_probe(name, files);
  const auto buses = list_i2c_buses(files);
  const auto bus = std::find_if(buses.begin(), buses.end(), [&](const I2cBus& each) { return each.name == name; });
  return scan_i2c_bus(bus == buses.end() ? I2cBus{name, {}} : *bus, *probe, files, *locks.of(files.dev / name));
}

std::vector<I2cBusScan> scan_i2c(const DeviceFiles& files, I2cLocks& locks) {
  std::vector<I2cBusScan> scans;
  for (const I2cBus& bus : list_i2c_buses(files)) {
    try {
      const auto probe = open_i2c_probe(bus.name, files);
      scans.push_back(scan_i2c_bus(bus, *probe, files, *locks.of(files.dev / bus.name)));
    } catch (const std::runtime_error& error) {
      scans.push_back({.bus = bus, .problem = error.what()});
    }
  }
  return scans;
}

}  // namespace m2ag::host
