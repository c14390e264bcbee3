#include "signal/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <numeric>
#include <utility>

namespace m2ag::host {
namespace {

constexpr double kLongestWindow = 1000;
/// A jump that so many readings in a row agree on is real: somebody opened the door.
constexpr int kAgreeing = 3;

/// value × factor + offset
class Linear final : public Filter {
 public:
  Linear(double factor, double offset) : factor_(factor), offset_(offset) {}
  std::optional<double> apply(double value, std::string&) override { return value * factor_ + offset_; }

 private:
  const double factor_, offset_;
};

/// Straight lines between the points, and on beyond the first and the last two.
class Calibration final : public Filter {
 public:
  explicit Calibration(std::vector<std::pair<double, double>> points) : points_(std::move(points)) {}
  std::optional<double> apply(double value, std::string&) override {
    const auto above = std::find_if(points_.begin() + 1, points_.end() - 1,
                                    [value](const auto& point) { return value <= point.first; });
    const auto [x0, y0] = *(above - 1);
    const auto [x1, y1] = *above;
    return y0 + (value - x0) * (y1 - y0) / (x1 - x0);
  }

 private:
  const std::vector<std::pair<double, double>> points_;  // by rising first
};

/// c0 + c1·x + c2·x² + …
class Polynomial final : public Filter {
 public:
  explicit Polynomial(std::vector<double> coefficients) : coefficients_(std::move(coefficients)) {}
  std::optional<double> apply(double value, std::string&) override {
    return std::accumulate(coefficients_.rbegin(), coefficients_.rend(), 0.0,
                           [value](double sum, double coefficient) { return sum * value + coefficient; });
  }

 private:
  const std::vector<double> coefficients_;
};

/// The last readings, reduced to one number; of fewer at the beginning.
class Window final : public Filter {
 public:
  using Reduce = double (*)(const std::deque<double>& readings);
  Window(std::size_t length, Reduce reduce) : length_(length), reduce_(reduce) {}
  std::optional<double> apply(double value, std::string&) override {
    readings_.push_back(value);
    if (readings_.size() > length_) readings_.pop_front();
    return reduce_(readings_);
  }
  void forget() override { readings_.clear(); }

