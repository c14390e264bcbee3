#include "hardware/simulated_i2c.h"

#include <fmt/format.h>
#include <m2ag/error.h>

#include <utility>

namespace m2ag::host {

class SimulatedI2c::Device final : public I2cDevice {
 public:
  Device(std::shared_ptr<Bus> bus, I2cConfig config) : bus_(std::move(bus)), config_(std::move(config)) {}

  std::uint8_t read_byte(std::uint8_t reg) override {
    const std::lock_guard lock(bus_->mutex);
    return chip().read(reg);
  }
  void write_byte(std::uint8_t reg, std::uint8_t value) override {
    const std::lock_guard lock(bus_->mutex);
    chip().write(reg, value);
  }
  void read_block(std::uint8_t reg, std::span<std::uint8_t> out) override {
    const std::lock_guard lock(bus_->mutex);
    for (std::uint8_t& byte : out) byte = chip().read(reg++);
  }
  void write_block(std::uint8_t reg, std::span<const std::uint8_t> bytes) override {
    if (bytes.size() > 32)
      throw DeviceError(fmt::format("{}: a block of {} bytes, at most 32 fit", where(), bytes.size()));
    const std::lock_guard lock(bus_->mutex);
    for (const std::uint8_t byte : bytes) chip().write(reg++, byte);
  }
  std::string where() const override { return fmt::format("0x{:02x} on {}", config_.address, config_.bus); }

 private:
  SimulatedI2cChip& chip() const {
    const auto entry = bus_->chips.find(config_.address);
    if (entry != bus_->chips.end()) return *entry->second;
    std::string there;
    for (const auto& [address, chip] : bus_->chips)
      there += fmt::format("{}0x{:02x}", there.empty() ? "" : ", ", address);
    throw DeviceError(fmt::format("no device answered at {}; on this simulated bus are: {}", where(),
                                  there.empty() ? "no chips" : there));
  }

  const std::shared_ptr<Bus> bus_;
  const I2cConfig config_;
};

void SimulatedI2c::add_bus(const std::string& bus) {
  const std::lock_guard lock(mutex_);
  auto& entry = buses_[bus];
  if (!entry) entry = std::make_shared<Bus>();
}

void SimulatedI2c::add_chip(const std::string& bus, std::uint8_t address, std::shared_ptr<SimulatedI2cChip> chip) {
  add_bus(bus);
  const std::lock_guard lock(mutex_);
  const std::lock_guard bus_lock(buses_[bus]->mutex);
  buses_[bus]->chips[address] = std::move(chip);
}

void SimulatedI2c::remove_chip(const std::string& bus, std::uint8_t address) {
  std::shared_ptr<SimulatedI2cChip> gone;  // its destructor is the plugin's: outside of the locks
  const std::lock_guard lock(mutex_);
  const auto entry = buses_.find(bus);
  if (entry == buses_.end()) return;
  const std::lock_guard bus_lock(entry->second->mutex);
  const auto chip = entry->second->chips.find(address);
  if (chip == entry->second->chips.end()) return;
  gone = std::move(chip->second);
  entry->second->chips.erase(chip);
}

void SimulatedI2c::remove_bus(const std::string& bus) {
  std::shared_ptr<Bus> left;  // devices that are open keep it
  std::map<std::uint8_t, std::shared_ptr<SimulatedI2cChip>> gone;
  const std::lock_guard lock(mutex_);
  const auto entry = buses_.find(bus);
  if (entry == buses_.end()) return;
  left = std::move(entry->second);
  buses_.erase(entry);
  const std::lock_guard bus_lock(left->mutex);
  gone.swap(left->chips);
}

void SimulatedI2c::clear() {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, bus] : buses_) {
    const std::lock_guard bus_lock(bus->mutex);
    bus->chips.clear();
  }
  buses_.clear();
}

bool SimulatedI2c::has_bus(const std::string& bus) const {
  const std::lock_guard lock(mutex_);
  return buses_.contains(bus);
}

std::unique_ptr<I2cDevice> SimulatedI2c::open(const I2cConfig& config) const {
  const std::lock_guard lock(mutex_);
  const auto entry = buses_.find(config.bus);
  if (entry == buses_.end()) throw DeviceError(fmt::format("no simulated bus {}", config.bus));
  return std::make_unique<Device>(entry->second, config);
}

}  // namespace m2ag::host
