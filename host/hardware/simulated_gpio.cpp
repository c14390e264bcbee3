#include "hardware/simulated_gpio.h"

#include <fmt/format.h>
#include <m2ag/error.h>
#include <sys/eventfd.h>

#include <chrono>
#include <utility>
#include <vector>

#include "core/suggest.h"
#include "hardware/file_descriptor.h"

namespace m2ag::host {

class SimulatedWire {
 public:
  SimulatedWire(std::string name, std::optional<bool> driven) : name_(std::move(name)), driven_(driven) {}

  void take(const std::string& consumer) {
    const std::lock_guard lock(mutex_);
    if (consumer_) throw DeviceError(fmt::format("line {} is busy: held by \"{}\"", name_, *consumer_));
    consumer_ = consumer;
  }
  void give_back() {
    const std::lock_guard lock(mutex_);
    consumer_.reset();
    output_.reset();
    listening_ = false;
  }

  void set_output(bool high, Drive drive) {
    change([&] {
      expect_there();
      output_ = high;
      drive_ = drive;
    });
  }
  void drive_outside(bool high) {
    change([&] {
      expect_there();
      driven_ = high;
    });
  }
  /// Also of a line that is gone: stop() does it.
  void let_go_outside() {
    change([&] { driven_.reset(); });
  }
  void listen(bool active_low, Bias bias, bool edges) {
    const std::lock_guard lock(mutex_);
    active_low_ = active_low;
    if (bias != Bias::as_is) bias_ = bias;
    waiting_.clear();
    listening_ = edges;
  }

  void unplug() {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    ::eventfd_write(ready_.get(), 1);  // who watches it hears of it by asking for edges
  }

