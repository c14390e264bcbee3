#include "history/sampling.h"

#include "catch.h"
#include "history/test_history.h"

using namespace m2ag::host::history;

namespace {

using Strategy = SamplingRule::Strategy;

/// The values that are kept of values a second apart.
std::vector<double> kept(SamplingRule rule, const std::vector<double>& values) {
  Sampling sampling(rule);
  std::vector<double> result;
  Time time = 0;
  for (const double value : values) {
    if (sampling.keeps(number_at(time += 1000, value))) result.push_back(value);
  }
  return result;
}

}  // namespace

TEST_CASE("each strategy keeps what it says") {
  const std::vector<double> values{1, 1, 1.4, 1.6, 1.6, 1.2, 3};
  CHECK(kept({}, values) == values);
  CHECK(kept({Strategy::change, 0, 0}, values) == std::vector<double>{1, 1.4, 1.6, 1.2, 3});
  CHECK(kept({Strategy::threshold, 0.5, 0}, values) == std::vector<double>{1, 1.6, 3});
  CHECK(kept({Strategy::threshold, 0, 0}, values) == std::vector<double>{1, 1.4, 1.6, 1.2, 3});
}

TEST_CASE("a heartbeat keeps one every so often") {
  CHECK(kept({Strategy::change, 0, 3000}, std::vector<double>(10, 5)).size() == 4);
  CHECK(kept({Strategy::threshold, 100, 3000}, {1, 2, 3, 4, 5, 6, 7}) == std::vector<double>{1, 4, 7});
}

TEST_CASE("a change of quality or text is a change, and what is late is kept") {
  Sampling sampling({Strategy::change, 0, 0});
  CHECK(sampling.keeps({10, 0, "a", Quality::good}));
  CHECK_FALSE(sampling.keeps({11, 0, "a", Quality::good}));
  CHECK(sampling.keeps({12, 0, "a", Quality::bad}));
  CHECK(sampling.keeps({13, 0, "b", Quality::bad}));
  CHECK(sampling.keeps({5, 0, "b", Quality::bad}));
  CHECK_FALSE(sampling.keeps({14, 0, "b", Quality::bad}));
}
