#include <m2ag/testing.h>

#include "catch.h"

using Catch::Contains;
using m2ag::DeviceError;
using m2ag::Value;
using m2ag::testing::DescribedPlugin;
using m2ag::testing::FakeContext;
using Writes = std::vector<std::string>;

namespace {

const std::string kClass = "/sys/class/pwm/";

/// Exported files, and the refusals of the kernel (drivers/pwm/sysfs.c, pwm_apply_state).
class PwmKernel : public FakeContext {
 public:
  void sysfs_write(const std::string& path, std::string_view text) override {
    ++attempts;
    const auto slash = path.rfind('/');
    const std::string folder = path.substr(0, slash), file = path.substr(slash + 1);
    if (file == "export") {
      const std::string channel = folder + "/pwm" + std::string(text);
      if (busy) throw DeviceError(path + ": Device or resource busy");
      add_channel(channel, 0, 0, "normal", false);
      refusals_left = refusals_after_export;
      return;
    }
    if (refusals_left > 0) {
      --refusals_left;
      throw DeviceError(path + ": Permission denied");
    }
    const auto number = [&](const char* name) { return std::stoll(sysfs_read(folder + "/" + name)); };
    const auto refuse = [&](const char* why) {
      ++invalid;
      throw DeviceError(path + ": " + why);
    };
    const bool enabled = sysfs_list(folder) && sysfs_read(folder + "/enable") == "1";
    if (file == "period" && std::stoll(std::string(text)) < number("duty_cycle")) refuse("Invalid argument");
    if (file == "duty_cycle" && (number("period") == 0 || std::stoll(std::string(text)) > number("period")))
      refuse("Invalid argument");
    if (file == "polarity" && (enabled || number("period") == 0)) refuse("Invalid argument");
    if (file == "enable" && text == "1" && number("period") == 0) refuse("Invalid argument");
    FakeContext::sysfs_write(path, text);
    writes.push_back(file + "=" + std::string(text));
  }
  void add_chip(const std::string& entry, const std::string& real, int channels) {
    set_sysfs(kClass + entry + "/npwm", std::to_string(channels));
    set_sysfs(kClass + entry + "/export", "");
    set_sysfs_link(kClass + entry, real);
  }
  void add_channel(const std::string& folder, int period, int duty, const char* polarity, bool enabled) {
    set_sysfs(folder + "/period", std::to_string(period));
    set_sysfs(folder + "/duty_cycle", std::to_string(duty));
    set_sysfs(folder + "/polarity", polarity);
    set_sysfs(folder + "/enable", enabled ? "1" : "0");
  }
  bool busy = false;
  int refusals_after_export = 0, refusals_left = 0, invalid = 0, attempts = 0;
  Writes writes;
};

/// A Raspberry Pi 5: the chip of the header and the one of the fan.
struct Pi {
  PwmKernel context;
  DescribedPlugin plugin{m2ag_plugin};
  std::unique_ptr<m2ag::Component> component;

  Pi() {
    context.add_chip("pwmchip0", "/sys/devices/platform/axi/1000120000.pcie/1f00098000.pwm/pwm/pwmchip0", 4);
    context.add_chip("pwmchip4", "/sys/devices/platform/axi/1000120000.pcie/1f0009c000.pwm/pwm/pwmchip4", 4);
  }
  void start(Value::Map settings = {}) {
    settings.try_emplace("chip", "1f00098000.pwm");
    component = plugin.create("pwm", context, settings);
    component->start();
  }
  void set(bool on) { dynamic_cast<m2ag::Switch&>(*component).set(on); }
  void set_duty(double percent) {
    for (const auto& each : plugin.type("pwm").channels) {
      if (each.name == "duty") each.set(*component, percent);
    }
  }
  std::string file(const char* name, const char* channel = "pwmchip0/pwm0/") {
    return context.sysfs_read(kClass + channel + name);
  }
};

}  // namespace

