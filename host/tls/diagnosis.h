// Finds out, by a connection of its own, why a connection to a broker fails: the MQTT library says only "TCP/TLS
// connect failure". Not a client: it sends no MQTT session and no certificate is trusted because of it. Every function
// may be called from any thread, blocks for at most `timeout`, never raises SIGPIPE and throws only for lack of memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace m2ag::host {

/// One sentence with the reason why an `mqtts://` connection with these files fails, without a full stop at its end:
/// name not resolved, refused, timed out, no TLS spoken there, our own files (check_client_files), the broker's
/// certificate of another authority, expired, for other names; our certificate refused; protocol or cipher mismatch. "…
/// works now" when nothing is wrong. `ca` empty: the system's authorities. `cert` and `key` empty: no client
/// certificate.
std::string diagnose_connection(const std::string& host, std::uint16_t port, const std::filesystem::path& ca,
                                const std::filesystem::path& cert, const std::filesystem::path& key,
                                std::chrono::milliseconds timeout);

/// The part of it that a plain `mqtt://` connection has: name, refused, timed out.
std::string diagnose_tcp(const std::string& host, std::uint16_t port, std::chrono::milliseconds timeout);

}  // namespace m2ag::host
