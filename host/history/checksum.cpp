#include "history/checksum.h"

#include <array>

#include "history/error.h"

namespace m2ag::host::history {
namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 4>;

/// Four bytes a step ("slicing"): table n is the checksum of a byte with n zero bytes behind it.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t n = 0; n < 256; ++n) {
    std::uint32_t value = n;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? 0xEDB88320U : 0U);
    tables[0][n] = value;
  }
  for (std::size_t t = 1; t < 4; ++t) {
    for (std::size_t n = 0; n < 256; ++n) tables[t][n] = (tables[t - 1][n] >> 8U) ^ tables[0][tables[t - 1][n] & 0xffU];
  }
  return tables;
}

constexpr Tables kTables = make_tables();

std::uint32_t at(std::string_view bytes, std::size_t n) { return static_cast<std::uint8_t>(bytes[n]); }

std::uint32_t word(std::string_view bytes, std::size_t n) {
  return at(bytes, n) | at(bytes, n + 1) << 8U | at(bytes, n + 2) << 16U | at(bytes, n + 3) << 24U;
}

}  // namespace

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffU;
  std::size_t n = 0;
  for (; n + 4 <= bytes.size(); n += 4) {
    crc ^= word(bytes, n);
    crc = kTables[3][crc & 0xffU] ^ kTables[2][(crc >> 8U) & 0xffU] ^ kTables[1][(crc >> 16U) & 0xffU] ^
          kTables[0][crc >> 24U];
  }
  for (; n < bytes.size(); ++n) crc = (crc >> 8U) ^ kTables[0][(crc ^ at(bytes, n)) & 0xffU];
  return ~crc;
}

void seal(std::string& bytes) {
  const std::uint32_t crc = crc32(bytes);
  for (unsigned shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(crc >> shift));
}

std::string_view unseal(std::string_view bytes) {
  if (bytes.size() < kChecksumSize) throw DamagedData("a blob is too short");
  const auto body = bytes.substr(0, bytes.size() - kChecksumSize);
  if (crc32(body) != word(bytes, body.size())) throw DamagedData("the checksum of a blob is wrong");
  return body;
}

}  // namespace m2ag::host::history