TEST_CASE("a channel is exported, set up in the order that the kernel asks for, and enabled last") {
  Pi pi;
  pi.start({{"period", 20'000}, {"polarity", "inversed"}, {"restore", "on"}, {"duty", 7.5}});
  CHECK(pi.context.writes == Writes{"period=20000000", "polarity=inversed", "duty_cycle=1500000", "enable=1"});
  CHECK(pi.context.invalid == 0);
  CHECK(pi.context.last("duty").as_number() == Approx(7.5));
  CHECK(pi.context.last("state") == Value(true));
}

TEST_CASE("off at the start, by default") {
  Pi pi;
  pi.start();
  CHECK(pi.file("duty_cycle") == "0");
  CHECK(pi.file("enable") == "1");
  CHECK(pi.context.last("state") == Value(false));
}

TEST_CASE("on, off and duty") {
  Pi pi;
  pi.start({{"period", 40}});
  pi.set(true);
  CHECK(pi.file("duty_cycle") == "40000");
  pi.set_duty(33.3);
  CHECK(pi.file("duty_cycle") == "13320");
  pi.set(false);
  CHECK(pi.file("duty_cycle") == "0");
  CHECK(pi.context.last("duty").as_number() == Approx(0));
  pi.set(true);
  CHECK(pi.file("duty_cycle") == "13320");
  pi.set_duty(0);
  CHECK(pi.context.last("state") == Value(false));
}

TEST_CASE("a little is not nothing: state, duty and the kernel's file agree") {
  Pi pi;
  pi.start({{"period", 1}});  // a microsecond has 1000 steps
  for (const double percent : {0.2, 0.04, 0.000001}) {
    pi.set_duty(percent);
    CHECK(std::stoi(pi.file("duty_cycle")) >= 1);
    CHECK(pi.context.last("state") == Value(true));
    CHECK(pi.context.last("duty").as_number() >= 0.1);  // one digit is shown
  }
  pi.set(false);
  CHECK(pi.file("duty_cycle") == "0");
  CHECK(pi.context.last("state") == Value(false));
  CHECK(pi.context.last("duty") == Value(0.0));
  pi.set(true);
  CHECK(pi.file("duty_cycle") == "1");
  CHECK(pi.context.last("state") == Value(true));
  pi.set_duty(33.34);
  CHECK(pi.context.last("duty").as_number() == Approx(33.3));  // what it does, not what was asked
}

TEST_CASE("what an earlier run left is taken over without a gap") {
  Pi pi;
  const auto left = [&](int period, int duty, const char* polarity, bool enabled) {
    pi.context.add_channel(kClass + "pwmchip0/pwm0", period, duty, polarity, enabled);
  };
  const Value::Map half{{"period", 1000}, {"restore", "on"}, {"duty", 50.0}};
  SECTION("the same settings: only the duty is written") {
    left(1'000'000, 250'000, "normal", true);
    pi.start(half);
    CHECK(pi.context.writes == Writes{"period=1000000", "duty_cycle=500000"});
  }
  SECTION("a longer duty than the new period goes first") {
    left(20'000'000, 15'000'000, "normal", true);
    pi.start(half);
    CHECK(pi.context.writes == Writes{"duty_cycle=500000", "period=1000000", "duty_cycle=500000"});
  }
  SECTION("a longer new duty than the old period comes after the period") {
    left(1'000, 500, "normal", true);
    pi.start(half);
    CHECK(pi.context.writes == Writes{"period=1000000", "duty_cycle=500000"});
  }
  SECTION("another polarity needs it disabled") {
    left(1'000'000, 0, "inversed", true);
    pi.start(half);
    CHECK(pi.context.writes ==
          Writes{"period=1000000", "enable=0", "polarity=normal", "duty_cycle=500000", "enable=1"});
  }
  CHECK(pi.context.invalid == 0);
}

TEST_CASE("chips are named by their device, as their numbers change") {
  Pi pi;
  SECTION("wherever it is") {
    pi.start({{"chip", "1f0009c000.pwm"}, {"channel", 3}});
    CHECK(pi.file("enable", "pwmchip4/pwm3/") == "1");
    pi.context.remove_sysfs("/sys/class/pwm/pwmchip4");
    CHECK_THROWS_AS(pi.set(true), DeviceError);
    pi.context.add_chip("pwmchip2", "/sys/devices/platform/axi/1000120000.pcie/1f0009c000.pwm/pwm/pwmchip2", 4);
    pi.component->start();
    CHECK(pi.file("enable", "pwmchip2/pwm3/") == "1");
  }
  SECTION("a number is refused") {
    CHECK_THROWS_WITH(pi.start({{"chip", "pwmchip0"}}), Contains("changes from boot to boot; name its device instead"));
    CHECK_THROWS_AS(pi.start({{"chip", "pwmchip0"}}), m2ag::ConfigError);
  }
  SECTION("one that is not there") {
    CHECK_THROWS_WITH(pi.start({{"chip", "20203000.pwm"}}),
                      "no PWM chip \"20203000.pwm\"; there are 1f00098000.pwm, 1f0009c000.pwm");
  }
  SECTION("several that are meant") {
    CHECK_THROWS_WITH(pi.start({{"chip", "1000120000.pcie"}}), Contains("chip: several are meant"));
    CHECK_THROWS_AS(pi.start({{"chip", ""}}), m2ag::ConfigError);
  }
  SECTION("the only one needs no name") {
    pi.context.remove_sysfs("/sys/class/pwm/pwmchip4");
    pi.start({{"chip", ""}});
    CHECK(pi.file("enable") == "1");
    pi.context.remove_sysfs("/sys/class/pwm");
    CHECK_THROWS_WITH(pi.component->start(), Contains("dtoverlay=pwm-2chan"));
  }
}

TEST_CASE("a channel that the chip has not, or another driver has") {
  Pi pi;
  CHECK_THROWS_WITH(pi.start({{"channel", 4}}), "channel: PWM chip 1f00098000.pwm has the channels 0 to 3, found 4");
  pi.context.busy = true;
  CHECK_THROWS_WITH(pi.start(), Contains("Device or resource busy"));
  pi.component->stop();
  CHECK(pi.context.writes.empty());
}

TEST_CASE("udev needs a moment to give the files to their group") {
  Pi pi;
  pi.context.refusals_after_export = 3;
  pi.start({{"restore", "on"}});
  CHECK(pi.file("duty_cycle") == "1000000");
  pi.context.set_sysfs_error(kClass + "pwmchip0/pwm0/duty_cycle", "Permission denied");
  pi.context.attempts = 0;
  CHECK_THROWS_WITH(pi.set(false), Contains("Permission denied"));
  CHECK(pi.context.attempts == 1);  // later it is an error at once
  CHECK(pi.context.last("state") == Value(true));
}

TEST_CASE("stopping goes to the safe duty and lets nobody else drive the pin") {
  Pi pi;
  SECTION("off") {
    pi.start({{"restore", "on"}});
    pi.component->stop();
    CHECK(pi.file("duty_cycle") == "0");
    CHECK(pi.context.last("state") == Value(false));
  }
  SECTION("a fan that cools when nobody controls it") {
    pi.start({{"safe", Value::Map{{"duty", 100.0}}}});
    pi.component->stop();
    CHECK(pi.file("duty_cycle") == "1000000");
    CHECK(pi.context.last("duty").as_number() == Approx(100));
  }
  CHECK(pi.file("enable") == "1");
  pi.context.writes.clear();
  pi.component->stop();
  CHECK(pi.context.writes.empty());
}

TEST_CASE("a safe duty that cannot be set is said") {
  Pi pi;
  pi.start();
  pi.context.remove_sysfs("/sys/class/pwm/pwmchip0");
  pi.context.set_sysfs_error(kClass + "pwmchip0/pwm0/enable", "No such device");
  pi.component->stop();
  REQUIRE(pi.context.log_lines().size() == 1);
  CHECK_THAT(pi.context.log_lines().front(), Contains("the safe duty could not be set"));
}

TEST_CASE("restore") {
  const auto first = [](const char* restore, std::optional<Value> state, std::optional<Value> duty) {
    Pi pi;
    if (state) pi.context.set_saved("state", *state);
    if (duty) pi.context.set_saved("duty", *duty);
    pi.start({{"restore", restore}, {"duty", 80.0}});
    return pi.file("duty_cycle");
  };
  CHECK(first("off", Value(true), Value(20)) == "0");
  CHECK(first("on", Value(false), Value(20)) == "800000");
  CHECK(first("last", Value(true), Value(20)) == "200000");
  CHECK(first("last", Value(true), std::nullopt) == "800000");
  CHECK(first("last", Value(false), Value(20)) == "0");
  CHECK(first("last", Value("rubbish"), Value("rubbish")) == "0");
  CHECK(first("last", Value(true), Value(9000)) == "1000000");

  const auto over = [](const char* channel, Value after) {
    Pi pi;
    pi.context.set_saved("state", true);
    pi.context.set_overdue(channel, std::move(after));
    pi.start({{"restore", "last"}, {"duty", 80.0}});
    return pi.file("duty_cycle");
  };
  CHECK(over("state", false) == "0");
  CHECK(over("state", true) == "800000");
  CHECK(over("duty", 20.0) == "200000");

  Pi pi;
  pi.start({{"restore", "last"}});
  pi.set_duty(20);
  CHECK(pi.context.saved("state") == Value(true));
  CHECK(pi.context.saved("duty") == Value(20.0));
  pi.component->stop();
  CHECK(pi.context.saved("state") == Value(true));  // told last, not the safe state
}

TEST_CASE("a start that fails on the way goes to the safe duty too, as what an earlier run left may drive") {
  Pi pi;
  pi.context.add_channel(kClass + "pwmchip0/pwm0", 1'000'000, 900'000, "normal", true);
  pi.context.set_sysfs_error(kClass + "pwmchip0/pwm0/period", "Input/output error");
  CHECK_THROWS_AS(pi.start(), DeviceError);
  CHECK(pi.file("duty_cycle") == "900000");
  pi.context.set_sysfs_error(kClass + "pwmchip0/pwm0/period", "");
  pi.component->stop();
  CHECK(pi.file("duty_cycle") == "0");
  CHECK(pi.context.log_lines().empty());
}
