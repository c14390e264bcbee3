// MQTT 5 properties as Paho wants them. For paho_handle.cpp only. One thread at a time.
#pragma once

#include <MQTTAsync.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace m2ag::host {

/// A property list for one call; the texts are copied.
class Properties {
 public:
  Properties() = default;
  Properties(const Properties&) = delete;
  Properties& operator=(const Properties&) = delete;
  ~Properties() { MQTTProperties_free(&list_); }

  void add_number(enum MQTTPropertyCodes code, std::uint32_t value) {
    MQTTProperty property{};
    property.identifier = code;
    property.value.integer4 = value;
    MQTTProperties_add(&list_, &property);
  }
  void add_short(enum MQTTPropertyCodes code, std::uint16_t value) {
    MQTTProperty property{};
    property.identifier = code;
    property.value.integer2 = value;
    MQTTProperties_add(&list_, &property);
  }
  void add_text(enum MQTTPropertyCodes code, const std::string& text) {
    MQTTProperty property{};
    property.identifier = code;
    property.value.data.len = static_cast<int>(text.size());
    property.value.data.data = const_cast<char*>(text.data());  // MQTTProperties_add copies it
    MQTTProperties_add(&list_, &property);
  }
  void add_pair(std::string_view name, std::string_view value) {
    const auto copied = [](std::string_view text) {
      return MQTTLenString{static_cast<int>(text.size()), const_cast<char*>(text.data())};
    };
    MQTTProperty property{};
    property.identifier = MQTTPROPERTY_CODE_USER_PROPERTY;
    property.value.data = copied(name);
    property.value.value = copied(value);
    MQTTProperties_add(&list_, &property);
  }
  MQTTProperties* get() { return &list_; }

 private:
  MQTTProperties list_ = MQTTProperties_initializer;
};

inline std::optional<std::uint32_t> number_property(MQTTProperties& list, enum MQTTPropertyCodes code) {
  if (list.count == 0 || MQTTProperties_hasProperty(&list, code) == 0) return std::nullopt;
  const MQTTProperty* property = MQTTProperties_getProperty(&list, code);
  return code == MQTTPROPERTY_CODE_RECEIVE_MAXIMUM ? property->value.integer2 : property->value.integer4;
}

/// The text of a string or binary property, a view into the list; empty when it is not there.
inline std::string_view text_property(MQTTProperties& list, enum MQTTPropertyCodes code) {
  if (list.count == 0 || MQTTProperties_hasProperty(&list, code) == 0) return {};
  const auto& data = MQTTProperties_getProperty(&list, code)->value.data;
  return {data.data, static_cast<std::size_t>(data.len)};
}

/// The user property `time`, in ms since 1970; nothing when it is not there or no number.
inline std::optional<std::int64_t> time_property(MQTTProperties& list) {
  for (int n = 0; n < list.count; ++n) {
    const MQTTProperty& property = list.array[n];
    if (property.identifier != MQTTPROPERTY_CODE_USER_PROPERTY) continue;
    const auto& [length, name] = property.value.data;
    if (std::string_view(name, static_cast<std::size_t>(length)) != "time") continue;
    const char* const first = property.value.value.data;
    const char* const last = first + property.value.value.len;
    std::int64_t time = 0;
    if (const auto [end, error] = std::from_chars(first, last, time); error == std::errc() && end == last) return time;
  }
  return {};
}

}  // namespace m2ag::host
