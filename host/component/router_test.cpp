// From a topic to a component: what is refused and why, and what reaches nobody.
#include "component/router.h"

#include "catch.h"
#include "component/test_world.h"

using namespace m2ag;
using namespace m2ag::host;

TEST_CASE("every refused command is answered with a code and changes nothing") {
  World world;
  world.start();
  REQUIRE(world.wait_state("running"));
  struct Case {
    const char *topic, *payload, *code, *part;
  };
  const Case cases[] = {
      {"m2ag/demo/pump/state/set", "maybe", "wrong_type", "expected ON"},
      {"m2ag/demo/pmup/set", "ON", "unknown_component", "did you mean \"pump\""},
      {"m2ag/demo/pump/stat/set", "ON", "unknown_channel", "did you mean \"state\""},
      {"m2ag/demo/pump/temperature/set", "1", "read_only", "cannot be set"},
      {"m2ag/demo/pump/reset/run", "", "unknown_command", "it has none"},
      {"m2ag/demo/pump/config/gain/set", "1", "unknown_register", "gain"},
      {"m2ag/demo/request/nothing", "", "unknown_request", "nothing"},
      {"m2ag/demo/pump/set", "{\"state\":\"ON\",\"nope\":1}", "unknown_channel", "nope"},
      {"m2ag/demo/pump/set", "{", "bad_json", "JSON"},
      {"m2ag/demo/pump/set", "{\"value\":\"OFF\",\"value\":\"ON\"}", "bad_json", "\"value\" is there twice"},
      {"m2ag/demo/pump/set", "\xff", "not_utf8", "UTF-8"},
  };
  std::size_t count = 0;
  for (const Case& each : cases) {
    INFO(each.topic << " " << each.payload);
    world.send(each.topic, each.payload);
    const Reply reply = world.wait_reply(++count);
    CHECK_FALSE(reply.ok);
    CHECK(reply.code == each.code);
    CHECK_THAT(reply.message, Catch::Contains(each.part));
  }
  world.send("m2ag/demo/pump/set", "ON", true);
  CHECK(world.wait_reply(++count).code == "retained");
  CHECK(world.registry.value("pump", "state") == Value(false));
}

TEST_CASE("a long word of a topic is cut in the answer and in the log") {
  World world;
  world.start();
  REQUIRE(world.wait_state("running"));
  const std::string word(60'000, 'x');
  for (const std::string& path : {word + "/set", "pump/" + word + "/set", "pump/" + word + "/run",
                                  "pump/config/" + word + "/set", "request/" + word}) {
    const Reply reply = world.command("m2ag/demo/" + path, "1");
    CHECK_FALSE(reply.ok);
    CHECK(reply.message.size() + reply.component.size() + reply.command.size() < 500);
  }
  CHECK_FALSE(world.logged(word.substr(0, 100)));
}

TEST_CASE("a broadcast reaches a component and is silent where there is none") {
  World world;
  world.start();
  REQUIRE(world.wait_state("running"));
  world.send("m2ag/all/lamp/set", "ON");
  world.send("m2ag/group/garden/lamp/set", "ON");
  world.send("m2ag/group/garden/pump/set", "ON");
  CHECK(world.wait_reply().ok);
  CHECK(world.registry.value("pump", "state") == Value(true));
  world.send("m2ag/all/pump/state/set", "OFF");
  CHECK(world.wait_reply(2).ok);
  CHECK(world.replies.size() == 2);
}

TEST_CASE("a topic without a component is no request to the device") {
  World world;
  world.start();
  REQUIRE(world.wait_state("running"));
  const char* topic = GENERATE("m2ag/demo//set", "m2ag/demo//state/set", "m2ag/demo/", "m2ag/demo", "m2ag//pump/set");
  INFO(topic);
  world.send(topic, "ON");
  for (const Reply& reply : world.replies) {
    CHECK_FALSE(reply.request);
    CHECK_FALSE(reply.ok);
    CHECK(reply.component.empty());
    CHECK(reply.code == "unknown_component");
  }
  CHECK(world.registry.value("pump", "state") == Value(false));
  CHECK(world.command("m2ag/demo/pump/set", "ON").ok);
}

TEST_CASE("a descriptor may be longer than a command") {
  World world;
  world.start();
  world.router->on_request("config-check", [](const Value& asked) { return asked; });
  world.router->on_request("other", [](const Value& asked) { return asked; });
  const std::string text = R"({"text": ")" + std::string(100 * 1024, 'x') + R"("})";
  CHECK(world.command("m2ag/demo/request/config-check", text).ok);
  for (const char* topic : {"m2ag/demo/request/other", "m2ag/demo/pump/set", "m2ag/demo/pump/config-x/set"}) {
    const Reply reply = world.command(topic, text);
    CHECK(reply.code == "too_long");
    CHECK(reply.message == "the payload is longer than 64 KiB");
  }
  const Reply reply = world.command("m2ag/demo/request/config-check", text + std::string(256 * 1024, ' '));
  CHECK(reply.message == "the payload is longer than 256 KiB");
}

TEST_CASE("a request goes to one device: to all or to a group it is none") {
  World world;
  world.start();
  REQUIRE(world.wait_state("running"));
  int asked = 0;
  world.router->on_request("set", [&asked](const Value&) { return Value(++asked); });
  for (const char* topic : {"m2ag/all/request/set", "m2ag/group/garden/request/set"}) world.send(topic, "");
  CHECK(asked == 0);
  CHECK(world.replies.empty());
  const Reply reply = world.command("m2ag/demo/request/set", "");
  CHECK(reply.ok);
  CHECK(reply.request);
  CHECK(asked == 1);
}
