// Says whose code it was when this process crashes (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT): a sentence on stderr and a breadcrumb for the
// next start. Then the signal takes its usual course, so that a core is kept. It does not go on after a crash: memory is damaged.
// The handler itself allocates nothing, takes no lock and trusts no pointer but its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace m2ag::host {

// The sanitizers have handlers of their own that say more about a fault; ours would silence them.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kCrashesAreOurs = false;
#else
inline constexpr bool kCrashesAreOurs = true;
#endif

class CrashTable;

/// Who may be named.
struct CrashSuspect {
  std::string component;
  std::string_view owner;      ///< as in the CallTags of its calls, where it lies: texts on the heap may be overwritten
  std::string plugin;          ///< "relay 1.0.0"
  std::string fingerprint;     ///< of its settings and its library, handed on in the breadcrumb
  const void* code = nullptr;  ///< any address in its library
};

class CrashHandler {
 public:
  /// Installs the handler for the process, with the breadcrumb's file (or -1). Nothing under a sanitizer. One at a time.
  explicit CrashHandler(int breadcrumb);
  /// Back to the default actions.
  ~CrashHandler();
  CrashHandler(const CrashHandler&) = delete;
  CrashHandler& operator=(const CrashHandler&) = delete;

  /// From now on these are the suspects. They are copied to memory that nobody can write to. Throws std::system_error.
  void watch(const std::vector<CrashSuspect>& suspects);

 private:
  const CrashTable* before_ = nullptr;  ///< kept until the next one: a handler may be reading it
};

}  // namespace m2ag::host
