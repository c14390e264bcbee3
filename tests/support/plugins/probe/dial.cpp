// Every kind of channel and command there is, for the rules of payloads and replies.
#include "probe.h"

namespace probe {
namespace {

class Dial final : public m2ag::Component {
 public:
  struct Sum {
    int left = 0;
    int right = 0;
    static void describe(m2ag::ParamTable<Sum>& table) {
      table.param("left", &Sum::left, "one number").required().range(0, 1000);
      table.param("right", &Sum::right, "the other number");
    }
  };

  explicit Dial(m2ag::Context& context) : Component(context) {}

  void start() override {
    publish("level", 0.0);
    publish("mode", "eco");
    publish("sets", sets_);
  }

  void set_level(double level) {
    publish("level", level);
    publish("sets", ++sets_);
  }
  void set_mode(const std::string& mode) {
    publish("mode", mode);
    publish("sets", ++sets_);
  }
  void press() { publish("pressed", "click"); }
  int add(const Sum& sum) { return sum.left + sum.right; }
  void lock() { throw m2ag::CommandError("locked", "the dial is locked, turn the key first"); }

 private:
  int sets_ = 0;
};

}  // namespace

void describe_dial(m2ag::Plugin& plugin) {
  plugin.component<Dial>("dial", "Numbers, words, moments and commands")
      .channel("level", "%", "how far it is turned")
      .precision(1)
      .limits(0, 100)
      .main()
      .writable(&Dial::set_level)
      .text("mode", {"eco", "comfort"}, "what it is set to")
      .writable(&Dial::set_mode)
      .channel("sets", "", "how often it was set")
      .precision(0)
      .event("pressed", {"click"}, "somebody pressed it")
      .command("press", &Dial::press, "Presses it")
      .command("add", &Dial::add, "Adds two numbers")
      .command("lock", &Dial::lock, "Is refused by the device");
}

}  // namespace probe
