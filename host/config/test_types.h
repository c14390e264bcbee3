// Component types as plugins describe them, for tests: made by the SDK's own builder, so that the tables are real ones.
#pragma once

#include <m2ag/plugin.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/hint.h"
#include "config/types.h"

namespace m2ag::host {

class TestTypes final : public Types {
 public:
  TestTypes() {
    using namespace std::chrono_literals;
    Plugin plugin;
    plugin.component<Relay>("relay", "One relay on a GPIO line")
        .param("line", &Relay::Params::line, "GPIO line that drives the relay")
        .required()
        .param("active_low", &Relay::Params::active_low, "the relay closes on a low level")
        .param("restore", &Relay::Params::restore, "state after a start")
        .one_of({"off", "on", "last"})
        .param("max_on", &Relay::Params::max_on, "longest time on")
        .range(std::chrono::microseconds(1s), std::chrono::microseconds(1h))
        .param("safe", &Relay::Params::safe, "what to do when nobody is in charge")
        .param("interlock", &Relay::Params::interlock, "never on together with these");
    plugin.component<Bmp280>("bmp280", "Temperature and pressure")
        .i2c(&Bmp280::Params::i2c, {0x76, 0x77})
        .param("offset", &Bmp280::Params::offset, "added to the temperature")
        .range(-10, 10)
        .unit("°C")
        .channel("temperature", "°C", "Air temperature")
        .channel("pressure", "hPa", "Air pressure");
    plugin.component<Store>("store", "Takes everything")
        .param("size", &Store::Params::size, "room")
        .range(1024, 1048576)
        .param("code", &Store::Params::code, "a register")
        .range(0x76, 0x77)
        .hexadecimal()
        .param("token", &Store::Params::token, "who may")
        .secret()
        .param("pin", &Store::Params::pin, "a short number")
        .secret()
        .range(1000, 9999)
        .param("rooms", &Store::Params::rooms, "rooms by id")
        .param("count", &Store::Params::count, "how many");
    plugin.simulated_chip<Chip>("bmp280", "Registers of a BMP280")
        .param("temperature", &Chip::Params::temperature, "what it measures")
        .range(-40, 85)
        .unit("°C");
    types_ = plugin.components();
    chips_ = plugin.simulated_chips();
  }

  const ComponentSpec* find_type(std::string_view type) const override {
    return find(types_, &ComponentSpec::type, type);
  }
  const SimulatedChipSpec* find_chip(std::string_view chip) const override {
    return find(chips_, &SimulatedChipSpec::chip, chip);
  }
  std::string unknown_type(std::string_view type) const override {
    return "no plugin offers the type " + quote(type) +
           did_you_mean(type, std::vector<std::string>{"relay", "bmp280", "store"});
  }
  std::string unknown_chip(std::string_view chip) const override { return "no plugin offers the chip " + quote(chip); }

  std::vector<const ComponentSpec*> types() const { return pointers(types_); }
  std::vector<const SimulatedChipSpec*> chips() const { return pointers(chips_); }

 private:
  struct Relay : Component, Switch {
    struct Safe {
      std::string state = "off";
      std::optional<std::chrono::microseconds> on_disconnect;
      static void describe(ParamTable<Safe>& table) {
        table.param("state", &Safe::state, "the safe state").one_of({"off", "on"});
        table.param("on_disconnect", &Safe::on_disconnect, "after so long without a broker");
      }
    };
    struct Params {
      GpioLineConfig line;
      bool active_low = false;
      std::string restore = "last";
      std::optional<std::chrono::microseconds> max_on;
      Safe safe;
      std::vector<std::string> interlock;
    };
    Relay(Context& context, const Params&) : Component(context) {}
    void set(bool) override {}
  };
  struct Bmp280 : Component, Sensor {
    struct Params {
      I2cConfig i2c;
      double offset = 0;
    };
    Bmp280(Context& context, const Params&) : Component(context) {}
    void sample() override {}
  };
  struct Store : Component {
    struct Room {
      std::string name;
      int seats = 1;
      static void describe(ParamTable<Room>& table) {
        table.param("name", &Room::name, "for people").required();
        table.param("seats", &Room::seats, "chairs").range(0, 100);
      }
    };
    struct Params {
      Bytes size{65536};
      std::uint8_t code = 0x76;
      std::string token;
      std::optional<int> pin;
      std::map<std::string, Room> rooms;
      std::int64_t count = 0;
    };
    Store(Context& context, const Params&) : Component(context) {}
  };
  struct Chip : SimulatedI2cChip {
    struct Params {
      double temperature = 20;
    };
    explicit Chip(const Params&) {}
    std::uint8_t read(std::uint8_t) override { return 0; }
    void write(std::uint8_t, std::uint8_t) override {}
  };

  template <class Spec>
  static const Spec* find(const std::vector<Spec>& specs, std::string Spec::*member, std::string_view name) {
    for (const Spec& spec : specs) {
      if (spec.*member == name) return &spec;
    }
    return nullptr;
  }
  template <class Spec>
  static std::vector<const Spec*> pointers(const std::vector<Spec>& specs) {
    std::vector<const Spec*> pointers;
    for (const Spec& spec : specs) pointers.push_back(&spec);
    return pointers;
  }

  std::vector<ComponentSpec> types_;
  std::vector<SimulatedChipSpec> chips_;
};

}  // namespace m2ag::host
