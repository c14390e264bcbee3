#include "hardware/simulated_gpio.h"

#include <m2ag/error.h>

#include "catch.h"

using namespace m2ag::host;

namespace {

const m2ag::GpioLineConfig kPump{"PUMP", {}, -1};

struct Bench {
  EdgeThread thread;
  SimulatedGpio gpio{thread};
  std::unique_ptr<m2ag::SimulatedGpioLine> outside;
  Bench() {
    gpio.add_line(kPump);
    outside = gpio.outside(kPump);
  }
};

}  // namespace

TEST_CASE("an output moves the line, as seen from outside") {
  Bench bench;
  const auto output = bench.gpio.output(kPump, {.initial = true}, "test/pump");
  CHECK(bench.outside->level());
  output->write(false);
  CHECK_FALSE(bench.outside->level());
  bench.outside->drive(true);
  CHECK_FALSE(output->read());  // a pushing output is stronger than the outside
}

TEST_CASE("an active low output") {
  Bench bench;
  const auto output = bench.gpio.output(kPump, {.active_low = true}, "test/pump");
  CHECK(bench.outside->level());
  CHECK_FALSE(output->read());
}

TEST_CASE("an open drain only pulls down") {
  Bench bench;
  const auto output = bench.gpio.output(kPump, {.initial = true, .drive = m2ag::Drive::open_drain}, "test/pump");
  CHECK(bench.outside->level());
  bench.outside->drive(false);
  CHECK_FALSE(output->read());
  bench.outside->drive(true);
  output->write(false);
  CHECK_FALSE(output->read());
}

TEST_CASE("an open source only pulls up") {
  Bench bench;
  const auto output = bench.gpio.output(kPump, {.drive = m2ag::Drive::open_source}, "test/pump");
  CHECK_FALSE(bench.outside->level());
  bench.outside->drive(true);
  CHECK(output->read());
}

TEST_CASE("the bias decides when nothing drives the line") {
  Bench bench;
  const auto input = bench.gpio.input(kPump, {.bias = m2ag::Bias::pull_up}, "test/pump", {}, {});
  CHECK(input->read());
  bench.outside->drive(false);
  CHECK_FALSE(input->read());
  bench.outside->release();
  CHECK(input->read());
}

TEST_CASE("a line is held by one at a time, and the other learns by whom") {
  Bench bench;
  auto output = bench.gpio.output(kPump, {}, "greenhouse/pump");
  CHECK_THROWS_WITH(bench.gpio.input(kPump, {}, "greenhouse/other", {}, {}),
                    "line PUMP is busy: held by \"greenhouse/pump\"");
  output.reset();
  CHECK_NOTHROW(bench.gpio.input(kPump, {}, "greenhouse/other", {}, {}));
}

TEST_CASE("chip and offset name a line too") {
  Bench bench;
  const m2ag::GpioLineConfig third{{}, "relays", 3};
  bench.gpio.add_line(third, true);
  CHECK(bench.gpio.has_line(third));
  CHECK(bench.gpio.input(third, {}, "test", {}, {})->read());
}

TEST_CASE("the outside of a line that is not simulated") {
  Bench bench;
  CHECK_THROWS_AS(bench.gpio.outside({"PUMPE", {}, -1}), m2ag::ConfigError);
  CHECK_THROWS_WITH(bench.gpio.outside({"PUMPE", {}, -1}), Catch::Contains("did you mean PUMP?"));
}

TEST_CASE("a line that is taken away fails who holds it, and comes back as another one") {
  Bench bench;
  const auto output = bench.gpio.output(kPump, {.initial = true}, "test/pump");
  bench.gpio.remove_line(kPump);
  bench.gpio.remove_line(kPump);  // no second time
  CHECK_THROWS_WITH(output->write(false), "line PUMP is gone: it was taken out of the `simulated` section");
  CHECK_THROWS_AS(output->read(), m2ag::DeviceError);
  CHECK_THROWS_AS(bench.outside->drive(true), m2ag::DeviceError);
  CHECK_NOTHROW(bench.outside->release());
  CHECK_THROWS_AS(bench.gpio.output(kPump, {}, "test/pump"), m2ag::DeviceError);
  bench.gpio.add_line(kPump);
  const auto again = bench.gpio.output(kPump, {.initial = true}, "test/pump");
  CHECK(bench.gpio.outside(kPump)->level());
  CHECK_THROWS_AS(output->write(false), m2ag::DeviceError);
  CHECK(bench.gpio.outside(kPump)->level());
}
