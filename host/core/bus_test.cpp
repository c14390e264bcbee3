#include "core/bus.h"

#include "catch.h"
#include "core/registry.h"

using namespace m2ag;
using namespace m2ag::host;

namespace {

Event value_of(const char* component, const char* channel, Value value) {
  return {EventKind::value, component, channel, std::move(value)};
}

}  // namespace

TEST_CASE("the bus numbers events and hands each to every sink in order") {
  const ManualClock clock;
  Bus bus(clock);
  std::vector<std::uint64_t> first, second;
  bus.add_sink([&](const EventPtr& event) { first.push_back(event->sequence); });
  bus.add_sink([&](const EventPtr& event) { second.push_back(event->sequence); });
  for (int i = 0; i < 3; ++i) bus.publish(value_of("air", "temperature", i));
  CHECK(first == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(second == first);
}

TEST_CASE("the registry knows the newest of each channel and forgets moments") {
  const ManualClock clock;
  Bus bus(clock);
  Registry registry;
  bus.add_sink([&](const EventPtr& event) { registry.apply(event); });
  bus.publish(value_of("air", "temperature", 20.0));
  bus.publish(value_of("air", "temperature", 21.0));
  bus.publish({EventKind::moment, "door", "press", "click"});
  bus.publish({EventKind::availability, "air", "availability", true});
  bus.publish({EventKind::status, "air", "status", Value::Map{{"state", "running"}}});
  CHECK(registry.value("air", "temperature") == Value(21.0));
  CHECK_FALSE(registry.value("air", "pressure").has_value());
  CHECK_FALSE(registry.value("door", "press").has_value());
  CHECK(registry.components() == std::vector<std::string>{"air"});
  const auto snapshot = registry.snapshot("air");
  REQUIRE(snapshot.size() == 3);
  CHECK(snapshot[0]->kind == EventKind::status);
  CHECK(snapshot[1]->kind == EventKind::availability);
  CHECK(snapshot[2]->value == Value(21.0));
  CHECK(registry.remove("air").size() == 3);
  CHECK(registry.components().empty());
}
