// What every verb's exit code says.
#pragma once

namespace m2ag::host {

inline constexpr int kExitOk = 0;
inline constexpr int kExitInputWrong = 1;   ///< the command line, a descriptor, a refused command
inline constexpr int kExitSystemWrong = 2;  ///< no broker, no permission, no such device

}  // namespace m2ag::host
