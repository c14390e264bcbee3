// The data types of MQTT (MQTT 5 §1.5): reading them out of a packet and appending them to one. Not safe for several
// threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace m2ag::host::reader {

/// The broker broke the rules of MQTT: a sentence with what was expected and found. The connection is of no use any more (§4.13).
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Takes values from the front of a packet's body. Every function throws ProtocolError when the body ends before the
/// value; the views point into the body.
class Cursor {
 public:
  explicit Cursor(std::string_view body) : rest_(body) {}

  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1)[0]); }
  std::uint16_t number16();
  std::uint32_t number32();
  /// A variable byte integer (§1.5.5), at most 268,435,455.
  std::uint32_t variable();
  /// A string or binary data with its length of two bytes before it (§1.5.4, §1.5.6). Not looked at: a broker that let
  /// text through which is no UTF-8 would only send it again after a reconnect.
  std::string_view text() { return take(number16()); }
  std::string_view take(std::size_t count);

  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

void put16(std::string& out, std::size_t number);
void put32(std::string& out, std::uint32_t number);
void put_variable(std::string& out, std::size_t number);
/// Throws std::invalid_argument for more than 65,535 bytes.
void put_text(std::string& out, std::string_view text);

}  // namespace m2ag::host::reader
