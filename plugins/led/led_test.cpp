#include <m2ag/testing.h>

#include "catch.h"

using Catch::Contains;
using m2ag::Value;
using m2ag::testing::DescribedPlugin;
using m2ag::testing::FakeContext;

namespace {

const std::string kAct = "/sys/class/leds/ACT/";

/// Does as the kernel does, where a plain file would not.
class LedContext : public FakeContext {
 public:
  void sysfs_write(const std::string& path, std::string_view text) override {
    writes.push_back(path.substr(path.rfind('/') + 1) + "=" + std::string(text));
    FakeContext::sysfs_write(path, text);
    if (path == kAct + "trigger") {
      std::string line;
      for (const std::string name : {"none", "mmc0", "timer", "heartbeat"}) {
        line += (line.empty() ? "" : " ") + (name == text ? "[" + name + "]" : name);
      }
      set_sysfs(path, line);
      set_sysfs(kAct + "brightness", text == "none" ? "0" : "255");
    }
  }
  std::vector<std::string> writes;
};

struct Board {
  LedContext context;
  DescribedPlugin plugin{m2ag_plugin};
  std::unique_ptr<m2ag::Component> component;

  Board() {
    context.set_sysfs(kAct + "brightness", "0");
    context.set_sysfs(kAct + "max_brightness", "255");
    context.set_sysfs(kAct + "trigger", "none [mmc0] timer heartbeat");
    context.set_sysfs("/sys/class/leds/PWR/brightness", "0");
    context.set_sysfs("/sys/class/leds/PWR/max_brightness", "1");
  }
  void start(Value::Map settings = {}) {
    settings.try_emplace("led", "ACT");
    component = plugin.create("led", context, settings);
    component->start();
  }
  void set(bool on) { dynamic_cast<m2ag::Switch&>(*component).set(on); }
  void set(const char* channel, const Value& value) {
    for (const auto& each : plugin.type("led").channels) {
      if (each.name == channel) return each.set(*component, value);
    }
    FAIL(channel);
  }
  std::string file(const char* name) { return context.sysfs_read(kAct + name); }
};

}  // namespace

TEST_CASE("on, off and brightness") {
  Board board;
  board.start();
  CHECK(board.file("brightness") == "0");
  CHECK(board.context.last("state") == Value(false));
  board.set(true);
  CHECK(board.file("brightness") == "255");
  CHECK(board.context.last("state") == Value(true));
  board.set("brightness", 40);
  CHECK(board.file("brightness") == "102");
  CHECK(board.context.last("brightness").as_number() == Approx(40));
  board.set(false);
  CHECK(board.file("brightness") == "0");
  board.set(true);  // as bright as before
  CHECK(board.file("brightness") == "102");
  board.set("brightness", 0);
  CHECK(board.context.last("state") == Value(false));
}

TEST_CASE("a little is not nothing") {
  Board board;
  board.start();
  board.set("brightness", 0.1);
  CHECK(board.file("brightness") == "1");
  CHECK(board.context.last("state") == Value(true));
  CHECK(board.context.last("brightness").as_number() >= 1);  // no digits are shown, and 0 would be off
  board.set("brightness", 0);
  CHECK(board.file("brightness") == "0");
  CHECK(board.context.last("brightness") == Value(0.0));
  board.context.set_sysfs(kAct + "max_brightness", "65535");
  board.component->start();
  board.set("brightness", 0.2);
  CHECK(board.file("brightness") == "131");
  CHECK(board.context.last("brightness").as_number() >= 1);
  CHECK(board.context.last("state") == Value(true));
}

TEST_CASE("an LED that knows only on and off, and no triggers") {
  Board board;
  board.start({{"led", "PWR"}});
  board.set("brightness", 30);
  CHECK(board.context.sysfs_read("/sys/class/leds/PWR/brightness") == "1");
  CHECK(board.context.last("brightness").as_number() == Approx(100));  // what it does, not what was asked
  CHECK_THROWS_AS(board.set("trigger", "timer"), m2ag::CommandError);
  board.component->stop();
  CHECK(board.context.sysfs_read("/sys/class/leds/PWR/brightness") == "0");
}

TEST_CASE("a trigger lets go before the brightness is set") {
  Board board;
  board.start({{"restore", "on"}});
  CHECK(board.context.writes == std::vector<std::string>{"trigger=none", "brightness=255"});
  board.set("trigger", "heartbeat");
  CHECK(board.file("trigger") == "none mmc0 timer [heartbeat]");
  CHECK(board.context.last("trigger") == Value("heartbeat"));
  board.context.writes.clear();
  board.set("brightness", 20);
  CHECK(board.context.writes == std::vector<std::string>{"trigger=none", "brightness=51"});
  CHECK(board.file("brightness") == "51");
  CHECK(board.context.last("trigger") == Value("none"));
}

TEST_CASE("the trigger none is dark") {
  Board board;
  board.start({{"trigger", "timer"}});
  board.set("trigger", "none");
  CHECK(board.file("brightness") == "0");
  CHECK(board.context.last("state") == Value(false));
}

