#include "catch.h"
#include "test_relay.h"

TEST_CASE("constructing touches no line") {
  TestRelay relay;
  CHECK_FALSE(relay.line().held());
}

TEST_CASE("set moves the line, is saved and is published") {
  TestRelay relay(Value::Map{{"restore", "last"}});
  relay.component->start();
  CHECK(relay.context.last("state") == Value(false));
  relay.set(true);
  CHECK(relay.line().level());
  CHECK(relay.context.last("state") == Value(true));
  CHECK(relay.context.saved("state") == Value(true));
}

TEST_CASE("a state that no start will ask for is not written") {
  TestRelay relay;
  relay.component->start();
  relay.set(true);
  CHECK_FALSE(relay.context.saved("state").has_value());
}

TEST_CASE("a crash leaves the safe level") {
  TestRelay off, on({{"safe", Value::Map{{"state", "on"}}}});
  off.component->start();
  on.component->start();
  CHECK(off.line().at_crash() == false);
  CHECK(on.line().at_crash() == true);
}

TEST_CASE("a relay that closes on a low level") {
  TestRelay relay({{"active_low", true}});
  relay.component->start();
  CHECK(relay.line().at_crash() == true);
  CHECK(relay.line().history() == Levels{true});
  relay.set(true);
  CHECK(relay.line().history() == Levels{true, false});
}

TEST_CASE("the level is right from the first moment, with no glitch") {
  const auto first_levels = [](const char* restore, std::optional<Value> saved) {
    TestRelay relay(Value::Map{{"restore", restore}});
    if (saved) relay.context.set_saved("state", *saved);
    relay.component->start();
    CHECK(relay.context.last("state") == Value(bool{relay.line().level()}));
    return relay.line().history();
  };
  CHECK(first_levels("off", Value(true)) == Levels{false});
  CHECK(first_levels("on", Value(false)) == Levels{true});
  CHECK(first_levels("last", Value(true)) == Levels{true});
  CHECK(first_levels("last", Value(false)) == Levels{false});
  CHECK(first_levels("last", std::nullopt) == Levels{false});
  CHECK(first_levels("last", Value("rubbish")) == Levels{false});
}

TEST_CASE("stopping goes to the safe state, lets go of the line and forgets nothing") {
  const bool safe = GENERATE(false, true);
  TestRelay relay({{"restore", "last"}, {"safe", Value::Map{{"state", safe ? "on" : "off"}}}});
  relay.component->start();
  relay.set(!safe);
  relay.component->stop();
  CHECK(relay.line().history().back() == safe);
  CHECK_FALSE(relay.line().held());
  CHECK(relay.context.last("state") == Value(bool{safe}));
  relay.component->start();
  CHECK(relay.line().history() == Levels{!safe});
}

TEST_CASE("a `for` that ended while nobody ran counts more than what is restored") {
  TestRelay relay(Value::Map{{"restore", "last"}});
  relay.context.set_saved("state", true);
  relay.context.set_overdue("state", false);
  relay.component->start();
  CHECK(relay.line().history() == Levels{false});
  CHECK(relay.context.saved("state") == Value(false));

  TestRelay locked(Value::Map{{"restore", "last"}});
  locked.context.set_saved("state", true);
  locked.context.set_saved("locked", true);
  locked.context.set_overdue("state", false);
  locked.component->start();
  CHECK(locked.line().history() == Levels{true});
}

TEST_CASE("a line that another one holds") {
  TestRelay relay;
  const auto other = relay.context.gpio_output({"GPIO17", {}, -1}, {});
  CHECK_THROWS_AS(relay.component->start(), m2ag::DeviceError);
  relay.component->stop();
  CHECK(relay.line().held());
}

TEST_CASE("stop without start") {
  TestRelay relay;
  relay.component->stop();
  CHECK(relay.context.publications().empty());
}
