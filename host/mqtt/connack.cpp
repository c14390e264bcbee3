#include "mqtt/connack.h"

#include <MQTTAsync.h>  // MQTTReasonCodes.h alone lacks the extern "C"

#include <fmt/format.h>

namespace m2ag::host {
namespace {

// MQTT 3.1.1 §3.2.2.3
enum { old_version = 1, old_identifier = 2, old_unavailable = 3, old_bad_user = 4, old_not_authorized = 5 };

}  // namespace

bool is_unsupported_version(int connack_code) {
  return connack_code == old_version || connack_code == MQTTREASONCODE_UNSUPPORTED_PROTOCOL_VERSION;
}

std::string connack_sentence(int code) {
  switch (code) {
    case old_version:
    case MQTTREASONCODE_UNSUPPORTED_PROTOCOL_VERSION: return "the broker does not speak this MQTT version";
    case old_identifier:
    case MQTTREASONCODE_CLIENT_IDENTIFIER_NOT_VALID: return "the broker refuses our client id";
    case old_unavailable:
    case MQTTREASONCODE_SERVER_UNAVAILABLE:
    case MQTTREASONCODE_SERVER_BUSY: return "the broker says that it is not available now";
    case old_bad_user:
    case MQTTREASONCODE_BAD_USER_NAME_OR_PASSWORD: return "the broker refuses our user name or password";
    case old_not_authorized:
    case MQTTREASONCODE_NOT_AUTHORIZED:
      return "the broker does not authorise us: check user name, password or client certificate";
    case MQTTREASONCODE_BANNED: return "the broker has banned us";
    default: break;
  }
  const char* text = MQTTReasonCode_toString(static_cast<MQTTReasonCodes>(code));
  return text ? fmt::format("the broker refuses the connection: {}", text)
              : fmt::format("the broker refuses the connection with code {}", code);
}

std::string subscribe_refusal(int code) {
  // 3.1.1 knows one code alone.
  if (code == 128) return "refused";
  if (code == MQTTREASONCODE_NOT_AUTHORIZED) return "not authorised";
  const char* text = MQTTReasonCode_toString(static_cast<MQTTReasonCodes>(code));
  return text ? text : fmt::format("code {}", code);
}

}  // namespace m2ag::host
