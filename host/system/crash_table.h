// The suspects of a crash in memory that is read-only from then on, so that a plugin that writes where it should not cannot change who is
// named. Immutable: any thread, and safe in a signal handler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "system/crash_handler.h"

namespace m2ag::host {

struct CrashRow {
  const char* owner;  ///< where the id lies in the call tags
  char id[64];
  char plugin[96];
  char fingerprint[32];
  std::uintptr_t code_begin, code_end;  ///< the plugin's library in memory
};

class CrashTable {
 public:
  /// Throws std::system_error.
  static const CrashTable* make(std::span<const CrashSuspect> suspects);
  static void free(const CrashTable* table);

  /// The component of a call tag: by where its id lies, else by its text. Null when there is none.
  const CrashRow* find(std::string_view owner) const noexcept;
  /// The only component whose plugin's code is there; with more than one `several` is set and any of them is returned.
  const CrashRow* find(std::uintptr_t code, bool& several) const noexcept;

 private:
  explicit CrashTable(std::size_t count) : count_(count) {}
  const CrashRow* rows() const noexcept { return reinterpret_cast<const CrashRow*>(this + 1); }

  alignas(CrashRow) std::size_t count_;
};

}  // namespace m2ag::host
