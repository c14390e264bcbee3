#include <m2ag/testing.h>

#include <set>

#include "catch.h"
#include "proc.h"

using Catch::Contains;
using m2ag::DeviceError;
using m2ag::Value;
using m2ag::testing::DescribedPlugin;
using m2ag::testing::FakeContext;

namespace {

/// A machine whose /sys is what the test says; /proc and the disk are those of the machine that runs the test.
struct Machine {
  FakeContext context;
  DescribedPlugin plugin{m2ag_plugin};
  std::unique_ptr<m2ag::Component> component;

  void zone(int number, const std::string& type, const std::string& temp) {
    const std::string folder = "/sys/class/thermal/thermal_zone" + std::to_string(number);
    context.set_sysfs(folder + "/type", type);
    context.set_sysfs(folder + "/temp", temp);
  }
  void chip(int number, const std::string& name, const std::string& file, const std::string& text) {
    const std::string folder = "/sys/class/hwmon/hwmon" + std::to_string(number);
    context.set_sysfs(folder + "/name", name);
    context.set_sysfs(folder + "/" + file, text);
  }
  void start(const Value::Map& settings = {}) {
    component = plugin.create("system", context, settings);
    component->start();
  }
  void sample() { dynamic_cast<m2ag::Sensor&>(*component).sample(); }
  std::set<std::string> channels() const {
    std::set<std::string> names;
    for (const auto& publication : context.publications()) names.insert(publication.channel);
    return names;
  }
  double last(const char* channel) const { return context.last(channel).as_number(); }
};

constexpr const char* kMemory =
    "MemTotal:        1000000 kB\nMemFree:          100000 kB\nMemAvailable:     250000 kB\nSwapTotal:        200000 kB\n"
    "SwapFree:         150000 kB\nHugePages_Total:       0\n";

}  // namespace

TEST_CASE("a machine with an empty /sys still has load, memory, disk and uptime") {
  Machine machine;
  machine.start();
  machine.sample();
  auto channels = machine.channels();
  channels.erase("swap-used");  // this machine may have swap or not
  CHECK(channels == std::set<std::string>{"load-1m", "load-5m", "load-15m", "memory-used", "memory-available",
                                          "disk-used", "disk-free", "uptime"});
  CHECK(machine.last("memory-used") > 0);
  CHECK(machine.last("memory-used") < 100);
  CHECK(machine.last("disk-free") >= 0);
  CHECK(machine.last("disk-used") <= 100);
  CHECK(machine.last("uptime") > 0);
}

TEST_CASE("usage needs two samples") {
  Machine machine;
  machine.start();
  machine.sample();
  CHECK_FALSE(machine.channels().contains("cpu-usage"));
  // Each processor has 100 ticks in a second: they go on while this waits for them.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!machine.channels().contains("cpu-usage") && std::chrono::steady_clock::now() < deadline) machine.sample();
  REQUIRE(machine.channels().contains("cpu-usage"));
  CHECK(machine.last("cpu-usage") >= 0);
  CHECK(machine.last("cpu-usage") <= 100);
}

TEST_CASE("the processor's temperature is found by the kind of its zone") {
  Machine machine;
  machine.zone(0, "acpitz", "27800");
  SECTION("on a Raspberry Pi") {
    machine.zone(1, "cpu-thermal", "48312");
    machine.start();
    machine.sample();
    CHECK(machine.last("cpu-temperature") == Approx(48.312));
  }
  SECTION("on a PC with a chip of its own") {
    machine.chip(0, "nvme", "temp1_input", "33000");
    machine.chip(1, "coretemp", "temp1_input", "61000");
    machine.start();
    machine.sample();
    CHECK(machine.last("cpu-temperature") == Approx(61));
  }
  SECTION("not at all when nothing is known to be the processor") {
    machine.start();
    machine.sample();
    CHECK_FALSE(machine.channels().contains("cpu-temperature"));
  }
  SECTION("or as the user says") {
    machine.start({{"thermal_zone", "acpitz"}});
    machine.sample();
    CHECK(machine.last("cpu-temperature") == Approx(27.8));
    CHECK_THROWS_WITH(machine.start({{"thermal_zone", "cpu"}}), "no thermal zone \"cpu\"; there are acpitz");
  }
}

TEST_CASE("a reading that fails publishes nothing at all") {
  Machine machine;
  machine.zone(0, "cpu-thermal", "48312");
  machine.start();
  const std::string file = "/sys/class/thermal/thermal_zone0/temp";
  SECTION("an error of the driver") { machine.context.set_sysfs_error(file, "No data available"); }
  SECTION("no number") { machine.context.set_sysfs(file, ""); }
  SECTION("it went away") { machine.context.remove_sysfs("/sys/class/thermal/thermal_zone0"); }
  CHECK_THROWS_AS(machine.sample(), DeviceError);
  CHECK(machine.context.publications().empty());
}

