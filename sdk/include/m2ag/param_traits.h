// How each C++ type of a settings struct stands in a descriptor: its ParamType, and the way to and from Value.
// For SDK internals; authors meet it only when a member's type is not supported ("incomplete type ParamTraits<…>").
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "gpio.h"
#include "parameter.h"

namespace m2ag {

/// A number of bytes: `64KiB` in a descriptor.
struct Bytes {
  std::uint64_t count = 0;
};

template <class T>
struct ParamTraits;

template <>
struct ParamTraits<bool> {
  static void describe(ParamSpec& spec) { spec.type = ParamType::boolean; }
  static bool from(const Value& value) { return value.as_bool(); }
  static Value to(bool value) { return value; }
};

template <std::integral T>
struct ParamTraits<T> {
  static void describe(ParamSpec& spec) {
    spec.type = ParamType::integer;
    spec.minimum = static_cast<double>(std::numeric_limits<T>::min());
    spec.maximum = static_cast<double>(std::numeric_limits<T>::max());
  }
  static T from(const Value& value) {
    const std::int64_t integer = value.as_integer();
    if (!std::in_range<T>(integer)) throw ConfigError(std::to_string(integer) + " does not fit");
    return static_cast<T>(integer);
  }
  static Value to(T value) { return Value(value); }
};

template <std::floating_point T>
struct ParamTraits<T> {
  static void describe(ParamSpec& spec) { spec.type = ParamType::number; }
  static T from(const Value& value) { return static_cast<T>(value.as_number()); }
  static Value to(T value) { return Value(static_cast<double>(value)); }
};

template <>
struct ParamTraits<std::string> {
  static void describe(ParamSpec& spec) { spec.type = ParamType::text; }
  static std::string from(const Value& value) { return value.as_text(); }
  static Value to(const std::string& value) { return value.empty() ? Value() : Value(value); }
};

template <>
struct ParamTraits<Bytes> {
  static void describe(ParamSpec& spec) {
    spec.type = ParamType::size;
    spec.minimum = 0;
  }
  static Bytes from(const Value& value) { return {static_cast<std::uint64_t>(value.as_integer())}; }
  static Value to(Bytes value) { return Value(value.count); }
};

template <class Rep, class Period>
struct ParamTraits<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;
  static void describe(ParamSpec& spec) {
    spec.type = ParamType::duration;
    spec.minimum = 0;
  }
  static Duration from(const Value& value) {
    return std::chrono::duration_cast<Duration>(std::chrono::microseconds(value.as_integer()));
  }
  static Value to(Duration value) {
    return Value(std::chrono::duration_cast<std::chrono::microseconds>(value).count());
  }
};

/// An enum with a `constexpr auto choices(E)` beside it that gives pairs of word and value (see gpio.h's Bias).
template <class E>
  requires std::is_enum_v<E>
struct ParamTraits<E> {
  static void describe(ParamSpec& spec) {
    spec.type = ParamType::text;
    for (const auto& [word, value] : choices(E{})) spec.choices.emplace_back(word);
  }
  static E from(const Value& value) {
    for (const auto& [word, choice] : choices(E{})) {
      if (word == value.as_text()) return choice;
    }
    throw ConfigError("\"" + value.as_text() + "\" is not one of the choices");
  }
  static Value to(E value) {
    for (const auto& [word, choice] : choices(E{})) {
      if (choice == value) return Value(word);
    }
    return {};
  }
};

template <>
struct ParamTraits<GpioLineConfig> {
  static void describe(ParamSpec& spec) { spec.type = ParamType::gpio_line; }
  static GpioLineConfig from(const Value& value) {
    if (value.is_text()) return {value.as_text(), {}, -1};
    const Value* chip = value.find("chip");
    const Value* offset = value.find("offset");
    if (chip == nullptr || offset == nullptr) throw ConfigError("expected a line's name, or chip and offset");
    return {{}, chip->as_text(), static_cast<int>(offset->as_integer())};
  }
  static Value to(const GpioLineConfig& line) {
    if (!line.name.empty()) return line.name;
    if (line.chip.empty()) return {};
    return Value::Map{{"chip", line.chip}, {"offset", line.offset}};
  }
};

template <class T>
struct ParamTraits<std::optional<T>> {
  static void describe(ParamSpec& spec) { ParamTraits<T>::describe(spec); }
  static std::optional<T> from(const Value& value) {
    if (value.is_null()) return std::nullopt;
    return ParamTraits<T>::from(value);
  }
  static Value to(const std::optional<T>& value) { return value ? ParamTraits<T>::to(*value) : Value(); }
};

template <class T>
struct ParamTraits<std::vector<T>> {
  static void describe(ParamSpec& spec) {
    spec.type = ParamType::list;
    ParamTraits<T>::describe(spec.fields.emplace_back());
  }
  static std::vector<T> from(const Value& value) {
    std::vector<T> list;
    for (const Value& element : value.as_list()) list.push_back(ParamTraits<T>::from(element));
    return list;
  }
  static Value to(const std::vector<T>& list) {
    Value::List out;
    for (const T& element : list) out.push_back(ParamTraits<T>::to(element));
    return out;
  }
};

template <class T>
struct ParamTraits<std::map<std::string, T>> {
  static void describe(ParamSpec& spec) {
    spec.type = ParamType::map;
    ParamTraits<T>::describe(spec.fields.emplace_back());
  }
  static std::map<std::string, T> from(const Value& value) {
    std::map<std::string, T> map;
    for (const auto& [key, element] : value.as_map()) map.emplace(key, ParamTraits<T>::from(element));
    return map;
  }
  static Value to(const std::map<std::string, T>& map) {
    Value::Map out;
    for (const auto& [key, element] : map) out.emplace(key, ParamTraits<T>::to(element));
    return out;
  }
};

}  // namespace m2ag
