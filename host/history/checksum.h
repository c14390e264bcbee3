// CRC-32 (IEEE 802.3) at the end of each blob: SQLite keeps the structure of its file right, but does not look at what is in a row.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace m2ag::host::history {

inline constexpr std::size_t kChecksumSize = 4;

std::uint32_t crc32(std::string_view bytes);

/// Appends the checksum of what is there.
void seal(std::string& bytes);
/// The bytes without their checksum; throws DamagedData when it is not right.
std::string_view unseal(std::string_view bytes);

}  // namespace m2ag::host::history
