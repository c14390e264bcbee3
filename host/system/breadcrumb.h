// The note that a crashing host leaves for its next start: which component crashed, in which call, by which signal. Written by the crash
// handler into a file that was opened and filled before, because at that moment there may be no memory, no descriptor and no room on the disk.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace m2ag::host {

struct Breadcrumb {
  std::string component;    ///< empty: the host itself, or nobody knows
  std::string plugin;       ///< "relay 1.0.0"
  std::string fingerprint;  ///< of the settings and the library that crashed, as CrashSuspect has it
  std::string call;         ///< "state/set"; empty when it was none
  std::string signal;       ///< "SIGSEGV", "SIGSEGV (stack overflow)"
  std::chrono::system_clock::time_point time;
};

/// Nothing when `text` is not one, or was not written to its end.
std::optional<Breadcrumb> parse_breadcrumb(std::string_view text);

/// What the handler knows, as views.
struct CrashNote {
  std::string_view component, plugin, fingerprint, call, signal, detail;
  unsigned long long time = 0;  ///< seconds since 1970
};

/// Over the file from its first byte on. Safe in a signal handler.
void write_breadcrumb(int file, const CrashNote& note) noexcept;

class BreadcrumbFile {
 public:
  /// Opens or makes the file, readable by its owner only. Throws std::system_error with the path.
  explicit BreadcrumbFile(std::filesystem::path path);
  /// Removes the file unless there is something in it.
  ~BreadcrumbFile();
  BreadcrumbFile(const BreadcrumbFile&) = delete;
  BreadcrumbFile& operator=(const BreadcrumbFile&) = delete;

  std::optional<Breadcrumb> read() const;
  /// Makes it empty, with room for a note. False when there is no room: a note will perhaps not be written then.
  bool clear();
  /// For write_breadcrumb, as long as this object lives.
  int descriptor() const { return descriptor_; }

 private:
  const std::filesystem::path path_;
  int descriptor_;
};

}  // namespace m2ag::host
