// Registers of every kind, of a component that only a restart tells their values: it publishes what it was made with.
#include <map>
#include <vector>

#include "probe.h"

namespace probe {
namespace {

struct Limits {
  double low = 0, high = 10;
  static void describe(m2ag::ParamTable<Limits>& table) {
    table.param("low", &Limits::low, "the lower one");
    table.param("high", &Limits::high, "the upper one");
  }
};

class Tunable final : public m2ag::Component {
 public:
  struct Params {
    int gain = 1;
    bool loud = false;
    std::string word;
    std::vector<std::chrono::microseconds> times;
    Limits limits;
    std::string fixed, token;
  };

  Tunable(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {
    if (params_.limits.low > params_.limits.high) throw m2ag::ConfigError("limits: low is above high");
    if (params_.token.empty() || params_.token != params_.fixed) return;
    context.log(m2ag::LogLevel::warning, "no good token: " + params_.token);
    throw m2ag::ConfigError("token: expected another word than `fixed`, found " + params_.token);
  }

  void start() override {
    if (params_.gain == 13) throw m2ag::ConfigError("gain: 13 brings bad luck");
    publish("gain", params_.gain);
    publish("word", params_.word);
  }

 private:
  const Params params_;
};

}  // namespace

void describe_tunable(m2ag::Plugin& plugin) {
  using Params = Tunable::Params;
  plugin.component<Tunable>("tunable", "Publishes the settings it was made with")
      .param("gain", &Params::gain, "how much")
      .range(0, 100)
      .runtime()
      .param("loud", &Params::loud, "with noise")
      .runtime()
      .param("word", &Params::word, "what it says")
      .runtime()
      .param("times", &Params::times, "some durations")
      .runtime()
      .param("limits", &Params::limits, "lower and upper one")
      .runtime()
      .param("fixed", &Params::fixed, "no register")
      .param("token", &Params::token, "a secret that claims to be a register")
      .secret()
      .runtime()
      .channel("gain", "", "the gain it was made with")
      .precision(0)
      .text("word", {}, "the word it was made with");
}

}  // namespace probe
