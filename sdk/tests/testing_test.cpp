#include <m2ag/testing.h>

#include <thread>

#include "catch.h"

using namespace m2ag;
using namespace std::chrono_literals;
using m2ag::testing::FakeContext;

TEST_CASE("timers run when the test lets time pass, each at its own time") {
  FakeContext context;
  std::vector<std::string> ran;
  const auto start = context.now();
  const auto note = [&](const char* name) {
    return [&, name] { ran.push_back(name + std::to_string((context.now() - start) / 1s)); };
  };
  auto once = context.after(3s, note("once"));
  auto each = context.every(2s, note("each"));
  context.advance(1s);
  CHECK(ran.empty());
  context.advance(4s);
  CHECK(ran == std::vector<std::string>{"each2", "once3", "each4"});
  each.reset();
  context.advance(1min);
  CHECK(ran.size() == 3);
  CHECK(context.now() == start + 65s);
}

TEST_CASE("a timer may start another, and end itself") {
  FakeContext context;
  int count = 0;
  Handle timer, next;
  timer = context.every(1s, [&] {
    ++count;
    timer.reset();
    next = context.after(1s, [&] { count += 10; });
  });
  context.advance(10s);
  CHECK(count == 11);
}

TEST_CASE("what is posted waits for the test, and may post more") {
  FakeContext context;
  int count = 0;
  context.post([&] {
    ++count;
    context.post([&] { ++count; });
  });
  CHECK(count == 0);
  context.run_posted();
  CHECK(count == 2);
}

TEST_CASE("threads of a plugin may publish, log and post at once") {
  FakeContext context;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 100; ++n) {
          context.publish("value", n);
          context.log(LogLevel::info, "line");
          context.post([] {});
        }
      });
    }
  }
  context.run_posted();
  CHECK(context.publications().size() == 400);
  CHECK(context.log_lines().size() == 400);
}

TEST_CASE("a number that is none cannot be published") {
  FakeContext context;
  CHECK_THROWS_AS(context.publish("value", std::numeric_limits<double>::quiet_NaN()), std::invalid_argument);
  CHECK(context.last("value").is_null());
}

TEST_CASE("an output sets its line at once, by its active level, and holds it alone") {
  FakeContext context;
  auto output = context.gpio_output({"GPIO4", {}, -1}, {.active_low = true, .initial = true});
  CHECK(context.line("GPIO4").history() == std::vector<bool>{false});
  CHECK(context.held_line() == "GPIO4");
  CHECK(output->read());
  CHECK_THROWS_AS(context.gpio_input({"GPIO4", {}, -1}, {}, {}), DeviceError);
  output.reset();
  CHECK_FALSE(context.held_line());
}

TEST_CASE("an input follows the wire, then its pull") {
  FakeContext context;
  std::vector<bool> edges;
  const auto input = context.gpio_input({{}, "chip0", 3}, {.active_low = true, .bias = Bias::pull_up},
                                        [&](const GpioEdge& edge) { edges.push_back(edge.active); });
  CHECK_FALSE(input->read());
  const auto outside = context.simulated_line({{}, "chip0", 3});
  outside->drive(false);
  CHECK(input->read());
  outside->release();
  CHECK(edges == std::vector<bool>{true, false});
}

TEST_CASE("a bus without a chip answers as an empty bus does") {
  FakeContext context;
  const auto device = context.i2c({"i2c-1", 0x76});
  CHECK_THROWS_WITH(device->read_byte(0), "no device answered at 0x76 on i2c-1");
}

TEST_CASE("subscriptions get the values their filter names, until they end") {
  FakeContext context;
  int count = 0;
  Handle handle = context.subscribe(
      "air/+", [&](const ChannelUpdate& update) { count += static_cast<int>(update.value.as_integer()); });
  context.deliver("air", "temperature", 1);
  context.deliver("door", "state", 10);
  handle.reset();
  context.deliver("air", "temperature", 100);
  CHECK(count == 1);
}

TEST_CASE("the broker comes and goes as the test says") {
  FakeContext context;
  std::vector<bool> heard;
  CHECK(context.has_broker());
  CHECK(context.connected());
  auto handle = context.on_connection([&](bool connected) { heard.push_back(connected); });
  context.set_connected(true);
  context.set_connected(false);
  CHECK_FALSE(context.connected());
  context.set_connected(true);
  CHECK(heard == std::vector<bool>{false, true});
  handle.reset();
  context.set_without_broker();
  CHECK_FALSE(context.has_broker());
  CHECK_FALSE(context.connected());
  CHECK(heard.size() == 2);
}

TEST_CASE("the date goes on with the clock, and may jump alone") {
  FakeContext context;
  const auto date = context.wall_time();
  const auto now = context.now();
  context.advance(90min);
  CHECK(context.wall_time() - date == 90min);
  context.jump_date(-24h);
  CHECK(context.wall_time() - date == 90min - 24h);
  CHECK(context.now() - now == 90min);
}

TEST_CASE("who names the component, and of what types the others are, is as the test says") {
  FakeContext context;
  CHECK(context.named_by("interlock").empty());
  CHECK_FALSE(context.type_of("valve"));
  context.set_named_by("interlock", {"valve", "heater"});
  context.set_type_of("valve", "relay");
  CHECK(context.named_by("interlock") == std::vector<std::string>{"valve", "heater"});
  CHECK(context.named_by("output").empty());
  CHECK_FALSE(context.broker());
  m2ag::BrokerAccess broker;
  broker.url = "mqtt://localhost";
  context.set_broker(broker);
  CHECK(context.broker()->url == "mqtt://localhost");
  CHECK(context.type_of("valve") == "relay");
  context.set_type_of("valve", "");
  CHECK_FALSE(context.type_of("valve"));
}
