#include "tls/connection_problem.h"

#include <fmt/format.h>

namespace m2ag::host {

std::string place_of(const std::string& host, std::uint16_t port) {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

std::string seconds_text(std::chrono::milliseconds time) {
  return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

std::string tcp_problem(const TcpConnection& connection, const std::string& host, const std::string& place,
                        std::chrono::milliseconds timeout) {
  const std::string& address = connection.address();
  const std::string at = address == host ? "" : fmt::format(" (at {})", address);
  switch (connection.outcome()) {
    case TcpConnection::Outcome::connected: return {};
    case TcpConnection::Outcome::unresolved:
      return fmt::format("no address found for the host name \"{}\": {}", host, connection.reason());
    case TcpConnection::Outcome::refused:
      return fmt::format("{} refused the connection{}: nothing listens on that port, is the broker running?", place,
                         at);
    case TcpConnection::Outcome::timed_out:
      return fmt::format("{} did not answer within {}{}: is the host up, does a firewall drop the port?", place,
                         seconds_text(timeout), at);
    case TcpConnection::Outcome::cancelled: return fmt::format("the connection to {} was given up", place);
    case TcpConnection::Outcome::failed: break;
  }
  return fmt::format("{} cannot be reached{}: {}", place, at, connection.reason());
}

}  // namespace m2ag::host
