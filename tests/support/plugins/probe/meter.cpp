// Takes numbered commands and counts them, so that a load generator can tell what was lost, refused or conflated.
#include "probe.h"

namespace probe {
namespace {

class Meter final : public m2ag::Component {
 public:
  explicit Meter(m2ag::Context& context) : Component(context) {}

  void set_value(double value) {
    ++taken_;
    if (value < last_) ++out_of_order_;
    last_ = value;
    publish("value", value);
  }
  m2ag::Value counts() { return m2ag::Value::Map{{"taken", taken_}, {"out_of_order", out_of_order_}}; }
  void reset() {
    taken_ = out_of_order_ = 0;
    last_ = 0;
  }

 private:
  int taken_ = 0, out_of_order_ = 0;
  double last_ = 0;
};

}  // namespace

void describe_meter(m2ag::Plugin& plugin) {
  plugin.component<Meter>("meter", "Takes numbered commands and counts them")
      .channel("value", "", "the newest number")
      .precision(0)
      .limits(0, 1e12)
      .main()
      .writable(&Meter::set_value)
      .command("counts", &Meter::counts, "How many were taken, and how many with a number lower than the one before")
      .command("reset", &Meter::reset, "Counts from nought again");
}

}  // namespace probe
