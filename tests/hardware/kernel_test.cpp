// The host's hardware classes on a real kernel. Runs in the virtual machine only (`boot`), which names its devices in the environment.
#include <m2ag/error.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "hardware/gpio_chips.h"
#include "hardware/hardware.h"
#include "hardware/linux_i2c.h"

using namespace std::chrono_literals;
using namespace m2ag::host;
using Catch::Contains;
using m2ag::GpioEdge;

namespace {

std::string device_named(const char* variable) {
  const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nobody sets variables here
  REQUIRE(value != nullptr);
  return value;
}

const std::string& stub_bus() {
  static const std::string name = device_named("VM_STUB_BUS");
  return name;
}
const std::string& sim_bus() {
  static const std::string name = device_named("VM_SIM_BUS");
  return name;
}

void write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text << std::flush;
  REQUIRE(stream.good());
}

/// A file of the kernel's that the injected faults of the simulated adapter are set by.
std::filesystem::path fault(const char* name) { return std::filesystem::path("/sys/kernel/debug/m2ag_i2c_sim") / name; }

/// The outside of a line of the "board".
class Wire {
 public:
  explicit Wire(int offset)
      : folder_(std::filesystem::path(device_named("VM_GPIO")) / ("sim_gpio" + std::to_string(offset))) {}
  ~Wire() { pull(false); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void pull(bool up) const { write_file(folder_ / "pull", up ? "pull-up" : "pull-down"); }
  bool level() const { return first_line(folder_ / "value") == "1"; }

 private:
  std::filesystem::path folder_;
};

m2ag::GpioLineConfig named(const char* name) { return {name, {}, -1}; }

class Edges {
 public:
  m2ag::EdgeHandler handler() {
    return [this](const GpioEdge& edge) {
      const std::lock_guard lock(mutex_);
      edges_.push_back(edge);
      changed_.notify_all();
    };
  }
  std::vector<GpioEdge> wait_until(const std::function<bool(const std::vector<GpioEdge>&)>& reached) {
    std::unique_lock lock(mutex_);
    const bool in_time = changed_.wait_for(lock, 30s, [&] { return reached(edges_); });
    INFO(edges_.size() << " edges came");
    REQUIRE(in_time);
    return edges_;
  }
  bool reached(std::chrono::seconds limit, const std::function<bool(const std::vector<GpioEdge>&)>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return condition(edges_); });
  }
  std::vector<GpioEdge> wait_for(std::size_t count) {
    return wait_until([count](const auto& edges) { return edges.size() >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<GpioEdge> edges_;
};

/// Keeps the thread that fetches edges busy, so that those of other lines wait in the kernel.
class Obstacle final : public EdgeSource {
 public:
  explicit Obstacle(EdgeThread& thread) : watch_(thread.watch(*this, 0us, [](const GpioEdge&) {}, {})) {}
  ~Obstacle() override {
    go();
    watch_.reset();
  }
  void stop() {
    std::unique_lock lock(mutex_);
    stopped_ = true;
    REQUIRE(::eventfd_write(file_.get(), 1) == 0);
    REQUIRE(changed_.wait_for(lock, 30s, [this] { return entered_; }));
  }
  void go() {
    const std::lock_guard lock(mutex_);
    stopped_ = entered_ = false;
    changed_.notify_all();
  }

  int fd() const override { return file_.get(); }
  bool level() override { return false; }
  void read_edges(std::vector<RawEdge>&) override {
    eventfd_t count = 0;
    ::eventfd_read(file_.get(), &count);
    std::unique_lock lock(mutex_);
    entered_ = stopped_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !stopped_; });
  }

 private:
  const FileDescriptor file_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false, entered_ = false;
  std::shared_ptr<void> watch_;  // last: what it uses is there
};

}  // namespace

TEST_CASE("bytes and blocks on a bus with SMBus only and on one with plain I2C") {
  Hardware hardware;
  for (const std::string& bus : {stub_bus(), sim_bus()}) {
    const auto device = hardware.i2c({bus, 0x76});
    CHECK(device->read_byte(0xD0) == 0x58);
    std::array<std::uint8_t, 24> calibration{};
    device->read_block(0x88, calibration);
    CHECK(calibration[0] == 0x70);
    CHECK(calibration[23] == 0x17);
    device->write_byte(0x10, 0xAB);
    CHECK(device->read_byte(0x10) == 0xAB);

    std::array<std::uint8_t, 32> written{};
    for (std::size_t i = 0; i < written.size(); ++i) written[i] = static_cast<std::uint8_t>(3 * i + 1);
    device->write_block(0x20, written);
    std::array<std::uint8_t, 40> read{};  // more than SMBus moves at once
    device->read_block(0x20, read);
    CHECK(std::equal(written.begin(), written.end(), read.begin()));
  }
}

