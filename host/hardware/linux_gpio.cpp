#include "hardware/linux_gpio.h"

#include <fmt/format.h>
#include <gpiod.h>
#include <m2ag/error.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "core/suggest.h"

namespace m2ag::host {

namespace {

namespace fs = std::filesystem;

constexpr int kNotSupported = 524;  // ENOTSUPP of the kernel, which has no name outside of it

struct CloseChip {
  void operator()(gpiod_chip* chip) const { gpiod_chip_close(chip); }
};
using Chip = std::unique_ptr<gpiod_chip, CloseChip>;

std::string text(const char* text_or_null) { return text_or_null == nullptr ? "" : text_or_null; }
std::string reason(int error) {
  return error == kNotSupported ? "the chip cannot do it" : std::generic_category().message(error);
}

/// The chips that may be opened, by number, and a sentence about the first that may not.
struct OpenChips {
  std::vector<Chip> chips;
  std::string refused;
};

OpenChips open_chips(const DeviceFiles& files) {
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
  OpenChips open;
  for (const auto& [number, node] : nodes) {
    Chip chip(gpiod_chip_open(node.c_str()));
    if (chip) {
      open.chips.push_back(std::move(chip));
    } else if (open.refused.empty() && (errno == EACCES || errno == EPERM)) {
      open.refused = permission_sentence(node);
    }
  }
  return open;
}

std::string describe(gpiod_chip* chip) {
  return fmt::format("{} [{}]", text(gpiod_chip_name(chip)), text(gpiod_chip_label(chip)));
}

std::string no_such_line(const std::string& name, const OpenChips& open) {
  std::vector<std::string> names;
  for (const Chip& chip : open.chips) {
    for (unsigned int offset = 0; offset < gpiod_chip_num_lines(chip.get()); ++offset) {
      gpiod_line* line = gpiod_chip_get_line(chip.get(), offset);
      if (line != nullptr && gpiod_line_name(line) != nullptr) names.push_back(text(gpiod_line_name(line)));
    }
  }
  if (open.chips.empty()) {
    return open.refused.empty() ? fmt::format("no GPIO line {}: this machine has no GPIO chip", name) : open.refused;
  }
  constexpr std::size_t kShown = 12;
  std::string here;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) here += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kShown) here += fmt::format(" and {} more (gpioinfo shows them)", names.size() - kShown);
  if (names.empty()) here = "none; give `chip` and `offset` (gpioinfo shows them)";
  const auto near = closest(name, names);
  return fmt::format("no GPIO line {}{}; lines with names here: {}{}", name,
                     near ? fmt::format(", did you mean {}?", *near) : "", here,
                     open.refused.empty() ? "" : "; " + open.refused);
}

/// A line together with its chip, which has to stay open as long.
struct FoundLine {
  Chip chip;
  gpiod_line* line = nullptr;
  std::string where;  // "GPIO17 (gpiochip0 [pinctrl-rp1] 17)"
};

FoundLine found(Chip chip, unsigned int offset) {
  gpiod_line* line = gpiod_chip_get_line(chip.get(), offset);
  if (line == nullptr) throw DeviceError(fmt::format("line {} of {}: {}", offset, describe(chip.get()), reason(errno)));
  const std::string place = fmt::format("{} {}", describe(chip.get()), offset);
  const std::string name = text(gpiod_line_name(line));
  return {std::move(chip), line, name.empty() ? place : fmt::format("{} ({})", name, place)};
}

FoundLine find_by_name(const std::string& name, OpenChips open) {
  std::optional<std::size_t> chip;
  unsigned int where = 0;
  for (std::size_t i = 0; i < open.chips.size(); ++i) {
    for (unsigned int offset = 0; offset < gpiod_chip_num_lines(open.chips[i].get()); ++offset) {
      gpiod_line* line = gpiod_chip_get_line(open.chips[i].get(), offset);
      if (line == nullptr || text(gpiod_line_name(line)) != name) continue;
      if (chip) {
        throw ConfigError(
            fmt::format("two GPIO lines are called {}: {} {} and {} {}; give `chip` (the label) and `offset` instead",
                        name, describe(open.chips[*chip].get()), where, describe(open.chips[i].get()), offset));
      }
      chip = i;
      where = offset;
    }
  }
  if (!chip) throw DeviceError(no_such_line(name, open));
  return found(std::move(open.chips[*chip]), where);
}

FoundLine find_by_chip(const GpioLineConfig& config, OpenChips open) {
  std::string here;
  for (Chip& chip : open.chips) {
    const unsigned int count = gpiod_chip_num_lines(chip.get());
    here += fmt::format("{}{} with {} lines", here.empty() ? "" : ", ", describe(chip.get()), count);
    if (text(gpiod_chip_label(chip.get())) != config.chip) continue;
    if (config.offset < 0 || static_cast<unsigned int>(config.offset) >= count) {
      throw DeviceError(
          fmt::format("{} has no line {}: its lines are 0 to {}", describe(chip.get()), config.offset, count - 1));
    }
    return found(std::move(chip), static_cast<unsigned int>(config.offset));
  }
  if (here.empty() && !open.refused.empty()) throw DeviceError(open.refused);
  throw DeviceError(
      fmt::format("no GPIO chip is labelled \"{}\"; here are: {}", config.chip, here.empty() ? "none" : here));
}

FoundLine find_line(const GpioLineConfig& config, const DeviceFiles& files) {
  OpenChips open = open_chips(files);
  return config.name.empty() ? find_by_chip(config, std::move(open)) : find_by_name(config.name, std::move(open));
}

