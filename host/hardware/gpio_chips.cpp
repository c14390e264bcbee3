#include "hardware/gpio_chips.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace m2ag::host {

namespace fs = std::filesystem;

GpioChips open_gpio_chips(const DeviceFiles& files) {
  std::vector<std::pair<int, fs::path>> nodes;
  std::error_code error;
  for (fs::directory_iterator entry(files.dev, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (!name.starts_with("gpiochip") || entry->is_symlink(error)) continue;
    int number = 0;
    std::from_chars(name.data() + 8, name.data() + name.size(), number);
    nodes.emplace_back(number, entry->path());
  }
  std::sort(nodes.begin(), nodes.end());
  GpioChips open;
  for (const auto& [number, node] : nodes) {
    if (auto chip = GpioChip::open(node)) {
      open.chips.push_back(std::move(chip));
    } else if (open.refused.empty() && (errno == EACCES || errno == EPERM)) {
      open.refused = permission_sentence(node);
    }
  }
  return open;
}

std::vector<GpioLineInfo> GpioChips::lines() const {
  std::vector<GpioLineInfo> lines;
  for (const auto& chip : chips) {
    for (unsigned int offset = 0; offset < chip->line_count(); ++offset) {
      if (auto line = chip->line(offset)) lines.push_back(std::move(*line));
    }
  }
  return lines;
}

}  // namespace m2ag::host
