// Which MQTT version the next connection attempt uses: 5 first, 3.1.1 for a broker that does not speak it, 5 again after an hour.
// Not safe for several threads.
#pragma once

#include "mqtt/settings.h"

#include <chrono>

namespace m2ag::host {

class VersionChoice {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Failure {
    refused_version,  ///< the broker said so
    closed_at_connect,  ///< it ended the connection at our CONNECT: some do so for a version they do not know, all do when they go down
    other,
  };

  explicit VersionChoice(MqttVersion asked) : asked_(asked) {}

  MqttVersion next(Time now) const;
  void connected(MqttVersion version, Time now);
  /// True when the other version is worth a try at once.
  bool failed(MqttVersion version, Failure failure, Time now);

 private:
  MqttVersion asked_;
  bool trial_ = false;  // of 3.1.1, because the broker closed
  int closed_at_connect_ = 0;
  Time old_until_{};  // the broker is taken for a 3.1.1 one until then
};

}  // namespace m2ag::host
