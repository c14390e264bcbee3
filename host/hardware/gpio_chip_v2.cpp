// libgpiod 2.x. The kernel numbers the edges of a line, so that it is known which are missing, and debounces where it is asked to.
#include <gpiod.h>

#include <cerrno>
#include <utility>

#include "hardware/gpio_chip.h"

namespace m2ag::host {

const std::size_t kEdgesKept = 1024;  // the most that the kernel allows (GPIO_V2_LINES_MAX * 16)

namespace {

template <auto release>
struct Release {
  void operator()(auto* object) const { release(object); }
};
using ChipInfo = std::unique_ptr<gpiod_chip_info, Release<gpiod_chip_info_free>>;
using LineInfo = std::unique_ptr<gpiod_line_info, Release<gpiod_line_info_free>>;
using Settings = std::unique_ptr<gpiod_line_settings, Release<gpiod_line_settings_free>>;
using LineConfig = std::unique_ptr<gpiod_line_config, Release<gpiod_line_config_free>>;
using RequestConfig = std::unique_ptr<gpiod_request_config, Release<gpiod_request_config_free>>;
using Request = std::unique_ptr<gpiod_line_request, Release<gpiod_line_request_release>>;
using Edges = std::unique_ptr<gpiod_edge_event_buffer, Release<gpiod_edge_event_buffer_free>>;

std::string text(const char* text_or_null) { return text_or_null == nullptr ? "" : text_or_null; }
gpiod_line_value line_value(bool active) { return active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE; }

gpiod_line_drive line_drive(Drive drive) {
  switch (drive) {
    case Drive::push_pull: return GPIOD_LINE_DRIVE_PUSH_PULL;
    case Drive::open_drain: return GPIOD_LINE_DRIVE_OPEN_DRAIN;
    case Drive::open_source: return GPIOD_LINE_DRIVE_OPEN_SOURCE;
  }
  return GPIOD_LINE_DRIVE_PUSH_PULL;
}

gpiod_line_bias line_bias(Bias bias) {
  switch (bias) {
    case Bias::as_is: return GPIOD_LINE_BIAS_AS_IS;
    case Bias::disabled: return GPIOD_LINE_BIAS_DISABLED;
    case Bias::pull_up: return GPIOD_LINE_BIAS_PULL_UP;
    case Bias::pull_down: return GPIOD_LINE_BIAS_PULL_DOWN;
  }
  return GPIOD_LINE_BIAS_AS_IS;
}

class Line final : public HeldLine {
 public:
  Line(Request request, unsigned int offset, bool debounced)
      : request_(std::move(request)),
        offset_(offset),
        debounced_(debounced),
        edges_(gpiod_edge_event_buffer_new(kEdgesKept)) {}

  std::optional<bool> value() override {
    const gpiod_line_value value = gpiod_line_request_get_value(request_.get(), offset_);
    return value == GPIOD_LINE_VALUE_ERROR ? std::nullopt : std::optional(value == GPIOD_LINE_VALUE_ACTIVE);
  }
  bool set(bool active) override {
    return gpiod_line_request_set_value(request_.get(), offset_, line_value(active)) == 0;
  }
  int fd() const override { return gpiod_line_request_get_fd(request_.get()); }
  bool read_edges(std::vector<RawEdge>& out) override;
  bool debounced() const override { return debounced_; }

