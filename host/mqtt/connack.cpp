#include "mqtt/connack.h"

#include <fmt/format.h>

#include "mqtt/reason.h"

namespace m2ag::host {
namespace {

// MQTT 3.1.1 §3.2.2.3
enum { old_version = 1, old_identifier = 2, old_unavailable = 3, old_bad_user = 4, old_not_authorized = 5 };

// MQTT 5 §3.2.2.2
enum {
  unsupported_version = 0x84,
  identifier_not_valid = 0x85,
  bad_user = 0x86,
  not_authorized = 0x87,
  unavailable = 0x88,
  busy = 0x89,
  banned = 0x8A
};

bool is_reason(int code) { return code >= 0x80 && code <= 0xFF; }

}  // namespace

bool is_unsupported_version(int connack_code) {
  return connack_code == old_version || connack_code == unsupported_version;
}

std::string connack_sentence(int code) {
  switch (code) {
    case old_version:
    case unsupported_version: return "the broker does not speak this MQTT version";
    case old_identifier:
    case identifier_not_valid: return "the broker refuses our client id";
    case old_unavailable:
    case unavailable:
    case busy: return "the broker says that it is not available now";
    case old_bad_user:
    case bad_user: return "the broker refuses our user name or password";
    case old_not_authorized:
    case not_authorized: return "the broker does not authorise us: check user name, password or client certificate";
    case banned: return "the broker has banned us";
    default: break;
  }
  return is_reason(code)
             ? fmt::format("the broker refuses the connection: {}", reason_text(static_cast<std::uint8_t>(code)))
             : fmt::format("the broker refuses the connection with code {}", code);
}

std::string subscribe_refusal(int code) {
  // 3.1.1 knows one code alone.
  if (code == 128) return "refused";
  if (code == not_authorized) return "not authorised";
  return is_reason(code) ? reason_text(static_cast<std::uint8_t>(code)) : fmt::format("code {}", code);
}

}  // namespace m2ag::host
