// A switch with nothing behind it: what is measured with it is the host's own cost.
#include "probe.h"

namespace probe {
namespace {

class Lamp final : public m2ag::Component, public m2ag::Switch {
 public:
  explicit Lamp(m2ag::Context& context) : Component(context) {}
  void start() override { publish("state", false); }
  void set(bool on) override { publish("state", on); }
};

}  // namespace

void describe_lamp(m2ag::Plugin& plugin) { plugin.component<Lamp>("lamp", "A switch without hardware"); }

}  // namespace probe
