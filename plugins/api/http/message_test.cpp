#include "http/message.h"
#include "catch.h"

using namespace api;

TEST_CASE("percent-encoding is undone once, and what is none is refused") {
  CHECK(percent_decoded("a%20b%2Fc", false) == "a b/c");
  CHECK(percent_decoded("%2520", false) == "%20");
  CHECK(percent_decoded("a+b", false) == "a+b");
  CHECK(percent_decoded("a+b%2B", true) == "a b+");
  for (const char* wrong : {"%", "%4", "%zz", "a%", "%00"}) {
    INFO(wrong);
    CHECK_FALSE(percent_decoded(wrong, false));
  }
}

TEST_CASE("a cookie is found by its whole name") {
  Request request;
  request.headers["cookie"] = "m2ag-old=1; __Host-m2ag=abc=; other; m2ag=2";
  CHECK(request.cookie("__Host-m2ag") == "abc=");
  CHECK(request.cookie("m2ag") == "2");
  CHECK(request.cookie("Host-m2ag").empty());
  CHECK(Request().cookie("m2ag").empty());
}
