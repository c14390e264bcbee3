#include "mqtt/connack.h"

#include <MQTTAsync.h>  // MQTTReasonCodes.h alone lacks the extern "C"

#include <fmt/format.h>

namespace m2ag::host {
namespace {

// MQTT 3.1.1 §3.2.2.3
enum { kOldVersion = 1, kOldIdentifier = 2, kOldUnavailable = 3, kOldBadUser = 4, kOldNotAuthorized = 5 };

}  // namespace

bool is_unsupported_version(int connack_code) {
  return connack_code == kOldVersion || connack_code == MQTTREASONCODE_UNSUPPORTED_PROTOCOL_VERSION;
}

std::string connack_sentence(int code) {
  switch (code) {
    case kOldVersion:
    case MQTTREASONCODE_UNSUPPORTED_PROTOCOL_VERSION: return "the broker does not speak this MQTT version";
    case kOldIdentifier:
    case MQTTREASONCODE_CLIENT_IDENTIFIER_NOT_VALID: return "the broker refuses our client id";
    case kOldUnavailable:
    case MQTTREASONCODE_SERVER_UNAVAILABLE:
    case MQTTREASONCODE_SERVER_BUSY: return "the broker says that it is not available now";
    case kOldBadUser:
    case MQTTREASONCODE_BAD_USER_NAME_OR_PASSWORD: return "the broker refuses our user name or password";
    case kOldNotAuthorized:
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
