// What a channel (one value of a component) and a command are, as data: the same words serve MQTT, the UI, Home Assistant and the docs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "parameter.h"

namespace m2ag {

class Component;

enum class ChannelType {
  number,
  boolean,  ///< `ON` / `OFF` on the topic
  text,
  event,  ///< a moment, not a state: one of `choices`, never retained
};

struct ChannelSpec {
  std::string name{};
  ChannelType type = ChannelType::number;
  std::string description{};
  std::string quantity{};          ///< Home Assistant's device class: "temperature", "atmospheric_pressure", …
  std::string unit{};              ///< "°C", "hPa"
  std::optional<int> precision{};  ///< digits after the point on the topic
  std::optional<double> minimum{}, maximum{};  ///< what may be set, inclusive
  std::vector<std::string> choices{};          ///< of a text: the words allowed; of an event: its types
  bool main = false;                           ///< `<component>/set` goes here
  /// Called on the component's lane with a value that has passed type, range and choices. Empty: the channel is read-only.
  std::function<void(Component&, const Value&)> set{};
  bool writable = false;
};

struct CommandSpec {
  std::string name{};
  std::string description{};
  std::vector<ParamSpec> params{};
  /// Called on the component's lane with a map that has passed `params`. What it returns goes into the reply.
  std::function<Value(Component&, const Value& arguments)> call{};
};

}  // namespace m2ag