TEST_CASE("no device at the address") {
  Hardware hardware;
  for (const std::string& bus : {stub_bus(), sim_bus()}) {
    const auto device = hardware.i2c({bus, 0x50});
    CHECK_THROWS_WITH(device->read_byte(0xD0), "no device answered at 0x50 on " + bus);
    CHECK_THROWS_AS(device->write_byte(0xD0, 0), m2ag::DeviceError);
  }
}

TEST_CASE("no such bus: the ones that are there are named") {
  Hardware hardware;
  CHECK_THROWS_WITH(hardware.i2c({"i2c-7", 0x76}), Contains("no I²C bus i2c-7; here are: ") &&
                                                       Contains("SMBus stub driver") &&
                                                       Contains(sim_bus() + " (m2ag simulated adapter)"));
}

TEST_CASE("faults of the bus are told and pass") {
  Hardware hardware;
  const auto device = hardware.i2c({sim_bus(), 0x76});
  write_file(fault("fail_count"), "2");
  write_file(fault("fail_with"), "110");
  CHECK_THROWS_WITH(device->read_byte(0xD0),
                    "reading 1 bytes from register 0xd0 of 0x76 on " + sim_bus() + ": Connection timed out");
  CHECK_THROWS_AS(device->read_byte(0xD0), m2ag::DeviceError);
  CHECK(device->read_byte(0xD0) == 0x58);
}

TEST_CASE("an address that a kernel driver holds") {
  REQUIRE(::system("busybox modprobe bmp280-i2c") == 0);  // NOLINT(cert-env33-c,concurrency-mt-unsafe)
  const std::filesystem::path bus = "/sys/bus/i2c/devices/" + sim_bus();
  write_file(bus / "new_device", "bmp280 0x76");
  Hardware hardware;
  CHECK_THROWS_WITH(hardware.i2c({sim_bus(), 0x76}),
                    Contains("0x76 on " + sim_bus() + " is bound to the kernel driver bmp280"));
  write_file(bus / "delete_device", "0x76");
  CHECK(hardware.i2c({sim_bus(), 0x76})->read_byte(0xD0) == 0x58);
}

TEST_CASE("without permission") {
  Hardware hardware;
  REQUIRE(::seteuid(65534) == 0);
  CHECK_THROWS_WITH(hardware.i2c({sim_bus(), 0x76}), Contains("no permission for /dev/" + sim_bus()));
  CHECK_THROWS_WITH(hardware.gpio_output(named("RELAY0"), {}, "test"), Contains("no permission for /dev/gpiochip"));
  REQUIRE(::seteuid(0) == 0);
}

TEST_CASE("an output, by name and by the chip's label") {
  Hardware hardware;
  const Wire wire(0);
  auto output = hardware.gpio_output(named("RELAY0"), {.initial = true}, "house/pump");
  CHECK(wire.level());
  output->write(false);
  CHECK_FALSE(wire.level());
  CHECK_FALSE(output->read());
  output.reset();
  output = hardware.gpio_output({{}, "board", 0}, {.active_low = true}, "house/pump");
  CHECK(wire.level());
  output->write(true);
  CHECK_FALSE(wire.level());
}

TEST_CASE("lines that cannot be had") {
  Hardware hardware;
  CHECK_THROWS_WITH(hardware.gpio_output(named("RELAY9"), {}, "test"),
                    Contains("no GPIO line RELAY9, did you mean RELAY0?") && Contains("SWITCH1"));
  CHECK_THROWS_WITH(hardware.gpio_output({{}, "bord", 0}, {}, "test"),
                    Contains("no GPIO chip is labelled \"bord\"; here are: gpiochip0 [board] with 8 lines"));
  CHECK_THROWS_WITH(hardware.gpio_output({{}, "board", 8}, {}, "test"),
                    Contains("has no line 8: its lines are 0 to 7"));

  const auto output = hardware.gpio_output(named("RELAY0"), {}, "house/pump");
  CHECK_THROWS_WITH(hardware.gpio_output(named("RELAY0"), {}, "house/other"),
                    "line RELAY0 (gpiochip0 [board] 0) is busy: held by \"house/pump\"");
  CHECK_THROWS_AS(hardware.gpio_input(named("RELAY0"), {}, "house/other", {}), m2ag::DeviceError);
}

