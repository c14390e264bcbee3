// Where answers go: to whom asked, on topics that are for answers, and never where they would be a command.
#include "mqtt/bridge.h"

#include <optional>
#include <string>
#include <vector>

#include "catch.h"

using namespace m2ag;
using namespace m2ag::host;

namespace {

struct Fixture {
  Registry registry;
  std::vector<PublishRequest> published;
  Bridge bridge{"m2ag/house", registry, [this](PublishRequest request) { published.push_back(std::move(request)); }};

  static Reply good(std::string response_topic) {
    Reply reply;
    reply.component = "pump";
    reply.command = "state/set";
    reply.ok = true;
    reply.address = {std::move(response_topic), "c1", {}};
    return reply;
  }
  std::vector<std::string> topics_of(const Reply& reply) {
    published.clear();
    bridge.reply(reply);
    std::vector<std::string> topics;
    for (const auto& each : published) topics.push_back(each.topic);
    return topics;
  }
};

}  // namespace

TEST_CASE_METHOD(
    Fixture,
    "an answer goes to the Response Topic, with its correlation data, outside of the tree or where answers are") {
  const std::string topic = GENERATE(as<std::string>(), "elsewhere/answers", "x", "m2ag", "m2agx/house/pump/set",
                                     "m2ag/other/pump/reply", "m2ag/house/pump/reply", "m2ag/other/response/mine");
  INFO(topic);
  CHECK(topics_of(good(topic)) == std::vector<std::string>{topic});
  CHECK(published.front().correlation_data == "c1");
  CHECK_FALSE(published.front().retain);
}

TEST_CASE_METHOD(Fixture, "an error has what else there is to say of it beside its code and its sentence") {
  Reply reply;
  reply.request = true;
  reply.command = "config-apply";
  reply.code = "conflict";
  reply.message = "changed meanwhile";
  reply.details = {{"found", "b"}, {"code", "never this"}};
  CHECK(topics_of(reply) == std::vector<std::string>{"m2ag/house/response/config-apply"});
  CHECK(published.front().payload ==
        R"({"error":{"code":"conflict","found":"b","message":"changed meanwhile"},"status":"error"})");
}

TEST_CASE_METHOD(Fixture,
                 "an answer is no command, no state and no event of another: such a Response Topic is not used") {
  const std::string topic = GENERATE(
      as<std::string>(), "m2ag/house/other/set", "m2ag/house/other/state/set", "m2ag/other/dial/press/run",
      "m2ag/house/dial/config/gain/set", "m2ag/all/pump/set", "m2ag/group/garden/pump/set", "m2ag/house/request/info",
      "m2ag/house/status", "m2ag/house/other/state", "m2ag/house/event/alarm", "m2ag/house/pump/replying",
      "m2ag/other/response/set", "m2ag/other/pump/response/set", "m2ag/all/response/set", "m2ag/house/response/a/b",
      "m2ag/house/response", "m2ag/", "$SYS/broker", "a/#", "+/b", "", "a\nb");
  INFO(topic);
  CHECK(topics_of(good(topic)) == std::vector<std::string>{"m2ag/house/pump/reply"});

  Reply request = good(topic);
  request.request = true;
  request.command = "restart";
  CHECK(topics_of(request) == std::vector<std::string>{"m2ag/house/response/restart"});
}

TEST_CASE_METHOD(Fixture, "a refusal is told to whom asked and on the component's topic") {
  Reply refused = good("elsewhere/answers");
  refused.ok = false;
  refused.code = "busy";
  CHECK(topics_of(refused) == std::vector<std::string>{"elsewhere/answers", "m2ag/house/pump/reply"});
  CHECK(published[0].payload == published[1].payload);
  CHECK(published[1].correlation_data.empty());
}

TEST_CASE_METHOD(Fixture,
                 "a device request is answered on the topic of its word, also when that is a word of the tree") {
  Reply request = good("");
  request.request = true;
  request.command = GENERATE(as<std::string>(), "info", "health", "restart");
  request.ok = GENERATE(true, false);
  INFO(request.command);
  CHECK(topics_of(request) == std::vector<std::string>{"m2ag/house/response/" + request.command});
}

TEST_CASE_METHOD(Fixture, "what was addressed becomes a topic only when it is an id") {
  Reply refused = good("");
  refused.ok = false;
  refused.component = GENERATE(as<std::string>(), "", "request", "+", "#", "Ünknown", "a b", "status");
  INFO(refused.component);
  CHECK(topics_of(refused) == std::vector<std::string>{"m2ag/house/event/command_refused"});

  // `response/set` would come back to this device as a command.
  refused.request = true;
  refused.command = GENERATE(as<std::string>(), "", "+", "#", "Ünknown", "a b", "set");
  INFO(refused.command);
  CHECK(topics_of(refused) == std::vector<std::string>{"m2ag/house/event/command_refused"});
}

TEST_CASE_METHOD(Fixture, "a register is retained, and one without a value is cleared at the broker") {
  const auto event = [](Value value) {
    return std::make_shared<const Event>(Event{EventKind::register_value, "pump", "max_on", std::move(value)});
  };
  bridge.connected(Value::Map{});
  published.clear();
  bridge.apply(event("10m"));
  bridge.apply(event({}));
  REQUIRE(published.size() == 2);
  CHECK(published[0].topic == "m2ag/house/pump/config/max_on");
  CHECK(published[0].payload == "10m");
  CHECK(published[1].payload.empty());
  CHECK(published[1].retain);

  // What is newest is published again with each connection.
  registry.apply(event("9m"));
  bridge.disconnected();
  published.clear();
  bridge.connected(Value::Map{});
  CHECK(published.back().payload == "9m");
}
