// One lock for each I²C bus of this process. A component holds it for a call on its chip, a scan for each address. The kernel keeps
// single transfers apart; this keeps apart what takes several of them: a long block, and asking a chip for its name. Any thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>

namespace m2ag::host {

class I2cLocks {
 public:
  /// `node`: /dev/i2c-1, or a link to it that a udev rule made: both are one bus.
  std::shared_ptr<std::mutex> of(const std::filesystem::path& node) {
    std::error_code error;
    const auto real = std::filesystem::canonical(node, error);
    const std::lock_guard lock(mutex_);
    auto& bus = buses_[error ? node : real];
    if (!bus) bus = std::make_shared<std::mutex>();
    return bus;
  }

 private:
  std::mutex mutex_;
  std::map<std::filesystem::path, std::shared_ptr<std::mutex>> buses_;
};

}  // namespace m2ag::host
