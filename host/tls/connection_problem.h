// Why a TCP connection to a broker does not stand, in the words that every client of this program uses. Pure, any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "tls/connection.h"

namespace m2ag::host {

/// "localhost:8883", "[::1]:8883".
std::string place_of(const std::string& host, std::uint16_t port);

/// "2.5 s".
std::string seconds_text(std::chrono::milliseconds time);

/// A sentence without a full stop; empty when the connection stands. `timeout`: how long it was waited for at most.
std::string tcp_problem(const TcpConnection& connection, const std::string& host, const std::string& place,
                        std::chrono::milliseconds timeout);

}  // namespace m2ag::host