 private:
  const Request request_;
  const unsigned int offset_;
  const bool debounced_;
  const Edges edges_;
  unsigned long seen_ = 0;  ///< the number of the last edge; the first one is 1
};

bool Line::read_edges(std::vector<RawEdge>& out) {
  const int count = gpiod_line_request_read_edge_events(request_.get(), edges_.get(), kEdgesKept);
  if (count < 0) return false;
  for (unsigned long i = 0; i < static_cast<unsigned long>(count); ++i) {
    gpiod_edge_event* edge = gpiod_edge_event_buffer_get_event(edges_.get(), i);
    const unsigned long number = gpiod_edge_event_get_line_seqno(edge);
    out.push_back({.active = gpiod_edge_event_get_event_type(edge) == GPIOD_EDGE_EVENT_RISING_EDGE,
                   .time = std::chrono::nanoseconds(gpiod_edge_event_get_timestamp_ns(edge)),
                   .lost = static_cast<std::uint32_t>(number - std::exchange(seen_, number) - 1)});
  }
  return true;
}

Settings line_settings(const GpioRequest& request) {
  Settings settings(gpiod_line_settings_new());
  if (!settings) return nullptr;
  gpiod_line_settings_set_active_low(settings.get(), request.active_low);
  if (request.output) {
    gpiod_line_settings_set_direction(settings.get(), GPIOD_LINE_DIRECTION_OUTPUT);
    gpiod_line_settings_set_drive(settings.get(), line_drive(request.drive));
    gpiod_line_settings_set_output_value(settings.get(), line_value(*request.output));
    return settings;
  }
  gpiod_line_settings_set_direction(settings.get(), GPIOD_LINE_DIRECTION_INPUT);
  gpiod_line_settings_set_bias(settings.get(), line_bias(request.bias));
  if (!request.edges) return settings;
  gpiod_line_settings_set_edge_detection(settings.get(), GPIOD_LINE_EDGE_BOTH);
  gpiod_line_settings_set_event_clock(settings.get(), GPIOD_LINE_CLOCK_MONOTONIC);
  gpiod_line_settings_set_debounce_period_us(settings.get(), static_cast<unsigned long>(request.debounce.count()));
  return settings;
}

Request hold_line(gpiod_chip* chip, const GpioRequest& request) {
  const Settings settings = line_settings(request);
  const LineConfig lines(gpiod_line_config_new());
  const RequestConfig config(gpiod_request_config_new());
  if (!settings || !lines || !config) return nullptr;
  if (gpiod_line_config_add_line_settings(lines.get(), &request.offset, 1, settings.get()) != 0) return nullptr;
  gpiod_request_config_set_consumer(config.get(), request.consumer.c_str());
  if (request.edges) gpiod_request_config_set_event_buffer_size(config.get(), kEdgesKept);
  return Request(gpiod_chip_request_lines(chip, config.get(), lines.get()));
}

}  // namespace

std::shared_ptr<GpioChip> GpioChip::open(const std::string& node) {
  gpiod_chip* chip = gpiod_chip_open(node.c_str());
  return chip == nullptr ? nullptr : std::make_shared<GpioChip>(chip);
}

GpioChip::GpioChip(gpiod_chip* chip) : chip_(chip) {
  const ChipInfo info(gpiod_chip_get_info(chip));
  if (!info) return;  // unplugged meanwhile: a chip without lines
  name_ = text(gpiod_chip_info_get_name(info.get()));
  label_ = text(gpiod_chip_info_get_label(info.get()));
  line_count_ = static_cast<unsigned int>(gpiod_chip_info_get_num_lines(info.get()));
}

GpioChip::~GpioChip() { gpiod_chip_close(chip_); }

std::optional<GpioLineInfo> GpioChip::line(unsigned int offset) const {
  const LineInfo info(gpiod_chip_get_line_info(chip_, offset));
  if (!info) return std::nullopt;
  return GpioLineInfo{name_,
                      label_,
                      offset,
                      text(gpiod_line_info_get_name(info.get())),
                      text(gpiod_line_info_get_consumer(info.get())),
                      gpiod_line_info_is_used(info.get()),
                      gpiod_line_info_get_direction(info.get()) == GPIOD_LINE_DIRECTION_OUTPUT};
}

std::unique_ptr<HeldLine> GpioChip::hold(const GpioRequest& request) {
  Request held = hold_line(chip_, request);
  const bool debounced = held && request.debounce.count() > 0;
  if (!held && request.debounce.count() > 0 && errno != EBUSY && errno != EPERM) {
    GpioRequest without = request;  // should the kernel refuse to debounce
    without.debounce = {};
    held = hold_line(chip_, without);
  }
  if (!held) return nullptr;
  return std::make_unique<Line>(std::move(held), request.offset, debounced);
}

}  // namespace m2ag::host
