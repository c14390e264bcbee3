// The table that binds a settings struct's members to keys of a descriptor. A default is the member's initialiser.
// A nested struct has `static void describe(m2ag::ParamTable<Itself>&)`. Used while describing, on one thread.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "i2c.h"
#include "param_traits.h"

namespace m2ag {

/// What may be said of the parameter named last. `Self` has `ParamSpec& last_param()`.
template <class Self>
class ParamModifiers {
 public:
  /// Inclusive limits. For a duration give durations.
  Self& range(double minimum, double maximum) {
    last().minimum = minimum;
    last().maximum = maximum;
    return self();
  }
  Self& range(std::chrono::microseconds minimum, std::chrono::microseconds maximum) {
    return range(static_cast<double>(minimum.count()), static_cast<double>(maximum.count()));
  }
  /// The only values allowed.
  Self& one_of(std::initializer_list<Value> choices) {
    last().choices = choices;
    return self();
  }
  Self& unit(std::string unit) {
    last().unit = std::move(unit);
    return self();
  }
  /// Written 0x76 in messages and examples, as datasheets do.
  Self& hexadecimal() {
    last().hexadecimal = true;
    return self();
  }
  /// Must be given: there is no default.
  Self& required() {
    last().required = true;
    last().default_value = {};
    return self();
  }
  /// Never printed and never published.
  Self& secret() {
    last().secret = true;
    return self();
  }
  /// A register: may be set while running.
  Self& runtime() {
    last().runtime = true;
    return self();
  }
  Self& example(Value value) {
    last().example = std::move(value);
    return self();
  }

 private:
  Self& self() { return static_cast<Self&>(*this); }
  ParamSpec& last() { return self().last_param(); }
};

template <class Params>
class ParamTable : public ParamModifiers<ParamTable<Params>> {
 public:
  template <class Member>
  ParamTable& param(std::string name, Member Params::*member, std::string description) {
    ParamSpec spec;
    spec.name = std::move(name);
    spec.description = std::move(description);
    ParamTraits<Member>::describe(spec);
    spec.default_value = ParamTraits<Member>::to(Params{}.*member);
    adopt_defaults(spec);
    rows_.push_back(
        {std::move(spec),
         [member](Params& params, const Value& value) { params.*member = ParamTraits<Member>::from(value); },
         [member](const Params& params) { return ParamTraits<Member>::to(params.*member); }});
    return *this;
  }

  /// The two keys `bus` and `address` of a chip; `addresses` are those the chip can have, the first is the default.
  ParamTable& i2c(I2cConfig Params::*member, std::initializer_list<std::uint8_t> addresses) {
    ParamSpec bus;
    bus.name = "bus";
    bus.description = "I²C bus, a name of /dev or of the `simulated` section";
    bus.default_value = (Params{}.*member).bus;
    rows_.push_back({std::move(bus),
                     [member](Params& params, const Value& value) { (params.*member).bus = value.as_text(); },
                     [member](const Params& params) { return Value((params.*member).bus); }});
    ParamSpec address;
    address.name = "address";
    address.type = ParamType::integer;
    address.description = "address of the chip on the bus";
    address.hexadecimal = true;
    address.minimum = 0x08;
    address.maximum = 0x77;
    for (const std::uint8_t each : addresses) address.choices.emplace_back(each);
    address.required = addresses.size() == 0;
    if (!address.required) address.default_value = *addresses.begin();
    rows_.push_back({std::move(address),
                     [member](Params& params, const Value& value) {
                       (params.*member).address = ParamTraits<std::uint8_t>::from(value);
                     },
                     [member](const Params& params) { return Value((params.*member).address); }});
    rows_.back().initial = rows_.back().spec.default_value;
    return *this;
  }

  std::vector<ParamSpec> specs() const {
    std::vector<ParamSpec> specs;
    for (const Row& row : rows_) specs.push_back(row.spec);
    return specs;
  }

  /// Settings (a map; keys that are absent or null keep the initialiser) into the struct. The host has checked them against `specs()`;
  /// what still does not fit throws ConfigError naming the key.
  Params bind(const Value& settings) const {
    Params params{};
    for (const Row& row : rows_) {
      const Value* value = settings.find(row.spec.name);
      if (value == nullptr || value->is_null()) value = &row.initial;
      if (value->is_null()) continue;
      try {
        row.set(params, *value);
      } catch (const ConfigError& error) {
        throw ConfigError(row.spec.name + ": " + error.what());
      }
    }
    return params;
  }

  /// The other way: a map of what each row's member holds, without those that hold nothing.
  Value values(const Params& params) const {
    Value::Map values;
    for (const Row& row : rows_) {
      if (Value value = row.get(params); !value.is_null()) values.emplace(row.spec.name, std::move(value));
    }
    return values;
  }

  ParamSpec& last_param() { return rows_.back().spec; }

 private:
  /// The initialiser of a group may differ from that of its struct, and is what counts.
  static void adopt_defaults(ParamSpec& spec) {
    if (spec.type != ParamType::group || !spec.default_value.is_map()) return;
    for (ParamSpec& field : spec.fields) {
      if (field.required) continue;
      const Value* value = spec.default_value.find(field.name);
      field.default_value = value == nullptr ? Value() : *value;
      adopt_defaults(field);
    }
  }

  struct Row {
    ParamSpec spec;
    std::function<void(Params&, const Value&)> set;
    std::function<Value(const Params&)> get;
    Value initial{};  // a default that is not the member's initialiser
  };
  std::vector<Row> rows_;
};

/// A struct that describes itself stands as a group of keys.
template <class T>
concept DescribesItself = requires(ParamTable<T>& table) {
  T::describe(table);
};

template <DescribesItself T>
struct ParamTraits<T> {
  static ParamTable<T> table() {
    ParamTable<T> table;
    T::describe(table);
    return table;
  }
  static void describe(ParamSpec& spec) {
    spec.type = ParamType::group;
    spec.fields = table().specs();
  }
  static T from(const Value& value) { return table().bind(value); }
  static Value to(const T& group) { return table().values(group); }
};

}  // namespace m2ag
