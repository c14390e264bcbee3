#include <m2ag/catch.h>
#include <m2ag/testing.h>

namespace {

constexpr const char* kFile = "/sys/class/thermal/thermal_zone0/temp";

struct Fixture {
  m2ag::testing::FakeContext context;
  m2ag::testing::DescribedPlugin plugin{m2ag_plugin};
  std::unique_ptr<m2ag::Component> component = plugin.create("@name@", context);
  void sample() { dynamic_cast<m2ag::Sensor&>(*component).sample(); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the number in the file is scaled and published") {
  context.set_sysfs(kFile, "48312");
  sample();
  CHECK(context.last("value").as_number() == Approx(48.312));
}

TEST_CASE_METHOD(Fixture, "what is no number is a device error, and nothing is published") {
  context.set_sysfs(kFile, "no data");
  CHECK_THROWS_AS(sample(), m2ag::DeviceError);
  CHECK(context.publications().empty());
}

TEST_CASE_METHOD(Fixture, "a file that is not there is a device error") { CHECK_THROWS_AS(sample(), m2ag::DeviceError); }
