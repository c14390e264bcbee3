// Streams over real sockets.
#include "live/event_hub.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "catch.h"
#include "core/topic.h"

using namespace api;

namespace {

void set(Mirror& mirror, std::string_view topic, std::string_view payload) {
  m2ag::host::MqttMessage message;
  message.topic = topic;
  message.payload = payload;
  message.retained = true;
  mirror.apply(message, 1);
}

EventHub::Follow follow(std::string filter = "#", std::string last = {}) {
  return {[filter = std::move(filter)](std::string_view topic) { return m2ag::host::matches(filter, topic); },
          std::move(last),
          {}};
}

HubSettings quick() {
  HubSettings settings;
  settings.period = std::chrono::milliseconds(20);
  return settings;
}

/// The browser's end of a stream.
class Browser {
 public:
  explicit Browser(int buffer = 0) {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_) == 0);
    if (buffer > 0) ::setsockopt(ends_[1], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  }
  ~Browser() { ::close(ends_[0]); }
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  int other_end() const { return ends_[1]; }
  /// What has come once `part` is in it; within 10 s.
  const std::string& wait_for(const std::string& part) {
    while (text_.find(part) == std::string::npos && read()) {
    }
    INFO(text_);
    REQUIRE(text_.find(part) != std::string::npos);
    return text_;
  }
  bool ends() {
    while (read()) {
    }
    return has_ended_;
  }
  void forget() { text_.clear(); }

 private:
  bool read() {
    pollfd wait{ends_[0], POLLIN, 0};
    if (::poll(&wait, 1, 10'000) <= 0) return false;
    char buffer[65536];
    const ssize_t count = ::recv(ends_[0], buffer, sizeof buffer, 0);
    has_ended_ = count <= 0;
    if (count > 0) text_.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  }

  int ends_[2] = {-1, -1};
  std::string text_;
  bool has_ended_ = false;
};

}  // namespace

TEST_CASE("a stream begins with what is, then tells what changes") {
  Mirror mirror;
  set(mirror, "m/a", "1");
  set(mirror, "n/b", "2");
  EventHub hub(mirror, quick(), "run");
  Browser browser;
  REQUIRE(hub.adopt(browser.other_end(), follow("m/#")));
  const std::string state = browser.wait_for("\"more\":false");
  CHECK_THAT(state, Catch::StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
  CHECK_THAT(state, Catch::Contains("event: state\nid: run-2\ndata: "));
  CHECK_THAT(state, Catch::Contains("\"topic\":\"m/a\""));
  CHECK_THAT(state, !Catch::Contains("n/b"));
  set(mirror, "n/b", "3");
  set(mirror, "m/a", "4");
  CHECK_THAT(browser.wait_for("event: changes"), Catch::Contains("id: run-4\n"));
  CHECK_THAT(browser.wait_for("\"payload\":\"4\""), !Catch::Contains("n/b"));
}

TEST_CASE("a stream goes on after the last event that its browser has") {
  Mirror mirror;
  for (int n = 0; n < 5; ++n) set(mirror, "m/" + std::to_string(n), "1");
  EventHub hub(mirror, quick(), "run");
  Browser browser, other_run;
  REQUIRE(hub.adopt(browser.other_end(), follow("#", "run-3")));
  const std::string text = browser.wait_for("id: run-5");
  CHECK_THAT(text, !Catch::Contains("event: state"));
  CHECK_THAT(text, !Catch::Contains("m/2"));
  CHECK_THAT(text, Catch::Contains("m/3"));
  REQUIRE(hub.adopt(other_run.other_end(), follow("#", "before-3")));
  CHECK_THAT(other_run.wait_for("id: run-5"), Catch::Contains("event: state"));
}

TEST_CASE("a browser that does not read is let go, and delays no other") {
  Mirror mirror;
  for (int n = 0; n < 200; ++n) set(mirror, "m/" + std::to_string(n), std::string(10'000, 'x'));
  auto settings = quick();
  settings.stalled = std::chrono::milliseconds(300);
  EventHub hub(mirror, settings, "run");
  Browser stalled(4096), other;
  REQUIRE(hub.adopt(stalled.other_end(), follow()));
  REQUIRE(hub.adopt(other.other_end(), follow()));
  other.wait_for("\"more\":false");
  set(mirror, "m/new", "fresh");
  other.wait_for("fresh");
  while (hub.stats().stalled == 0) std::this_thread::yield();
  CHECK(hub.stats().clients == 1);
  CHECK(stalled.ends());
  set(mirror, "m/newer", "still there");
  other.wait_for("still there");
}

TEST_CASE("a stream ends with the session that it was opened with") {
  Mirror mirror;
  auto settings = quick();
  settings.allowed = std::chrono::milliseconds(30);
  EventHub hub(mirror, settings, "run");
  std::atomic<bool> may{true};
  Browser browser;
  auto following = follow();
  following.still_allowed = [&] { return may.load(); };
  REQUIRE(hub.adopt(browser.other_end(), std::move(following)));
  browser.wait_for("\"more\":false");
  may = false;
  CHECK(browser.ends());
}

TEST_CASE("one stream too many is told so, and there is room again when one has gone") {
  Mirror mirror;
  auto settings = quick();
  settings.most_clients = 1;
  EventHub hub(mirror, settings, "run");
  {
    Browser first, second;
    REQUIRE(hub.adopt(first.other_end(), follow()));
    first.wait_for("event: state");
    CHECK_FALSE(hub.adopt(second.other_end(), follow()));
    CHECK_THAT(second.wait_for("too many"), Catch::StartsWith("HTTP/1.1 503 "));
    CHECK(hub.stats().refused == 1);
  }
  while (hub.stats().clients > 0) std::this_thread::yield();
  Browser third;
  REQUIRE(hub.adopt(third.other_end(), follow()));
  third.wait_for("event: state");
  hub.stop();
  CHECK(third.ends());
}
