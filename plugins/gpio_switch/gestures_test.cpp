#include "gestures.h"

#include <string>

#include "catch.h"

using namespace std::chrono_literals;
using gpio_switch::Gestures;

namespace {

/// A finger and a timer on one clock: what was told, with the milliseconds at which it was.
struct Finger {
  Gestures gestures;
  std::chrono::milliseconds now{1000};
  std::string told;

  explicit Finger(Gestures::Settings settings) : gestures(settings) {}
  void note(const Gestures::Events& events) {
    for (const auto event : events)
      told += (told.empty() ? "" : " ") + std::string(event) + "@" + std::to_string(now.count() - 1000);
  }
  Finger& pass(std::chrono::milliseconds time) {
    const auto end = now + time;
    while (gestures.deadline() && *gestures.deadline() <= end) {
      now = std::chrono::duration_cast<std::chrono::milliseconds>(*gestures.deadline());
      note(gestures.expire(now));
    }
    now = end;
    return *this;
  }
  Finger& press(std::chrono::milliseconds time) {
    note(gestures.edge(true, now));
    pass(time);
    note(gestures.edge(false, now));
    return *this;
  }
};

const Gestures::Settings kAll{500ms, 300ms, 1s};

}  // namespace

TEST_CASE("a click is told once no second one can come") {
  CHECK(Finger(kAll).press(100ms).pass(1h).told == "click@400");
  CHECK(Finger(kAll).press(500ms).pass(1h).told == "click@800");
}

TEST_CASE("without double clicks a click is told at its release") {
  CHECK(Finger({500ms, 0ms, 1s}).press(100ms).press(100ms).pass(1h).told == "click@100 click@200");
}

TEST_CASE("two clicks near enough are a double one") {
  CHECK(Finger(kAll).press(100ms).pass(299ms).press(100ms).pass(1h).told == "double@499");
  CHECK(Finger(kAll).press(100ms).pass(300ms).press(100ms).pass(1h).told == "click@400 click@800");
  CHECK(Finger(kAll).press(10ms).press(10ms).press(10ms).press(10ms).pass(1h).told == "double@20 double@40");
  CHECK(Finger(kAll).press(10ms).press(10ms).press(10ms).pass(1h).told == "double@20 click@330");
}

TEST_CASE("a press that is held is long as soon as it is, and its release says nothing") {
  CHECK(Finger(kAll).press(3s).pass(1h).told == "long@1000");
  CHECK(Finger(kAll).press(1s).pass(1h).told == "long@1000");
}

TEST_CASE("between a click and a long press is nothing") {
  CHECK(Finger(kAll).press(700ms).pass(1h).told.empty());
  CHECK(Finger({500ms, 300ms, 0ms}).press(1h).pass(1h).told.empty());
}

TEST_CASE("a click before a press of another kind is told all the same") {
  CHECK(Finger(kAll).press(100ms).pass(100ms).press(2s).pass(1h).told == "click@1200 long@1200");
  CHECK(Finger(kAll).press(100ms).pass(100ms).press(700ms).pass(1h).told == "click@900");
}

TEST_CASE("a timer that comes too late changes nothing of what is told") {
  Gestures gestures(kAll);
  CHECK(gestures.edge(true, 0ms).empty());
  CHECK(gestures.edge(false, 2s) == Gestures::Events{"long"});
  CHECK(gestures.edge(true, 3s).empty());
  CHECK(gestures.edge(false, 3100ms).empty());
  CHECK(gestures.edge(true, 4s) == Gestures::Events{"click"});
  CHECK(gestures.edge(false, 4100ms).empty());
  CHECK(gestures.expire(4400ms) == Gestures::Events{"click"});
  CHECK(gestures.expire(1h).empty());
}

TEST_CASE("the same level twice is no edge, and what began before the start is no gesture") {
  Gestures gestures(kAll);
  gestures.reset(true);
  CHECK_FALSE(gestures.deadline());
  CHECK(gestures.edge(false, 100ms).empty());
  CHECK(gestures.expire(1h).empty());
  CHECK(gestures.edge(true, 2h).empty());
  CHECK(gestures.edge(true, 2h + 400ms).empty());
  CHECK(gestures.edge(false, 2h + 450ms).empty());
  CHECK(gestures.expire(3h) == Gestures::Events{"click"});
}

TEST_CASE("nothing is told when nothing is asked for") { CHECK(Finger({}).press(1ms).press(1h).pass(1h).told.empty()); }
