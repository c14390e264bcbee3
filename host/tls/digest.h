// SHA-256. A pure function: any thread.
#pragma once

#include <string>
#include <string_view>

namespace m2ag::host {

/// 64 hexadecimal digits.
std::string sha256(std::string_view bytes);

}  // namespace m2ag::host