TEST_CASE("an input: level, bias, active low") {
  Hardware hardware;
  const Wire wire(5);
  wire.pull(true);
  CHECK(hardware.gpio_input(named("SWITCH1"), {}, "test", {})->read());
  CHECK_FALSE(hardware.gpio_input(named("SWITCH1"), {.active_low = true}, "test", {})->read());
  CHECK_FALSE(hardware.gpio_input(named("SWITCH1"), {.bias = m2ag::Bias::pull_down}, "test", {})->read());
  CHECK(hardware.gpio_input(named("SWITCH1"), {.bias = m2ag::Bias::pull_up}, "test", {})->read());
}

TEST_CASE("edges with their times and numbers") {
  Hardware hardware;
  const Wire wire(4);
  Edges edges;
  const auto begin = std::chrono::steady_clock::now().time_since_epoch();
  auto input = hardware.gpio_input(named("SWITCH0"), {}, "test", edges.handler());
  for (std::size_t i = 0; i < 20; ++i) {
    wire.pull(i % 2 == 0);
    const auto seen = edges.wait_for(i + 1);
    CHECK(seen.back().active == (i % 2 == 0));
    CHECK(seen.back().sequence == i + 1);
    CHECK(seen.back().time > (i == 0 ? begin : seen[i - 1].time));
  }
  CHECK(edges.wait_for(20).back().time < std::chrono::steady_clock::now().time_since_epoch());
  input.reset();
  wire.pull(true);
  input = hardware.gpio_input(named("SWITCH0"), {}, "test", edges.handler());
  wire.pull(false);
  CHECK(edges.wait_for(21).size() == 21);
}

// A number of edges of a line wait in the kernel, which drops what comes while it is full. Edges in quick succession may also melt into one before
// they get there, and then nobody can tell: so the burst is repeated until one overflows.
TEST_CASE("edges that the kernel drops show as a gap, and the last level is right") {
  EdgeThread thread;
  const LinuxGpio gpio({}, thread);
  Obstacle obstacle(thread);
  const Wire wire(4);
  Edges edges;
  const auto input = gpio.input(named("SWITCH0"), {}, "test", edges.handler(), {});
  // A pulse that is seen whole has everything before it behind it. While the queue is still full it is dropped too: then another one.
  const auto pulse = [&] {
    for (bool seen = false; !seen;) {
      const auto now = std::chrono::steady_clock::now().time_since_epoch();
      wire.pull(true);
      seen = edges.reached(1s,
                           [&](const auto& all) { return !all.empty() && all.back().active && all.back().time > now; });
      wire.pull(false);
    }
    return edges.wait_until([](const auto& all) { return !all.empty() && !all.back().active; });
  };
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  bool gap = false;
  while (!gap && std::chrono::steady_clock::now() < deadline) {
    obstacle.stop();
    for (std::size_t i = 0; i < kEdgesKept + 48; ++i) {
      wire.pull(i % 2 == 0);
      std::this_thread::sleep_for(1ms);  // the pace of the stimulus
    }
    obstacle.go();
    const auto seen = pulse();
    for (std::size_t i = 1; i < seen.size(); ++i) REQUIRE(seen[i].sequence > seen[i - 1].sequence);
    gap = seen.back().sequence > seen.size();
    CHECK_FALSE(input->read());
  }
  CHECK(gap);
}

TEST_CASE("debounce on the kernel's edges") {
  Hardware hardware;
  const Wire wire(4);
  Edges edges;
  const auto input = hardware.gpio_input(named("SWITCH0"), {.debounce = 100ms}, "test", edges.handler());
  for (int i = 0; i < 21; ++i) wire.pull(i % 2 == 0);
  CHECK(edges.wait_for(1).back().active);
  wire.pull(false);
  const auto seen = edges.wait_for(2);
  CHECK(seen.size() == 2);
  CHECK_FALSE(seen[1].active);
}

TEST_CASE("what gpioinfo would show") {
  Hardware hardware;
  const auto output = hardware.gpio_output(named("RELAY1"), {}, "house/pump");
  const auto input = hardware.gpio_input(named("SWITCH0"), {}, "house/door", {});
  const auto lines = open_gpio_chips({}).lines();
  REQUIRE(lines.size() == 8);
  CHECK(lines[1].name == "RELAY1");
  CHECK(lines[1].label == "board");
  CHECK(lines[1].consumer == "house/pump");
  CHECK(lines[1].output);
  CHECK_FALSE(lines[0].used);
  CHECK(lines[4].consumer == "house/door");
  CHECK_FALSE(lines[4].output);
}
