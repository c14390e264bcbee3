// The codes with which a broker refuses, as sentences. Those of MQTT 3.1.1 are below 128, those of MQTT 5 from 128 on.
#pragma once

#include <string>

namespace m2ag::host {

bool is_unsupported_version(int connack_code);

/// "the broker refuses our user name or password": `code` is the return or reason code of a CONNACK, not 0.
std::string connack_sentence(int code);

/// "not authorised" for a code of a SUBACK, 128 or above.
std::string subscribe_refusal(int code);

}  // namespace m2ag::host
