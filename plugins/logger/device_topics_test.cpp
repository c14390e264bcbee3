#include "device_topics.h"

#include "catch.h"

using namespace logger;

namespace {

std::string read(std::string_view topic, const std::string& base = "m2ag") {
  const auto found = DeviceTopics(base).read(topic);
  if (!found) return "nothing";
  constexpr const char* kKinds[] = {"value", "status", "availability", "event"};
  return std::string(kKinds[static_cast<int>(found->kind)]) + ' ' + found->series();
}

}  // namespace

TEST_CASE("topics of devices are told apart") {
  CHECK(read("m2ag/house/air/temperature") == "value house/air/temperature");
  CHECK(read("m2ag/house/pump/state") == "value house/pump/state");
  CHECK(read("m2ag/house/door/event") == "value house/door/event");
  CHECK(read("m2ag/house/pump/status") == "status house/pump/");
  CHECK(read("m2ag/house/pump/availability") == "availability house/pump/");
  CHECK(read("m2ag/house/status") == "availability house//");
  CHECK(read("m2ag/house/event/component_failed") == "event house//component_failed");
  CHECK(read("site/one/house/air/temperature", "site/one") == "value house/air/temperature");
}

TEST_CASE("commands, answers and what is none of ours are passed over") {
  for (const char* topic : {"m2ag/house/pump/set",
                            "m2ag/house/pump/state/set",
                            "m2ag/house/pump/reply",
                            "m2ag/house/pump/json",
                            "m2ag/house/pump/config/interval",
                            "m2ag/house/request/reload",
                            "m2ag/house/response/reload",
                            "m2ag/house/log/error",
                            "m2ag/house/info",
                            "m2ag/house/health",
                            "m2ag/all/pump/set",
                            "m2ag/group/wet/pump",
                            "m2ag",
                            "m2ag/",
                            "m2ag/house",
                            "m2ag/House/air/temperature",
                            "m2ag//air/temperature",
                            "m2agx/house/air/temperature",
                            "other/house/air/temperature",
                            "m2ag/house/event/A",
                            "m2ag/house/pump/state/x/y"})
    CHECK(read(topic) == "nothing");
}