TEST_CASE("the power troubles of a Raspberry Pi") {
  Machine machine;
  const char* device = GENERATE("soc:firmware", "soc@107c000000:firmware");
  const std::string file = std::string("/sys/bus/platform/devices/") + device + "/get_throttled";
  machine.context.set_sysfs("/sys/bus/platform/devices/firmware-clocks/uevent", "");
  machine.context.set_sysfs(file, "0");
  machine.start();
  machine.sample();
  CHECK(machine.context.last("under-voltage") == Value(false));
  CHECK(machine.context.last("throttled-since-boot") == Value(false));

  machine.context.set_sysfs(file, "50005");
  machine.sample();
  CHECK(machine.context.last("under-voltage") == Value(true));
  CHECK(machine.context.last("frequency-capped") == Value(false));
  CHECK(machine.context.last("throttled") == Value(true));
  CHECK(machine.context.last("temperature-limited") == Value(false));
  CHECK(machine.context.last("under-voltage-since-boot") == Value(true));
  CHECK(machine.context.last("frequency-capped-since-boot") == Value(false));
  CHECK(machine.context.last("throttled-since-boot") == Value(true));

  machine.context.set_sysfs(file, "0x80008");
  machine.sample();
  CHECK(machine.context.last("under-voltage") == Value(false));
  CHECK(machine.context.last("temperature-limited") == Value(true));
  CHECK(machine.context.last("temperature-limited-since-boot") == Value(true));

  machine.context.set_sysfs(file, "VCHI failed");
  CHECK_THROWS_WITH(machine.sample(), Contains("expected hexadecimal digits, found \"VCHI failed\""));
}

TEST_CASE("with the kernel's voltage monitor alone there is under-voltage alone") {
  Machine machine;
  machine.chip(2, "rpi_volt", "in0_lcrit_alarm", "1");
  machine.start();
  machine.sample();
  CHECK(machine.context.last("under-voltage") == Value(true));
  CHECK_FALSE(machine.channels().contains("throttled"));
}

TEST_CASE("the processor's frequency") {
  Machine machine;
  machine.context.set_sysfs("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "1500000");
  machine.start();
  machine.sample();
  CHECK(machine.last("cpu-frequency") == Approx(1500));
}

TEST_CASE("a disk that is not there, or none") {
  Machine machine;
  machine.start({{"disk", "/no/such/folder"}});
  CHECK_THROWS_WITH(machine.sample(), "disk /no/such/folder: No such file or directory");
  machine.start({{"disk", "/proc"}});
  CHECK_THROWS_WITH(machine.sample(), "disk /proc: has no size, it is no disk");
  CHECK(machine.context.publications().empty());
}

TEST_CASE("load") {
  CHECK(proc::load("3.76 3.54 2.77 5/117 22831\n") == std::array<double, 3>{3.76, 3.54, 2.77});
  for (const char* text : {"", "3.76 3.54", "one two three", "-1 0 0"}) CHECK_THROWS_AS(proc::load(text), DeviceError);
}

TEST_CASE("uptime") {
  CHECK(proc::uptime("22322.28 16349.03\n") == Approx(22322.28));
  CHECK_THROWS_AS(proc::uptime(""), DeviceError);
}

TEST_CASE("memory") {
  const auto memory = proc::memory(kMemory);
  CHECK(memory.used_percent == Approx(75));
  CHECK(memory.available_mib == Approx(250000 / 1024.0));
  CHECK(memory.swap.value() == Approx(25));
  CHECK_FALSE(proc::memory("MemTotal: 100 kB\nMemAvailable: 50 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n").swap);
  for (const char* text : {"", "MemTotal: 100 kB\n", "MemAvailable: 100 kB\n", "MemTotal: 0 kB\nMemAvailable: 0 kB\n",
                           "MemTotal: 100 kB\nMemAvailable: 101 kB\n"}) {
    CHECK_THROWS_AS(proc::memory(text), DeviceError);
  }
}

TEST_CASE("usage of the processors") {
  const auto before = proc::ticks("cpu  100 10 50 800 40 5 5 0 0 0\ncpu0 1 2 3\n");
  CHECK(before.busy == 170);
  CHECK(before.idle == 840);
  const auto after = proc::ticks("cpu  120 10 60 860 50 5 5 0 0 0\n");
  CHECK(proc::usage(before, after).value() == Approx(30));
  CHECK_FALSE(proc::usage(before, before));
  CHECK(proc::usage(before, {170 + 10, 830}).value() == Approx(100));  // iowait went back
  CHECK_FALSE(proc::usage(after, before));
  for (const char* text : {"", "cpu0 1 2 3 4 5 6 7 8", "cpu 1 2 3"}) CHECK_THROWS_AS(proc::ticks(text), DeviceError);
}