void request(const FoundLine& found, const gpiod_line_request_config& config, int value) {
  if (gpiod_line_request(found.line, &config, value) == 0) return;
  const int error = errno;
  if (error != EBUSY) throw DeviceError(fmt::format("line {}: {}", found.where, reason(error)));
  gpiod_line_update(found.line);
  const std::string consumer = text(gpiod_line_consumer(found.line));
  throw DeviceError(fmt::format("line {} is busy: held by {}", found.where,
                                consumer.empty() ? "something that gives no name" : fmt::format("\"{}\"", consumer)));
}

bool read_value(const FoundLine& found) {
  const int value = gpiod_line_get_value(found.line);
  if (value < 0) throw DeviceError(fmt::format("line {}: reading: {}", found.where, reason(errno)));
  return value != 0;
}

int drive_flags(Drive drive) {
  switch (drive) {
    case Drive::push_pull: return 0;
    case Drive::open_drain: return GPIOD_LINE_REQUEST_FLAG_OPEN_DRAIN;
    case Drive::open_source: return GPIOD_LINE_REQUEST_FLAG_OPEN_SOURCE;
  }
  return 0;
}

int bias_flags(Bias bias) {
  switch (bias) {
    case Bias::as_is: return 0;
    case Bias::disabled: return GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
    case Bias::pull_up: return GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
    case Bias::pull_down: return GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
  }
  return 0;
}

int active_flags(bool active_low) { return active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0; }

class Output final : public GpioOutput {
 public:
  Output(FoundLine found, const GpioOutputOptions& options, const std::string& consumer) : found_(std::move(found)) {
    request(found_,
            {.consumer = consumer.c_str(),
             .request_type = GPIOD_LINE_REQUEST_DIRECTION_OUTPUT,
             .flags = active_flags(options.active_low) | drive_flags(options.drive)},
            options.initial ? 1 : 0);
  }
  void write(bool active) override {
    if (gpiod_line_set_value(found_.line, active ? 1 : 0) == 0) return;
    throw DeviceError(fmt::format("line {}: writing: {}", found_.where, reason(errno)));
  }
  bool read() override { return read_value(found_); }

 private:
  const FoundLine found_;  // closing the chip releases the line
};

class Input final : public GpioInput, private EdgeSource {
 public:
  Input(FoundLine found, const GpioInputOptions& options, const std::string& consumer, EdgeThread& edges,
        EdgeHandler on_edge, LineLostHandler on_lost)
      : found_(std::move(found)) {
    request(found_,
            {.consumer = consumer.c_str(),
             .request_type = on_edge ? GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES : GPIOD_LINE_REQUEST_DIRECTION_INPUT,
             .flags = active_flags(options.active_low) | bias_flags(options.bias)},
            0);
    if (on_edge) watch_ = edges.watch(*this, options.debounce, std::move(on_edge), std::move(on_lost));
  }

  bool read() override { return read_value(found_); }

 private:
  int fd() const override { return gpiod_line_event_get_fd(found_.line); }
  bool level() override { return read_value(found_); }
  void read_edges(std::vector<RawEdge>& out) override;
  void append(std::vector<RawEdge>& out, bool active, std::chrono::nanoseconds time);

  const FoundLine found_;  // closing the chip releases the line
  std::optional<bool> last_;
  std::shared_ptr<void> watch_;
};

// Edges alternate: two alike in a row mean that the one between is lost.
void Input::append(std::vector<RawEdge>& out, bool active, std::chrono::nanoseconds time) {
  out.push_back({.active = active, .time = time, .lost = last_ == active ? 1U : 0U});
  last_ = active;
}

void Input::read_edges(std::vector<RawEdge>& out) {
  constexpr std::size_t kQueue = 16;  // the kernel keeps as many edges of a line, and drops what comes while it is full
  std::array<gpiod_line_event, kQueue> events{};
  const int count = gpiod_line_event_read_fd_multiple(fd(), events.data(), kQueue);
  if (count < 0) throw DeviceError(fmt::format("line {}: waiting for edges: {}", found_.where, reason(errno)));
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const timespec& time = events[i].ts;
    append(out, events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE,
           std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }
  if (count < static_cast<int>(kQueue)) return;
  // The queue was full: when the level is another one than the last edge says and no edge waits, that edge was dropped.
  const bool now = read_value(found_);
  pollfd waiting{.fd = fd(), .events = POLLIN, .revents = 0};
  if (now != last_ && ::poll(&waiting, 1, 0) == 0)
    append(out, now, std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

std::vector<GpioLineInfo> LinuxGpio::lines() const {
  std::vector<GpioLineInfo> lines;
  for (const Chip& chip : open_chips(files_).chips) {
    for (unsigned int offset = 0; offset < gpiod_chip_num_lines(chip.get()); ++offset) {
      gpiod_line* line = gpiod_chip_get_line(chip.get(), offset);
      if (line == nullptr) continue;
      lines.push_back({text(gpiod_chip_name(chip.get())), text(gpiod_chip_label(chip.get())), offset,
                       text(gpiod_line_name(line)), text(gpiod_line_consumer(line)), gpiod_line_is_used(line)});
    }
  }
  return lines;
}

std::unique_ptr<GpioOutput> LinuxGpio::output(const GpioLineConfig& line, const GpioOutputOptions& options,
                                              const std::string& consumer) const {
  return std::make_unique<Output>(find_line(line, files_), options, consumer);
}

std::unique_ptr<GpioInput> LinuxGpio::input(const GpioLineConfig& line, const GpioInputOptions& options,
                                            const std::string& consumer, EdgeHandler on_edge,
                                            LineLostHandler on_lost) const {
  return std::make_unique<Input>(find_line(line, files_), options, consumer, edges_, std::move(on_edge),
                                 std::move(on_lost));
}

}  // namespace m2ag::host