  bool level() const {
    const std::lock_guard lock(mutex_);
    expect_there();
    return level_now();
  }
  int edge_fd() const { return ready_.get(); }
  void take_edges(std::vector<RawEdge>& out) {
    const std::lock_guard lock(mutex_);
    eventfd_t ignored = 0;
    ::eventfd_read(ready_.get(), &ignored);
    expect_there();
    out.insert(out.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
  }

 private:
  void expect_there() const {
    if (gone_) throw DeviceError(fmt::format("line {} is gone: it was taken out of the `simulated` section", name_));
  }

  bool level_now() const {
    // An open drain only pulls down and an open source only up: the other level is the resistor's, unless the outside drives it.
    const bool drives = output_ && (drive_ == Drive::push_pull || *output_ == (drive_ == Drive::open_source));
    if (drives) return *output_;
    if (driven_) return *driven_;
    return output_ ? drive_ == Drive::open_drain : bias_ == Bias::pull_up;
  }

  template <class Change>
  void change(Change&& apply) {
    const std::lock_guard lock(mutex_);
    const bool before = level_now();
    apply();
    if (!listening_ || level_now() == before) return;
    waiting_.push_back({.active = before == active_low_, .time = std::chrono::steady_clock::now().time_since_epoch()});
    ::eventfd_write(ready_.get(), 1);
  }

  const std::string name_;
  const FileDescriptor ready_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  mutable std::mutex mutex_;
  std::optional<bool> driven_, output_;
  Drive drive_ = Drive::push_pull;
  Bias bias_ = Bias::as_is;
  std::optional<std::string> consumer_;
  bool active_low_ = false, listening_ = false, gone_ = false;
  std::vector<RawEdge> waiting_;
};

namespace {

class Output final : public GpioOutput {
 public:
  Output(std::shared_ptr<SimulatedWire> wire, const GpioOutputOptions& options)
      : wire_(std::move(wire)), options_(options) {
    write(options.initial);
  }
  ~Output() override { wire_->give_back(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(bool active) override { wire_->set_output(active != options_.active_low, options_.drive); }
  bool read() override { return wire_->level() != options_.active_low; }

 private:
  const std::shared_ptr<SimulatedWire> wire_;
  const GpioOutputOptions options_;
};

class Input final : public GpioInput, private EdgeSource {
 public:
  Input(std::shared_ptr<SimulatedWire> wire, const GpioInputOptions& options, EdgeThread& edges, EdgeHandler on_edge,
        LineLostHandler on_lost)
      : wire_(std::move(wire)), active_low_(options.active_low) {
    wire_->listen(options.active_low, options.bias, bool{on_edge});
    if (on_edge) watch_ = edges.watch(*this, options.debounce, std::move(on_edge), std::move(on_lost));
  }
  ~Input() override {
    watch_.reset();
    wire_->give_back();
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  bool read() override { return wire_->level() != active_low_; }

 private:
  int fd() const override { return wire_->edge_fd(); }
  void read_edges(std::vector<RawEdge>& out) override { wire_->take_edges(out); }
  bool level() override { return read(); }

  const std::shared_ptr<SimulatedWire> wire_;
  const bool active_low_;
  std::shared_ptr<void> watch_;
};

class Outside final : public SimulatedGpioLine {
 public:
  explicit Outside(std::shared_ptr<SimulatedWire> wire) : wire_(std::move(wire)) {}
  void drive(bool high) override { wire_->drive_outside(high); }
  void release() override { wire_->let_go_outside(); }
  bool level() const override { return wire_->level(); }

 private:
  const std::shared_ptr<SimulatedWire> wire_;
};

}  // namespace

std::string line_name(const GpioLineConfig& line) {
  return line.name.empty() ? fmt::format("{} {}", line.chip, line.offset) : line.name;
}

void SimulatedGpio::add_line(const GpioLineConfig& line, std::optional<bool> driven) {
  const std::string name = line_name(line);
  const std::lock_guard lock(mutex_);
  auto& wire = wires_[name];
  if (!wire) wire = std::make_shared<SimulatedWire>(name, driven);
}

void SimulatedGpio::remove_line(const GpioLineConfig& line) {
  const std::lock_guard lock(mutex_);
  const auto entry = wires_.find(line_name(line));
  if (entry == wires_.end()) return;
  entry->second->unplug();
  wires_.erase(entry);
}

bool SimulatedGpio::has_line(const GpioLineConfig& line) const {
  const std::lock_guard lock(mutex_);
  return wires_.contains(line_name(line));
}

std::shared_ptr<SimulatedWire> SimulatedGpio::find(const GpioLineConfig& line) const {
  const std::lock_guard lock(mutex_);
  const auto entry = wires_.find(line_name(line));
  return entry == wires_.end() ? nullptr : entry->second;
}

std::unique_ptr<GpioOutput> SimulatedGpio::output(const GpioLineConfig& line, const GpioOutputOptions& options,
                                                  const std::string& consumer) {
  auto wire = find(line);
  if (!wire) throw DeviceError(fmt::format("no simulated line {}", line_name(line)));
  wire->take(consumer);
  return std::make_unique<Output>(std::move(wire), options);
}

std::unique_ptr<GpioInput> SimulatedGpio::input(const GpioLineConfig& line, const GpioInputOptions& options,
                                                const std::string& consumer, EdgeHandler on_edge,
                                                LineLostHandler on_lost) {
  auto wire = find(line);
  if (!wire) throw DeviceError(fmt::format("no simulated line {}", line_name(line)));
  wire->take(consumer);
  return std::make_unique<Input>(std::move(wire), options, edges_, std::move(on_edge), std::move(on_lost));
}

std::unique_ptr<SimulatedGpioLine> SimulatedGpio::outside(const GpioLineConfig& line) {
  if (auto wire = find(line)) return std::make_unique<Outside>(std::move(wire));
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, wire] : wires_) names.push_back(name);
  const auto near = closest(line_name(line), names);
  throw ConfigError(fmt::format("no line {} in the descriptor's `simulated` section{}", line_name(line),
                                near ? fmt::format(", did you mean {}?", *near) : ""));
}

}  // namespace m2ag::host
