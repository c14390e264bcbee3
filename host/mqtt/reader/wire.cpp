#include "mqtt/reader/wire.h"

#include <fmt/format.h>

namespace m2ag::host::reader {

std::string_view Cursor::take(std::size_t count) {
  if (count > rest_.size())
    throw ProtocolError(fmt::format("a packet ends too early: {} bytes expected, {} there", count, rest_.size()));
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::uint16_t Cursor::number16() {
  const unsigned high = byte();
  return static_cast<std::uint16_t>(high << 8U | byte());
}

std::uint32_t Cursor::number32() {
  const std::uint32_t high = number16();
  return high << 16U | number16();
}

std::uint32_t Cursor::variable() {
  std::uint32_t number = 0;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    const std::uint8_t next = byte();
    number |= (next & 0x7FU) << shift;
    if ((next & 0x80U) == 0) return number;
  }
  throw ProtocolError("a length of more than four bytes");
}

void put16(std::string& out, std::size_t number) {
  out += static_cast<char>(number >> 8U & 0xFFU);
  out += static_cast<char>(number & 0xFFU);
}

void put32(std::string& out, std::uint32_t number) {
  put16(out, number >> 16U);
  put16(out, number & 0xFFFFU);
}

void put_variable(std::string& out, std::size_t number) {
  do {
    const std::size_t low = number % 128;
    number /= 128;
    out += static_cast<char>(number > 0 ? low | 0x80U : low);
  } while (number > 0);
}

void put_text(std::string& out, std::string_view text) {
  if (text.size() > 65'535)
    throw std::invalid_argument(fmt::format("MQTT text of {} bytes: at most 65535 are possible", text.size()));
  put16(out, text.size());
  out += text;
}

}  // namespace m2ag::host::reader
