#include "hardware/gpio_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace m2ag::host {

namespace {

struct Pin {
  std::string_view name;
  std::string_view role = {};  ///< what the line is when its bus is switched on
};

struct Row {
  Pin odd, even;
};

// Pins 1 and 2, 3 and 4, … (Raspberry Pi, "GPIO and the 40-pin header"; the same since the B+).
constexpr std::array<Row, 20> kHeader = {{
    {{"3V3"}, {"5V"}},
    {{"GPIO2", "SDA"}, {"5V"}},
    {{"GPIO3", "SCL"}, {"GND"}},
    {{"GPIO4"}, {"GPIO14", "TXD"}},
    {{"GND"}, {"GPIO15", "RXD"}},
    {{"GPIO17"}, {"GPIO18"}},
    {{"GPIO27"}, {"GND"}},
    {{"GPIO22"}, {"GPIO23"}},
    {{"3V3"}, {"GPIO24"}},
    {{"GPIO10", "MOSI"}, {"GND"}},
    {{"GPIO9", "MISO"}, {"GPIO25"}},
    {{"GPIO11", "SCLK"}, {"GPIO8", "CE0"}},
    {{"GND"}, {"GPIO7", "CE1"}},
    {{"ID_SDA"}, {"ID_SCL"}},
    {{"GPIO5"}, {"GND"}},
    {{"GPIO6"}, {"GPIO12"}},
    {{"GPIO13"}, {"GND"}},
    {{"GPIO19"}, {"GPIO16"}},
    {{"GPIO26"}, {"GPIO20"}},
    {{"GND"}, {"GPIO21"}},
}};

std::string direction(const GpioLineInfo& line) { return line.output ? "out" : "in"; }

/// Any program chooses what it is called: what would steer a terminal is not printed.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return text;
}

std::string holder(const GpioLineInfo& line) {
  if (!line.used) return {};
  return line.consumer.empty() ? "in use" : printable(line.consumer);
}

/// In characters: names and holders may be UTF-8.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

/// One side of a row of the header.
struct Cell {
  std::string name, role, direction, holder;
};

Cell cell_of(const Pin& pin, const std::vector<GpioLineInfo>& lines) {
  Cell cell{std::string(pin.name), std::string(pin.role), {}, {}};
  const auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& each) { return each.name == pin.name; });
  if (line == lines.end()) return cell;
  cell.direction = direction(*line);
  cell.holder = holder(*line);
  return cell;
}

std::string header_text(const std::vector<GpioLineInfo>& lines) {
  std::vector<std::pair<Cell, Cell>> rows;
  std::size_t held = 0;
  for (const Row& row : kHeader) {
    rows.emplace_back(cell_of(row.odd, lines), cell_of(row.even, lines));
    held = std::max(held, width(rows.back().first.holder));
  }
  std::string text;
  int pin = 1;
  for (const auto& [left, right] : rows) {
    text += trimmed(fmt::format("  {}{} {:>3} {:>4} {:>6}  ({:>2}) ({:>2})  {:<6} {:<4} {:<3} {}",
                                std::string(held - width(left.holder), ' '), left.holder, left.direction, left.role,
                                left.name, pin, pin + 1, right.name, right.role, right.direction, right.holder));
    pin += 2;
  }
  const auto elsewhere =
      std::count_if(lines.begin(), lines.end(), [](const auto& line) { return !header_pin(line.name); });
  if (elsewhere > 0) text += fmt::format("  {} more lines are not on the header\n", elsewhere);
  return text;
}

/// Of lines that only their number tells apart, one row: chips of a PC have hundreds.
std::string table_text(const std::vector<GpioLineInfo>& lines) {
  struct Entry {
    std::string offsets, name, direction, holder;
  };
  std::vector<Entry> rows;
  std::size_t offsets = 0, names = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::size_t last = i;
    const auto alike = [&](const GpioLineInfo& line) {
      return line.name.empty() && !line.used && line.output == lines[i].output;
    };
    while (alike(lines[i]) && last + 1 < lines.size() && alike(lines[last + 1])) ++last;
    rows.push_back(
        {last == i ? fmt::format("{}", lines[i].offset) : fmt::format("{}-{}", lines[i].offset, lines[last].offset),
         printable(lines[i].name), direction(lines[i]), holder(lines[i])});
    i = last;
    offsets = std::max(offsets, rows.back().offsets.size());
    names = std::max(names, width(rows.back().name));
  }
  std::string text;
  for (const Entry& row : rows) {
    text += trimmed(fmt::format("  {:>{}}  {}{}  {:<3}  {}", row.offsets, offsets, row.name,
                                std::string(names - width(row.name), ' '), row.direction, row.holder));
  }
  return text;
}

}  // namespace

std::vector<std::vector<GpioLineInfo>> by_chip(const std::vector<GpioLineInfo>& lines) {
  std::vector<std::vector<GpioLineInfo>> chips;
  for (const GpioLineInfo& line : lines) {
    if (chips.empty() || chips.back().front().chip != line.chip) chips.emplace_back();
    chips.back().push_back(line);
  }
  return chips;
}

bool has_header(const std::vector<GpioLineInfo>& lines) {
  for (int number = 2; number <= 27; ++number) {
    const std::string name = fmt::format("GPIO{}", number);
    if (std::none_of(lines.begin(), lines.end(), [&](const auto& line) { return line.name == name; })) return false;
  }
  return true;
}

std::optional<int> header_pin(std::string_view name) {
  if (name == "GND" || name == "5V" || name == "3V3") return std::nullopt;  // many pins, no line
  int pin = 1;
  for (const Row& row : kHeader) {
    if (row.odd.name == name) return pin;
    if (row.even.name == name) return pin + 1;
    pin += 2;
  }
  return std::nullopt;
}

std::string gpio_map_text(const std::vector<GpioLineInfo>& lines) {
  std::string text;
  for (const auto& chip : by_chip(lines)) {
    const std::string label = printable(chip.front().label);
    if (!text.empty()) text += '\n';
    if (has_header(chip)) {
      text += fmt::format("{} ({}), the 40-pin header:\n{}", label, chip.front().chip, header_text(chip));
    } else {
      text += fmt::format("{} ({}), {} line{}:\n{}", label, chip.front().chip, chip.size(), chip.size() == 1 ? "" : "s",
                          table_text(chip));
    }
  }
  return text;
}

}  // namespace m2ag::host
