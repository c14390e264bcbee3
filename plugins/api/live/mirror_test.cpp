#include "live/mirror.h"

#include "catch.h"

using namespace api;

namespace {

m2ag::host::MqttMessage message(std::string_view topic, std::string_view payload, bool is_state = true) {
  m2ag::host::MqttMessage message;
  message.topic = topic;
  message.payload = payload;
  message.retained = is_state;
  return message;
}

const Mirror::Filter kAll = [](std::string_view) { return true; };

std::string topics_of(const Changes& changes) {
  std::string all;
  for (const Change& change : changes.all) all += change.topic + '=' + change.payload + ' ';
  return all;
}

}  // namespace

TEST_CASE("the newest of each topic is there, and a cleared one is not") {
  Mirror mirror;
  mirror.apply(message("m/d/air/temperature", "1"), 100);
  auto dated = message("m/d/air/temperature", "2");
  dated.time = 50;
  mirror.apply(dated, 200);
  mirror.apply(message("m/d/pump/state", "ON"), 300);
  CHECK(mirror.find("m/d/air/temperature")->payload == "2");
  CHECK(mirror.find("m/d/air/temperature")->time == 50);
  CHECK(mirror.below("m/d/").size() == 2);
  CHECK(mirror.below("m/d/p").size() == 1);
  mirror.apply(message("m/d/pump/state", ""), 400);
  CHECK_FALSE(mirror.find("m/d/pump/state"));
  CHECK(mirror.below("m/d/").size() == 1);
}

TEST_CASE("a follower gets the newest of what has changed since, in the order of the changes") {
  Mirror mirror;
  mirror.apply(message("a", "1"), 0);
  const auto start = mirror.newest();
  mirror.apply(message("b", "1"), 0);
  mirror.apply(message("a", "2"), 0);
  mirror.apply(message("event", "e", false), 0);
  mirror.apply(message("b", "2"), 0);
  const auto changes = mirror.since(start, kAll, 100'000);
  CHECK(topics_of(changes) == "a=2 event=e b=2 ");
  CHECK(changes.all[1].is_moment);
  CHECK_FALSE(changes.has_more);
  CHECK(mirror.since(changes.next, kAll, 100'000).all.empty());
  mirror.apply(message("a", ""), 0);
  CHECK(topics_of(mirror.since(changes.next, kAll, 100'000)) == "a= ");
  const auto some = mirror.since(
      start, [](std::string_view topic) { return topic == "b"; }, 100'000);
  CHECK(topics_of(some) == "b=2 ");
}

TEST_CASE("in pieces a follower gets all of it") {
  Mirror mirror;
  for (int n = 0; n < 100; ++n) mirror.apply(message("t" + std::to_string(n), std::string(100, 'x')), 0);
  std::size_t count = 0, pieces = 0;
  Changes changes;
  do {
    changes = mirror.since(changes.next, kAll, 1000);
    count += changes.all.size();
    ++pieces;
  } while (changes.has_more);
  CHECK(count == 100);
  CHECK(pieces > 10);
  count = 0;
  std::string after;
  do {
    changes = mirror.state_after(after, kAll, 1000);
    count += changes.all.size();
    after = changes.all.back().topic;
  } while (changes.has_more);
  CHECK(count == 100);
}

TEST_CASE("topics that come and go take no room for ever, nor do moments") {
  Mirror mirror;
  for (int n = 0; n < 5000; ++n) {
    mirror.apply(message("t" + std::to_string(n), "x"), 0);
    mirror.apply(message("t" + std::to_string(n), ""), 0);
    mirror.apply(message("event", "x", false), 0);
  }
  CHECK(mirror.since(0, kAll, std::size_t{1} << 30U).all.size() <= 1000 + Mirror::kMostMoments);
  CHECK(mirror.oldest_moment() > 0);
}

TEST_CASE("there is a bound to all of it") {
  Mirror mirror;
  const std::string large(1'000'000, 'x');
  int taken = 0;
  for (int n = 0; n < 100; ++n) taken += mirror.apply(message("t" + std::to_string(n), large), 0) ? 1 : 0;
  CHECK(taken > 50);
  CHECK(taken < 70);
  CHECK(mirror.apply(message("t1", "small"), 0));  // what is there can change
}
