// Catch2 for a plugin's own test, whichever of its versions there is: 2 (Debian 12) or 3 (Debian 13). What tests use of it is spelled as
// in version 2. main() comes from m2ag_plugin_test (CMake).
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#include <string>

namespace Catch {
inline auto Contains(const std::string& part) { return Matchers::ContainsSubstring(part); }
inline auto Equals(const std::string& text) { return Matchers::Equals(text); }
}  // namespace Catch
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
