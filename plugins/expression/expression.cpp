// A value computed from values of other components: a number, or a condition that holds or not. Computed anew when one of them changes, and
// offline when one of them is or when there is no result: never an invented value.
#include <m2ag/m2ag.h>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formula.h"

namespace expression {
namespace {

class Computed : public m2ag::Component {
 public:
  struct Params {
    std::map<std::string, m2ag::ChannelName> inputs;
    std::string formula;
  };

  Computed(m2ag::Context& context, Params params)
      : Component(context), params_(std::move(params)), formula_(params_.formula, names()) {
    for (const auto& [name, channel] : params_.inputs) {
      if (channel.component == context.component())
        throw m2ag::ConfigError("inputs." + name + ": " + channel.component + " cannot be computed from itself");
    }
  }

  void start() override {
    for (const auto& [name, channel] : params_.inputs) add(name, channel);
    for (Input& input : inputs_) listen(input);
    compute();
  }

  void stop() noexcept override { inputs_.clear(); }

 protected:
  virtual void tell(double result) = 0;

 private:
  struct Input {
    std::string name;
    m2ag::ChannelName channel;
    bool online = false;
    std::optional<double> number{};
    m2ag::Handle value{}, availability{};
  };

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, channel] : params_.inputs) names.push_back(name);
    return names;
  }

  void add(const std::string& name, m2ag::ChannelName channel) {
    const m2ag::ChannelSpec spec = context().channel(channel);
    channel.channel = spec.name;
    if (spec.type != m2ag::ChannelType::number && spec.type != m2ag::ChannelType::boolean)
      throw m2ag::DeviceError("inputs." + name + ": " + channel.text() + " is neither a number nor on or off");
    inputs_.push_back({name, channel});
  }

  void listen(Input& input) {
    take(input, context().value(input.channel));
    input.value = context().subscribe(input.channel.text(), [this, &input](const m2ag::ChannelUpdate& update) {
      take(input, update.value);
      compute_soon();
    });
    input.availability = context().on_availability(input.channel.component, [this, &input](bool online) {
      input.online = online;
      compute_soon();
    });
  }

  static void take(Input& input, const std::optional<m2ag::Value>& value) {
    if (!value) return;
    if (value->is_number()) input.number = value->as_number();
    if (value->is_bool()) input.number = value->as_bool() ? 1 : 0;
  }

  /// After what waits on the lane: several inputs that change together give one result.
  void compute_soon() {
    if (std::exchange(posted_, true)) return;
    context().post([this] {
      posted_ = false;
      compute();
    });
  }

  void compute() {
    if (inputs_.empty() && !params_.inputs.empty()) return;  // stopped meanwhile
    std::vector<double> values;
    for (const Input& input : inputs_) {
      if (!input.online) return offline(input.channel.component + " is offline");
      if (!input.number) return offline(input.channel.text() + " has no value yet");
      values.push_back(*input.number);
    }
    const auto result = formula_.evaluate(values);
    if (!result) return no_result();
    no_result_.clear();
    context().set_online(true);
    tell(*result);
  }

  void offline(std::string reason) {
    no_result_.clear();
    context().set_online(false, std::move(reason));
  }

  /// With the values of the first time: said once, not with each new value.
  void no_result() {
    if (no_result_.empty()) {
      no_result_ = "the formula gives no number";
      const char* separator = " with ";
      for (const Input& input : inputs_) {
        std::string number = std::to_string(*input.number);
        number.erase(number.find_last_not_of('0') + 1);
        if (number.ends_with('.')) number.pop_back();
        no_result_ += std::exchange(separator, ", ") + input.name + " = " + number;
      }
    }
    context().set_online(false, no_result_);
  }

  const Params params_;
  Formula formula_;
  std::deque<Input> inputs_;  // their handlers point into it
  bool posted_ = false;
  std::string no_result_;
};

class Expression final : public Computed {
 public:
  using Computed::Computed;

 private:
  void tell(double result) override { publish("value", result); }
};

class Condition final : public Computed {
 public:
  using Computed::Computed;

 private:
  void tell(double result) override {
    const bool holds = result != 0;
    if (std::exchange(holds_, holds) != holds) publish("state", holds);
  }
  std::optional<bool> holds_;
};

template <class Builder>
Builder& add_params(Builder& builder, const char* formula, const char* example) {
  return builder.param("inputs", &Computed::Params::inputs, "names in the formula and the channels they stand for")
      .required()
      .example(m2ag::Value::Map{{"t", "air/temperature"}})
      .param("formula", &Computed::Params::formula, formula)
      .required()
      .example(example);
}

}  // namespace

M2AG_PLUGIN("expression", "1.0.0", plugin) {
  auto number = plugin.component<Expression>("expression", "A number computed from channels of other components");
  add_params(number, "arithmetic as muParser reads it", "t * 1.8 + 32").channel("value", "", "the result");
  auto condition = plugin.component<Condition>("condition", "Whether something holds for channels of other components");
  add_params(condition, "what holds when it is not 0", "t > 25").boolean("state", "whether it holds").main();
}

}  // namespace expression
