// One value as it stands in a descriptor, a payload or on a channel: nothing, boolean, integer, number, text, list or map.
// A plain value type: copy it, compare it, hand it between threads. Durations are integers in microseconds, sizes integers in bytes.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "error.h"

namespace m2ag {

class Value {
 public:
  using List = std::vector<Value>;
  using Map = std::map<std::string, Value, std::less<>>;

  Value() = default;
  Value(std::same_as<bool> auto flag) : data_(flag) {}  // only bool: a pointer must not turn into true
  template <std::integral I>
    requires(!std::same_as<I, bool>)
  Value(I integer) : data_(static_cast<std::int64_t>(integer)) {}
  Value(double number) : data_(number) {}
  Value(const char* text) : data_(std::string(text)) {}
  Value(std::string_view text) : data_(std::string(text)) {}
  Value(std::string text) : data_(std::move(text)) {}
  Value(List list) : data_(std::move(list)) {}
  Value(Map map) : data_(std::move(map)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_integer() const { return std::holds_alternative<std::int64_t>(data_); }
  /// An integer is a number too.
  bool is_number() const { return is_integer() || std::holds_alternative<double>(data_); }
  bool is_text() const { return std::holds_alternative<std::string>(data_); }
  bool is_list() const { return std::holds_alternative<List>(data_); }
  bool is_map() const { return std::holds_alternative<Map>(data_); }

  /// Each throws ConfigError ("expected a boolean, found text") when the value is of another kind.
  bool as_bool() const { return get<bool>("a boolean"); }
  std::int64_t as_integer() const { return get<std::int64_t>("an integer"); }
  double as_number() const {
    return is_integer() ? static_cast<double>(std::get<std::int64_t>(data_)) : get<double>("a number");
  }
  const std::string& as_text() const { return get<std::string>("text"); }
  const List& as_list() const { return get<List>("a list"); }
  const Map& as_map() const { return get<Map>("a map"); }

  /// The map's entry, or nullptr when there is none or this is not a map.
  const Value* find(std::string_view key) const {
    const auto* map = std::get_if<Map>(&data_);
    if (map == nullptr) return nullptr;
    const auto entry = map->find(key);
    return entry == map->end() ? nullptr : &entry->second;
  }

  /// "nothing", "a boolean", "an integer", "a number", "text", "a list" or "a map", for messages.
  const char* kind() const {
    static constexpr const char* kKinds[] = {"nothing", "a boolean", "an integer", "a number",
                                             "text",    "a list",    "a map"};
    return kKinds[data_.index()];
  }

  friend bool operator==(const Value&, const Value&) = default;

 private:
  template <class T>
  const T& get(const char* expected) const {
    if (const T* value = std::get_if<T>(&data_)) return *value;
    throw ConfigError(std::string("expected ") + expected + ", found " + kind());
  }

  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Map> data_;
};

}  // namespace m2ag
