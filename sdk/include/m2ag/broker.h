// How this host reaches its MQTT broker, for a component that keeps a connection of its own. A plain value.
#pragma once

#include <string>

namespace m2ag {

/// What the section `mqtt` of the descriptor says. Paths are absolute. It holds secrets: never log it.
struct BrokerAccess {
  std::string url;        ///< `mqtts://host[:8883]` or `mqtt://host[:1883]`
  std::string client_id;  ///< the host's own; a second client with the same would end its connection
  std::string username;   ///< empty: none is sent
  std::string password;
  std::string ca;    ///< PEM file; empty: the system's authorities
  std::string cert;  ///< PEM file; empty: no client certificate
  std::string key;
  bool verify_host = true;  ///< the certificate must carry the URL's host name
  std::string version;      ///< "any", "5" or "3.1.1"
  std::string base_topic;   ///< "m2ag": devices are below it

  friend bool operator==(const BrokerAccess&, const BrokerAccess&) = default;
};

}  // namespace m2ag
