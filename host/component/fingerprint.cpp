#include "component/fingerprint.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "core/json.h"

namespace m2ag::host {
namespace {

// FNV-1a, 64 bit (draft-eastlake-fnv): nobody gains anything by making two of them equal.
std::uint64_t hashed(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

std::string fingerprint(const InstanceConfig& config, const Value& settings) {
  return fmt::format(
      "{:016x}", hashed(fmt::format("{}\n{}\n{}\n{}\n{}{}", config.digest, config.spec->type, config.lane,
                                    config.interval.count(), dump_json(settings), config.isolated ? "\nprocess" : "")));
}

}  // namespace m2ag::host
