// The frozen boundary: one POD that the host reads before it runs any of a plugin's code. It is the same in every version of the SDK.
//
// Rules that keep old plugins working (each was seen to crash when broken):
// - never append a virtual to an interface that plugins implement (component.h): add a new interface, and raise kMinor;
// - appending a virtual at the end of what the host implements (Context) is fine, and raises kMinor;
// - the structs that plugins fill (ComponentSpec, ParamSpec, ChannelSpec, CommandSpec, Value) change only with kMajor.
#pragma once

#include <cstdint>
#include <string>

namespace m2ag {
class Plugin;
}

namespace m2ag::abi {

inline constexpr std::uint64_t kMagic = 0x6d32'6167'706c'7567;  // "m2agplug"
inline constexpr std::uint16_t kMajor = 1;                      // must be equal in host and plugin
inline constexpr std::uint16_t kMinor = 3;                      // the plugin's must not be newer than the host's

/// What must be alike for C++ objects to cross: compiler ABI, std::string's ABI, libstdc++'s debug mode, the size of a pointer.
struct Build {
  std::uint32_t cxx_abi;
  std::uint32_t string_abi;
  std::uint32_t debug_containers;
  std::uint32_t pointer_size;
  friend constexpr bool operator==(const Build&, const Build&) = default;
};

#ifdef _GLIBCXX_DEBUG
inline constexpr std::uint32_t kDebugContainers = 1;
#else
inline constexpr std::uint32_t kDebugContainers = 0;
#endif

inline constexpr Build kBuild = {__GXX_ABI_VERSION, _GLIBCXX_USE_CXX11_ABI, kDebugContainers, sizeof(void*)};

struct Descriptor {
  std::uint64_t magic;
  std::uint32_t size;  // of this struct
  std::uint16_t sdk_major;
  std::uint16_t sdk_minor;
  Build build;
  const char* name;
  const char* version;
  void (*describe)(Plugin&);
};

inline constexpr const char* kSymbol = "m2ag_plugin";

}  // namespace m2ag::abi
