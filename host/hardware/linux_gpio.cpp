#include "hardware/linux_gpio.h"

#include <fmt/format.h>
#include <m2ag/error.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "core/last_act.h"
#include "core/suggest.h"
#include "hardware/gpio_chips.h"

namespace m2ag::host {

namespace {

constexpr int kNotSupported = 524;  // ENOTSUPP of the kernel, which has no name outside of it

std::string reason(int error) {
  return error == kNotSupported ? "the chip cannot do it" : std::generic_category().message(error);
}

std::string describe(const GpioChip& chip) { return fmt::format("{} [{}]", chip.name(), chip.label()); }

std::string no_such_line(const std::string& name, const GpioChips& open) {
  std::vector<std::string> names;
  for (GpioLineInfo& line : open.lines()) {
    if (!line.name.empty()) names.push_back(std::move(line.name));
  }
  if (open.chips.empty()) {
    return open.refused.empty() ? fmt::format("no GPIO line {}: this machine has no GPIO chip", name) : open.refused;
  }
  constexpr std::size_t kShown = 12;
  std::string here;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) here += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kShown) here += fmt::format(" and {} more (m2ag scan gpio shows them)", names.size() - kShown);
  if (names.empty()) here = "none; give `chip` and `offset` (m2ag scan gpio shows them)";
  const auto near = closest(name, names);
  return fmt::format("no GPIO line {}{}; lines with names here: {}{}", name,
                     near ? fmt::format(", did you mean {}?", *near) : "", here,
                     open.refused.empty() ? "" : "; " + open.refused);
}

struct FoundLine {
  std::shared_ptr<GpioChip> chip;
  unsigned int offset = 0;
  std::string where;  // "GPIO17 (gpiochip0 [pinctrl-rp1] 17)"
};

FoundLine found(std::shared_ptr<GpioChip> chip, unsigned int offset) {
  const auto line = chip->line(offset);
  if (!line) throw DeviceError(fmt::format("line {} of {}: {}", offset, describe(*chip), reason(errno)));
  std::string where = fmt::format("{} {}", describe(*chip), offset);
  if (!line->name.empty()) where = fmt::format("{} ({})", line->name, where);
  return {std::move(chip), offset, std::move(where)};
}

FoundLine find_by_name(const std::string& name, const GpioChips& open) {
  std::shared_ptr<GpioChip> found_on;
  unsigned int where = 0;
  for (const auto& chip : open.chips) {
    for (unsigned int offset = 0; offset < chip->line_count(); ++offset) {
      const auto line = chip->line(offset);
      if (!line || line->name != name) continue;
      if (found_on) {
        throw ConfigError(
            fmt::format("two GPIO lines are called {}: {} {} and {} {}; give `chip` (the label) and `offset` instead",
                        name, describe(*found_on), where, describe(*chip), offset));
      }
      found_on = chip;
      where = offset;
    }
  }
  if (!found_on) throw DeviceError(no_such_line(name, open));
  return found(std::move(found_on), where);
}

FoundLine find_by_chip(const GpioLineConfig& config, const GpioChips& open) {
  std::string here;
  for (const auto& chip : open.chips) {
    const unsigned int count = chip->line_count();
    here += fmt::format("{}{} with {} lines", here.empty() ? "" : ", ", describe(*chip), count);
    if (chip->label() != config.chip) continue;
    if (config.offset < 0 || static_cast<unsigned int>(config.offset) >= count) {
      throw DeviceError(
          fmt::format("{} has no line {}: its lines are 0 to {}", describe(*chip), config.offset, count - 1));
    }
    return found(chip, static_cast<unsigned int>(config.offset));
  }
  if (here.empty() && !open.refused.empty()) throw DeviceError(open.refused);
  throw DeviceError(
      fmt::format("no GPIO chip is labelled \"{}\"; here are: {}", config.chip, here.empty() ? "none" : here));
}

FoundLine find_line(const GpioLineConfig& config, const DeviceFiles& files) {
  const GpioChips open = open_gpio_chips(files);
  return config.name.empty() ? find_by_chip(config, open) : find_by_name(config.name, open);
}

/// The line of `found`, held.
class Held {
 public:
  Held(FoundLine found, GpioRequest request) : where_(std::move(found.where)) {
    request.offset = found.offset;
    line_ = found.chip->hold(request);
    if (line_) return;
    if (errno != EBUSY) fail("");
    const auto now = found.chip->line(found.offset);
    throw DeviceError(fmt::format(
        "line {} is busy: held by {}", where_,
        now && !now->consumer.empty() ? fmt::format("\"{}\"", now->consumer) : "something that gives no name"));
  }

  HeldLine& operator*() const { return *line_; }
  HeldLine* operator->() const { return line_.get(); }
  bool value() const {
    const auto value = line_->value();
    if (!value) fail("reading: ");
    return *value;
  }
  /// Says what errno says.
  [[noreturn]] void fail(std::string_view doing) const {
    throw DeviceError(fmt::format("line {}: {}{}", where_, doing, reason(errno)));
  }

 private:
  const std::string where_;
  std::unique_ptr<HeldLine> line_;
};

class Output final : public GpioOutput {
 public:
  Output(FoundLine found, const GpioOutputOptions& options, const std::string& consumer)
      : line_(std::move(found), {.consumer = consumer,
                                 .output = options.initial,
                                 .active_low = options.active_low,
                                 .drive = options.drive}) {}
  void write(bool active) override {
    if (!line_->set(active)) line_.fail("writing: ");
  }
  bool read() override { return line_.value(); }
  void at_crash(bool active) override {
    at_crash_ = active;
    if (last_act_) return;
    last_act_.emplace(&Output::make_safe, this);
    if (!last_act_->registered()) throw DeviceError("too many outputs: a crash would leave this one as it is");
  }

 private:
  /// libgpiod writes to a line by one system call, with what it needs for it on the stack.
  static void make_safe(void* self) noexcept {
    const auto* const output = static_cast<Output*>(self);
    output->line_->set(output->at_crash_);
  }

  const Held line_;
  std::atomic<bool> at_crash_{false};
  std::optional<LastAct> last_act_;  // goes before the line
};

class Input final : public GpioInput, private EdgeSource {
 public:
  Input(FoundLine found, const GpioInputOptions& options, const std::string& consumer, EdgeThread& edges,
        EdgeHandler on_edge, LineLostHandler on_lost)
      : line_(std::move(found), {.consumer = consumer,
                                 .output = std::nullopt,
                                 .active_low = options.active_low,
                                 .bias = options.bias,
                                 .edges = static_cast<bool>(on_edge),
                                 .debounce = options.debounce}) {
    if (!on_edge) return;
    const auto debounce = line_->debounced() ? std::chrono::microseconds(0) : options.debounce;
    watch_ = edges.watch(*this, debounce, std::move(on_edge), std::move(on_lost));
  }

  bool read() override { return line_.value(); }

 private:
  int fd() const override { return line_->fd(); }
  bool level() override { return line_.value(); }
  void read_edges(std::vector<RawEdge>& out) override {
    if (!line_->read_edges(out)) line_.fail("waiting for edges: ");
  }

  const Held line_;
  std::shared_ptr<void> watch_;
};

}  // namespace

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
