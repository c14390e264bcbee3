#include "mqtt/reader/settings.h"

#include <fmt/format.h>

#include <stdexcept>

#include "core/broker_url.h"
#include "core/topic.h"

namespace m2ag::host::reader {
namespace {

[[noreturn]] void refuse(const std::string& sentence) { throw std::invalid_argument("MQTT reader: " + sentence); }

void check_length(const char* what, std::string_view text) {
  if (text.size() > 65'535) refuse(fmt::format("{} has {} bytes, at most 65535 are possible", what, text.size()));
}

void check_filter(const Subscription& each) {
  const std::string shown = each.filter.substr(0, 100);
  if (!valid_filter(each.filter)) refuse(fmt::format("\"{}\" is no topic filter", shown));
  if (each.qos < 0 || each.qos > 1) refuse(fmt::format("filter \"{}\": QoS is {}, expected 0 or 1", shown, each.qos));
}

void check_will(const MqttWill& will) {
  if (!valid_topic(will.topic)) refuse(fmt::format("last will: \"{}\" is no topic", will.topic.substr(0, 100)));
  if (will.qos < 0 || will.qos > 2) refuse(fmt::format("last will: QoS is {}, expected 0, 1 or 2", will.qos));
  check_length("the last will's payload", will.payload);
}

}  // namespace

std::uint32_t subscription_id(std::string_view filter) {
  // FNV-1a, folded to the 28 bits of a variable byte integer (MQTT 5 §1.5.5).
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : filter) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return hash % 268'435'455U + 1;
}

void check(const Settings& settings) {
  parse_broker_url(settings.url);
  if (settings.client_id.empty()) refuse("the client id is empty, expected 1 to 65535 bytes");
  check_length("the client id", settings.client_id);
  check_length("the user name", settings.username);
  check_length("the password", settings.password);
  if (settings.filters.empty()) refuse("no topic filter, expected at least one");
  for (const Subscription& each : settings.filters) check_filter(each);
  for (const std::string& each : settings.dropped) check_filter({each});
  if (settings.will) check_will(*settings.will);
  if (settings.keep_alive.count() < 0 || settings.keep_alive.count() > 65'535)
    refuse(fmt::format("keep alive is {} s, expected 0 to 65535", settings.keep_alive.count()));
  if (settings.session_expiry.count() < 0) refuse("the session expiry is negative");
  if (settings.receive_maximum == 0) refuse("the receive maximum is 0, expected 1 to 65535");
  if (settings.unacknowledged_limit == 0) refuse("the limit of unacknowledged messages is 0, expected at least 1");
  if (settings.maximum_packet < 1024)
    refuse(fmt::format("the maximum packet is {} bytes, expected at least 1024", settings.maximum_packet));
}

}  // namespace m2ag::host::reader
