#include "cli/config_view.h"

#include "catch.h"
#include "cli/revision_files.h"
#include "config/test_types.h"

using namespace m2ag;
using namespace m2ag::host;

namespace {

const TestTypes kTypes;

ConfigView view(std::vector<RevisionFile> files) { return {std::move(files), Environment{}, kTypes}; }

}  // namespace

TEST_CASE("files that are on no disk are shown without their secrets") {
  const ConfigView files = view({{"/nowhere/house.yaml", "mqtt: !include sub/broker.yaml\n"},
                                 {"/nowhere/sub/broker.yaml", "password: hunter2\n"},
                                 {"/nowhere/components.d/s.yaml", "s: { type: store, token: t }\n"}});
  const Value::Map value = files.to_value();
  CHECK(value.at("file") == Value("/nowhere/house.yaml"));
  CHECK(value.at("text") == Value("mqtt: !include sub/broker.yaml\n"));
  const auto& others = value.at("files").as_list();
  REQUIRE(others.size() == 2);
  CHECK(*others[0].find("text") == Value("password: \"***\"\n"));
  CHECK(*others[0].find("writable") == Value(false));
  CHECK(*others[1].find("text") == Value("s: { type: store, token: \"***\" }\n"));
  CHECK(*others[1].find("writable") == Value(true));
  CHECK(files.find("")->path == "/nowhere/house.yaml");
  CHECK(files.find("/nowhere/other.yaml") == nullptr);
}

TEST_CASE("of a file that nobody can read, or nobody includes, there is no text") {
  const Value::Map value =
      view({{"/nowhere/house.yaml", "mqtt: { password: x\n"}, {"/nowhere/left.yaml", "a: b\n"}}).to_value();
  CHECK(value.at("text").is_null());
  CHECK(value.at("problem").as_text().starts_with("/nowhere/house.yaml:2:1: "));
  const Value& left = value.at("files").as_list().front();
  CHECK(left.find("text")->is_null());
  CHECK(left.find("problem")->as_text().find("no part of the descriptor") != std::string::npos);
}

TEST_CASE("an etag is the SHA-256 of the text, secrets included") {
  CHECK(etag({"x", "abc"}) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("without a number, the revision to go back to is the newest that ran and is not what stands there") {
  const std::vector<RevisionFile> a{{"f", "a"}}, b{{"f", "b"}}, c{{"f", "c"}};
  const std::vector<Revision> all{{1, 0, "start", a}, {2, 0, "file", b}, {3, 0, "kept", c}};
  CHECK(choose_revision(all, 0, b)->number == 1);
  CHECK(choose_revision(all, 0, c)->number == 2);
  CHECK(choose_revision(all, 3, b)->number == 3);
  CHECK_FALSE(choose_revision(all, 4, b));
}