 private:
  const std::size_t length_;
  const Reduce reduce_;
  std::deque<double> readings_;
};

double median(const std::deque<double>& readings) {
  std::vector<double> sorted(readings.begin(), readings.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
double average(const std::deque<double>& readings) {
  return std::accumulate(readings.begin(), readings.end(), 0.0) / static_cast<double>(readings.size());
}
double lowest(const std::deque<double>& readings) { return *std::min_element(readings.begin(), readings.end()); }
double highest(const std::deque<double>& readings) { return *std::max_element(readings.begin(), readings.end()); }

class Clamp final : public Filter {
 public:
  Clamp(double low, double high) : low_(low), high_(high) {}
  std::optional<double> apply(double value, std::string&) override { return std::clamp(value, low_, high_); }

 private:
  const double low_, high_;
};

class ValidRange final : public Filter {
 public:
  ValidRange(double low, double high) : low_(low), high_(high) {}
  std::optional<double> apply(double value, std::string& reason) override {
    if (value >= low_ && value <= high_) return value;
    reason = fmt::format("{:g} is outside of the valid range {:g} to {:g}", value, low_, high_);
    return std::nullopt;
  }

 private:
  const double low_, high_;
};

class MaximumStep final : public Filter {
 public:
  explicit MaximumStep(double step) : step_(step) {}
  std::optional<double> apply(double value, std::string& reason) override {
    if (!last_ || std::abs(value - *last_) <= step_) return accept(value);
    const bool agrees = candidate_ && std::abs(value - *candidate_) <= step_;
    agreeing_ = agrees ? agreeing_ + 1 : 1;
    candidate_ = value;
    if (agreeing_ >= kAgreeing) return accept(value);
    reason = fmt::format("{:g} is a step of more than {:g} from {:g}", value, step_, *last_);
    return std::nullopt;
  }
  void forget() override {
    last_.reset();
    candidate_.reset();
    agreeing_ = 0;
  }

 private:
  double accept(double value) {
    last_ = value;
    candidate_.reset();
    agreeing_ = 0;
    return value;
  }

  const double step_;
  std::optional<double> last_, candidate_;
  int agreeing_ = 0;
};

class Round final : public Filter {
 public:
  explicit Round(int digits) : before_point_(digits < 0), scale_(std::pow(10.0, std::abs(digits))) {}
  std::optional<double> apply(double value, std::string&) override {
    // A tenth is no binary number: 2199 / 0.1 is not 21990, 2199 * 10 is.
    return before_point_ ? std::round(value / scale_) * scale_ : std::round(value * scale_) / scale_;
  }

 private:
  const bool before_point_;
  const double scale_;
};

ParamSpec row(const char* name, ParamType type, const char* description) {
  ParamSpec spec;
  spec.name = name;
  spec.type = type;
  spec.description = description;
  return spec;
}

ParamSpec bounded(ParamSpec spec, double minimum, double maximum) {
  spec.minimum = minimum;
  spec.maximum = maximum;
  return spec;
}

ParamSpec numbers(const char* name, const char* description) {
  ParamSpec spec = row(name, ParamType::list, description);
  spec.fields.push_back(row("", ParamType::number, ""));
  return spec;
}

ParamSpec limits(const char* name, const char* description) {
  ParamSpec spec = row(name, ParamType::group, description);
  for (const char* end : {"min", "max"}) {
    ParamSpec limit = row(end, ParamType::number, end == std::string_view("min") ? "lowest" : "highest");
    limit.required = true;
    spec.fields.push_back(std::move(limit));
  }
  return spec;
}

ParamSpec points(const char* name, const char* description) {
  ParamSpec spec = row(name, ParamType::list, description);
  ParamSpec point = row("", ParamType::group, "");
  point.fields = {row("read", ParamType::number, "what the sensor says"), row("true", ParamType::number, "what it is")};
  for (ParamSpec& end : point.fields) end.required = true;
  spec.fields.push_back(std::move(point));
  return spec;
}

/// The one key of a step and its value.
const std::pair<const std::string, Value>& kind_of(const Value& step) { return *step.as_map().begin(); }

std::vector<std::pair<double, double>> points_of(const Value& list) {
  std::vector<std::pair<double, double>> points;
  for (const Value& point : list.as_list())
    points.emplace_back(point.find("read")->as_number(), point.find("true")->as_number());
  std::sort(points.begin(), points.end());
  return points;
}

std::vector<double> numbers_of(const Value& list) {
  std::vector<double> numbers;
  for (const Value& number : list.as_list()) numbers.push_back(number.as_number());
  return numbers;
}

double minimum_of(const Value& limits) { return limits.find("min")->as_number(); }
double maximum_of(const Value& limits) { return limits.find("max")->as_number(); }

std::unique_ptr<Filter> window(const Value& length, Window::Reduce reduce) {
  return std::make_unique<Window>(static_cast<std::size_t>(length.as_integer()), reduce);
}

struct Kind {
  ParamSpec params;
  std::unique_ptr<Filter> (*make)(const Value& value);
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> kKinds{
      {row("offset", ParamType::number, "is added"),
       [](const Value& value) -> std::unique_ptr<Filter> { return std::make_unique<Linear>(1, value.as_number()); }},
      {row("multiply", ParamType::number, "multiplies"),
       [](const Value& value) -> std::unique_ptr<Filter> { return std::make_unique<Linear>(value.as_number(), 0); }},
      {points("calibrate", "two points or more, straight lines between them"),
       [](const Value& value) -> std::unique_ptr<Filter> { return std::make_unique<Calibration>(points_of(value)); }},
      {numbers("polynomial", "c0, c1, c2, …: c0 + c1·x + c2·x² + …"),
       [](const Value& value) -> std::unique_ptr<Filter> { return std::make_unique<Polynomial>(numbers_of(value)); }},
      {bounded(row("median", ParamType::integer, "the middle one of so many readings"), 2, kLongestWindow),
       [](const Value& value) { return window(value, median); }},
      {bounded(row("average", ParamType::integer, "the mean of so many readings"), 2, kLongestWindow),
       [](const Value& value) { return window(value, average); }},
      {bounded(row("minimum", ParamType::integer, "the lowest of so many readings"), 2, kLongestWindow),
       [](const Value& value) { return window(value, lowest); }},
      {bounded(row("maximum", ParamType::integer, "the highest of so many readings"), 2, kLongestWindow),
       [](const Value& value) { return window(value, highest); }},
      {limits("clamp", "what is beyond becomes the limit"),
       [](const Value& value) -> std::unique_ptr<Filter> {
         return std::make_unique<Clamp>(minimum_of(value), maximum_of(value));
       }},
      {limits("valid_range", "what is beyond is no reading and is dropped"),
       [](const Value& value) -> std::unique_ptr<Filter> {
         return std::make_unique<ValidRange>(minimum_of(value), maximum_of(value));
       }},
      {bounded(row("max_step", ParamType::number, "a larger step is dropped until three readings in a row agree on it"),
               0, 1e12),
       [](const Value& value) -> std::unique_ptr<Filter> { return std::make_unique<MaximumStep>(value.as_number()); }},
      {bounded(row("round", ParamType::integer, "digits behind the point; negative: before it"), -9, 9),
       [](const Value& value) -> std::unique_ptr<Filter> {
         return std::make_unique<Round>(static_cast<int>(value.as_integer()));
       }},
  };
  return kKinds;
}

const Kind& kind_named(std::string_view name) {
  return *std::find_if(kinds().begin(), kinds().end(), [name](const Kind& kind) { return kind.params.name == name; });
}

}  // namespace

std::vector<ParamSpec> filter_params() {
  std::vector<ParamSpec> params;
  for (const Kind& kind : kinds()) params.push_back(kind.params);
  return params;
}

std::string filter_problem(const Value& step) {
  const auto& keys = step.as_map();
  if (keys.size() != 1) {
    return keys.empty() ? "a filter wants one key, such as {median: 3}"
                        : "a filter has one key; write each as an item of its own, they are applied in their order";
  }
  const auto& [name, value] = kind_of(step);
  if (name == "calibrate") {
    const auto points = points_of(value);
    if (points.size() < 2) return "calibrate wants two points or more";
    const auto twice = std::adjacent_find(points.begin(), points.end(),
                                          [](const auto& a, const auto& b) { return a.first == b.first; });
    if (twice != points.end()) return fmt::format("calibrate has two points for {:g}", twice->first);
  }
  if (name == "polynomial" && (value.as_list().empty() || value.as_list().size() > 10))
    return "polynomial wants 1 to 10 coefficients";
  if ((name == "clamp" || name == "valid_range") && minimum_of(value) > maximum_of(value))
    return fmt::format("{}: min is larger than max", name);
  return {};
}

std::unique_ptr<Filter> make_filter(const Value& step) {
  const auto& [name, value] = kind_of(step);
  return kind_named(name).make(value);
}

}  // namespace m2ag::host