TEST_CASE("unknown triggers") {
  Board board;
  CHECK_THROWS_WITH(board.start({{"trigger", "disco"}}),
                    "trigger: LED \"ACT\" has no trigger \"disco\"; there are none, mmc0, timer, heartbeat");
  CHECK_THROWS_AS(board.start({{"trigger", "disco"}}), m2ag::ConfigError);
  board.start();
  board.context.writes.clear();
  CHECK_THROWS_AS(board.set("trigger", "disco"), m2ag::CommandError);
  CHECK_THROWS_AS(board.set("trigger", ""), m2ag::CommandError);
  CHECK(board.context.writes.empty());
}

TEST_CASE("a list of triggers longer than a page may have more") {
  Board board;
  std::string list = "none";
  while (list.size() < 4096) list += " cpu" + std::to_string(list.size());
  board.context.set_sysfs(kAct + "trigger", list.substr(0, 4096));
  board.start({{"trigger", "heartbeat"}});
  CHECK(board.file("trigger") == "none mmc0 timer [heartbeat]");
}

TEST_CASE("stopping gives the LED back as it was found") {
  Board board;
  SECTION("to its trigger") {
    board.start({{"restore", "on"}});
    board.component->stop();
    CHECK(board.file("trigger") == "none [mmc0] timer heartbeat");
  }
  SECTION("dark, when it had none") {
    board.context.set_sysfs(kAct + "trigger", "[none] mmc0 timer heartbeat");
    board.start({{"restore", "on"}});
    CHECK(board.file("brightness") == "255");
    board.component->stop();
    CHECK(board.file("brightness") == "0");
    CHECK(board.context.last("state") == Value(false));
  }
  SECTION("and says when it cannot") {
    board.start();
    board.context.set_sysfs_error(kAct + "trigger", "Read-only file system");
    board.component->stop();
    REQUIRE(board.context.log_lines().size() == 1);
    CHECK_THAT(board.context.log_lines().front(), Contains("Read-only file system"));
  }
  SECTION("and says nothing more when the start has failed already") {
    board.context.set_sysfs(kAct + "trigger", "[none] mmc0 timer heartbeat");
    board.context.set_sysfs_error(kAct + "brightness", "Read-only file system");
    CHECK_THROWS_AS(board.start(), m2ag::DeviceError);
    board.component->stop();
    CHECK(board.context.log_lines().empty());
  }
  SECTION("and as much as can be done after a start that failed") {
    board.context.set_sysfs_error(kAct + "brightness", "Read-only file system");
    CHECK_THROWS_AS(board.start(), m2ag::DeviceError);
    board.component->stop();
    CHECK(board.file("trigger") == "none [mmc0] timer heartbeat");
  }
  SECTION("and touches nothing that it has not taken") {
    board.component = board.plugin.create("led", board.context, {{"led", "ACT"}});
    board.component->stop();
    CHECK(board.context.writes.empty());
  }
}

TEST_CASE("restore") {
  const auto first = [](const char* restore, std::optional<Value> state, std::optional<Value> brightness) {
    Board board;
    if (state) board.context.set_saved("state", *state);
    if (brightness) board.context.set_saved("brightness", *brightness);
    board.start({{"restore", restore}, {"brightness", 80.0}});
    return board.file("brightness");
  };
  CHECK(first("off", Value(true), Value(20)) == "0");
  CHECK(first("on", Value(false), Value(20)) == "204");
  CHECK(first("last", Value(true), Value(20)) == "51");
  CHECK(first("last", Value(true), std::nullopt) == "204");
  CHECK(first("last", Value(false), Value(20)) == "0");
  CHECK(first("last", Value("rubbish"), Value("rubbish")) == "0");
  CHECK(first("last", Value(true), Value(9000)) == "255");

  const auto over = [](const char* channel, Value after) {
    Board board;
    board.context.set_saved("state", true);
    board.context.set_overdue(channel, std::move(after));
    board.start({{"restore", "last"}, {"brightness", 80.0}});
    return board.file("brightness");
  };
  CHECK(over("state", false) == "0");
  CHECK(over("brightness", 20.0) == "51");

  Board board;
  board.start({{"restore", "last"}});
  board.set("brightness", 20);
  CHECK(board.context.saved("state") == Value(true));
  CHECK(board.context.saved("brightness") == Value(20.0));
}

TEST_CASE("an LED that is not there, or goes away") {
  Board board;
  CHECK_THROWS_WITH(board.start({{"led", "LED0"}}), "no LED \"LED0\"; there are ACT, PWR");
  CHECK_THROWS_AS(board.start({{"led", "../leds/ACT"}}), m2ag::DeviceError);
  board.start();
  board.context.remove_sysfs("/sys/class/leds/ACT");
  CHECK_THROWS_AS(board.set(true), m2ag::DeviceError);
  CHECK(board.context.last("state") == Value(false));  // never said to be on
  board.component->stop();
}
