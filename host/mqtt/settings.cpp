#include "mqtt/settings.h"

namespace m2ag::host {
std::string_view to_string(MqttVersion version) {
  switch (version) {
    case MqttVersion::v5: return "5";
    case MqttVersion::v3_1_1: return "3.1.1";
    case MqttVersion::any: break;
  }
  return "any";
}

}  // namespace m2ag::host
