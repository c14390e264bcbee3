// libgpiod 1.6. It gives neither the kernel's sequence numbers nor its debounce: both are made in the host.
#include <gpiod.h>
#include <poll.h>

#include <array>

#include "hardware/gpio_chip.h"

namespace m2ag::host {

const std::size_t kEdgesKept = 16;

namespace {

std::string text(const char* text_or_null) { return text_or_null == nullptr ? "" : text_or_null; }

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

gpiod_line_request_config request_config(const GpioRequest& request) {
  const int active = request.active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
  if (request.output) {
    return {.consumer = request.consumer.c_str(),
            .request_type = GPIOD_LINE_REQUEST_DIRECTION_OUTPUT,
            .flags = active | drive_flags(request.drive)};
  }
  return {.consumer = request.consumer.c_str(),
          .request_type = request.edges ? GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES : GPIOD_LINE_REQUEST_DIRECTION_INPUT,
          .flags = active | bias_flags(request.bias)};
}

class Line final : public HeldLine {
 public:
  Line(std::shared_ptr<GpioChip> chip, gpiod_line* line) : chip_(std::move(chip)), line_(line) {}

  std::optional<bool> value() override {
    const int value = gpiod_line_get_value(line_);
    return value < 0 ? std::nullopt : std::optional(value != 0);
  }
  bool set(bool active) override { return gpiod_line_set_value(line_, active ? 1 : 0) == 0; }
  int fd() const override { return gpiod_line_event_get_fd(line_); }
  bool read_edges(std::vector<RawEdge>& out) override;

 private:
  void append(std::vector<RawEdge>& out, bool active, std::chrono::nanoseconds time);

  const std::shared_ptr<GpioChip> chip_;  // closing the chip releases the line
  gpiod_line* const line_;
  std::optional<bool> last_;
};

// Edges alternate: two alike in a row mean that the one between is lost.
void Line::append(std::vector<RawEdge>& out, bool active, std::chrono::nanoseconds time) {
  out.push_back({.active = active, .time = time, .lost = last_ == active ? 1U : 0U});
  last_ = active;
}

bool Line::read_edges(std::vector<RawEdge>& out) {
  std::array<gpiod_line_event, 16> events{};
  const int count = gpiod_line_event_read_fd_multiple(fd(), events.data(), events.size());
  if (count < 0) return false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const timespec& time = events[i].ts;
    append(out, events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE,
           std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }
  if (static_cast<std::size_t>(count) < events.size()) return true;
  // The queue was full: when the level is another one than the last edge says and no edge waits, that edge was dropped.
  const auto now = value();
  if (!now) return false;
  pollfd waiting{.fd = fd(), .events = POLLIN, .revents = 0};
  if (now != last_ && ::poll(&waiting, 1, 0) == 0)
    append(out, *now, std::chrono::steady_clock::now().time_since_epoch());
  return true;
}

}  // namespace

std::shared_ptr<GpioChip> GpioChip::open(const std::string& node) {
  gpiod_chip* chip = gpiod_chip_open(node.c_str());
  return chip == nullptr ? nullptr : std::make_shared<GpioChip>(chip);
}

GpioChip::GpioChip(gpiod_chip* chip)
    : chip_(chip),
      name_(text(gpiod_chip_name(chip))),
      label_(text(gpiod_chip_label(chip))),
      line_count_(gpiod_chip_num_lines(chip)) {}

GpioChip::~GpioChip() { gpiod_chip_close(chip_); }

std::optional<GpioLineInfo> GpioChip::line(unsigned int offset) const {
  gpiod_line* line = gpiod_chip_get_line(chip_, offset);
  if (line == nullptr || gpiod_line_update(line) != 0) return std::nullopt;
  return GpioLineInfo{name_,
                      label_,
                      offset,
                      text(gpiod_line_name(line)),
                      text(gpiod_line_consumer(line)),
                      gpiod_line_is_used(line),
                      gpiod_line_direction(line) == GPIOD_LINE_DIRECTION_OUTPUT};
}

std::unique_ptr<HeldLine> GpioChip::hold(const GpioRequest& request) {
  gpiod_line* line = gpiod_chip_get_line(chip_, request.offset);
  if (line == nullptr) return nullptr;
  const gpiod_line_request_config config = request_config(request);
  if (gpiod_line_request(line, &config, request.output.value_or(false) ? 1 : 0) != 0) return nullptr;
  return std::make_unique<Line>(shared_from_this(), line);
}

}  // namespace m2ag::host
