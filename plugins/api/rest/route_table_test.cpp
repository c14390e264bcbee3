#include "rest/route_table.h"

#include <nlohmann/json.hpp>

#include "catch.h"
#include "rest/openapi.h"
#include "rest/problem.h"

using namespace api;
using nlohmann::json;

namespace {

Route route(std::string method, std::string path) {
  Route route;
  route.method = std::move(method);
  route.path = std::move(path);
  route.tag = "tests";
  route.summary = "One of a test";
  return route;
}

RouteTable table() {
  RouteTable table;
  table.add(route("GET", "/api/v1/users/{name}"));
  table.add(route("GET", "/api/v1/users/me"));
  table.add(route("DELETE", "/api/v1/users/{name}"));
  auto put = route("PUT", "/api/v1/devices/{device}/components/{component}");
  put.body = json{{"type", "object"}};
  put.access = Access::operating;
  table.add(std::move(put));
  return table;
}

/// The problem that `work` ends with.
Problem problem_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Problem& problem) {
    return problem;
  }
  FAIL("there is no problem");
  return {0, ""};
}

}  // namespace

TEST_CASE("a request finds its route, with what stands in its path") {
  const RouteTable routes = table();
  const auto found = routes.find("PUT", "/api/v1/devices/house/components/a%2Fb");
  CHECK(found.route->method == "PUT");
  CHECK(found.path.at("device") == "house");
  CHECK(found.path.at("component") == "a/b");
  CHECK(routes.find("GET", "/api/v1/users/anna").path.at("name") == "anna");
  CHECK(routes.find("GET", "/api/v1/users/me").path.empty());
}

TEST_CASE("what no route takes is refused with the way out") {
  const RouteTable routes = table();
  CHECK(problem_of([&] { routes.find("GET", "/api/v1/nothing"); }).status == 404);
  CHECK(problem_of([&] { routes.find("GET", "/api/v1/users/"); }).status == 404);
  const Problem other = problem_of([&] { routes.find("POST", "/api/v1/users/anna"); });
  CHECK(other.status == 405);
  CHECK(other.headers.at(0).second == "GET, DELETE");
  for (const char* path : {"/api/v1/../x", "/api/v1/%2e%2e/x", "/api/v1/%2E/x", "/api/%", "/api/%ff", "/api/%00"}) {
    INFO(path);
    CHECK(problem_of([&] { routes.find("GET", path); }).status == 400);
  }
  RouteTable twice = table();
  CHECK_THROWS_AS(twice.add(route("GET", "/api/v1/users/me")), std::logic_error);
}

TEST_CASE("each mistake of a body is told with its place") {
  const json schema = json::parse(R"({"type":"object","additionalProperties":false,"required":["name"],"properties":{
    "name":{"type":"string","minLength":2,"maxLength":5},"count":{"type":"integer","minimum":1,"maximum":9},
    "kind":{"enum":["a","b"]},"list":{"type":"array","items":{"type":"number"}},"any":{"type":["string","null"]}}})");
  check_body(json::parse(R"({"name":"anna","count":3,"kind":"a","list":[1,2.5],"any":null})"), schema);
  const Problem problem =
      problem_of([&] { check_body(json::parse(R"({"count":0,"kind":"c","list":[1,"x"],"a/b":1,"any":3})"), schema); });
  CHECK(problem.status == 422);
  std::string all;
  for (const Mistake& mistake : problem.errors) all += mistake.pointer + ": " + mistake.detail + '\n';
  CHECK_THAT(all, Catch::Contains("/a~1b: unknown key, expected one of: any, count, kind, list, name"));
  CHECK_THAT(all, Catch::Contains("/count: expected at least 1, found 0"));
  CHECK_THAT(all, Catch::Contains("/kind: expected one of [\"a\",\"b\"], found \"c\""));
  CHECK_THAT(all, Catch::Contains("/list/1: expected number, found \"x\""));
  CHECK_THAT(all, Catch::Contains("/any: expected [\"string\",\"null\"], found 3"));
  CHECK_THAT(all, Catch::Contains("/name: is required"));
  CHECK(problem.errors.size() == 6);
  CHECK(problem_of([&] { check_body(json::parse(R"({"name":"a"})"), schema); }).errors[0].detail ==
        "expected at least 2 bytes, found 1");
  CHECK(problem_of([&] { check_body(json::array(), schema); }).detail == "the body: expected object, found []");
  const json answer = json::parse(problem.response().body);
  CHECK(answer["status"] == 422);
  CHECK(answer["errors"][0]["pointer"] == problem.errors[0].pointer);
}

TEST_CASE("the document has each route, its role and its errors") {
  const json document = openapi_of(table(), "1.2.3");
  CHECK(document["openapi"] == "3.1.0");
  CHECK(document["paths"].size() == 3);
  const json& put = document["paths"]["/api/v1/devices/{device}/components/{component}"]["put"];
  CHECK(put["operationId"] == "put_devices_device_components_component");
  CHECK(put["x-role"] == "operator");
  CHECK(put["parameters"].size() == 2);
  CHECK(put["responses"].contains("422"));
  CHECK(put["responses"]["403"]["content"].contains("application/problem+json"));
}

TEST_CASE("a number in a query is checked") {
  Request request;
  request.query = {{"limit", "10"}, {"wrong", "1x"}, {"much", "99"}};
  const Call call{request, {}, {}, {}};
  CHECK(call.integer("limit", 5, 1, 20) == 10);
  CHECK(call.integer("none", 5, 1, 20) == 5);
  CHECK(problem_of([&] { (void)call.integer("wrong", 5, 1, 20); }).detail ==
        "wrong: expected an integer from 1 to 20, found \"1x\"");
  CHECK(problem_of([&] { (void)call.integer("much", 5, 1, 20); }).status == 422);
}
