// What a host does about crashes: arms the handler, reads what the last start left behind, counts, and holds back what crashes too often
// (or everything, with --safe) until it is tried again. Made after the state store and before any plugin runs.
// Any thread may call hold_back(), crashed_apart(), release() and retry(), the rest is the main thread's.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "component/quarantine.h"
#include "component/supervisor.h"
#include "core/bus.h"
#include "system/breadcrumb.h"
#include "system/crash_handler.h"

namespace m2ag::host {

class CrashWatch {
 public:
  /// The breadcrumb lies beside the state file. `safe`: no component is started. A crash is not dated before `floor`: the handler asks the
  /// machine's clock, which may be wrong.
  CrashWatch(const std::filesystem::path& state_file, bool safe, StateStore& store, Log& log, Quarantine::Time floor);

  /// These components may be named from now on; again when they have changed.
  void watch(const Supervisor& supervisor);
  /// Publishes how the last start ended, when that was a crash.
  void report(Bus& bus);

  /// The supervisor's rule.
  std::optional<Supervisor::Hold> hold_back(const InstanceConfig& config, const Value& settings);
  /// The process of an isolated component has crashed: counted, published, and why the component is not started any more, if so. Any thread.
  std::optional<std::string> crashed_apart(const std::string& id, const std::string& fingerprint, Breadcrumb crumb,
                                           Bus& bus);
  /// Somebody wants this component to start: neither quarantine nor --safe holds it back any more.
  void release(const std::string& id);
  /// The request `retry {"component": …}`: starts what is failed, quarantined or held back. Throws CommandError.
  Value retry(const Supervisor& supervisor, const Value& arguments);

 private:
  void open(const std::filesystem::path& path);
  void count(const Breadcrumb& crumb, StateStore& store);
  struct Counted {
    bool quarantined;
    Event event;
  };
  Counted count_of_component(const Breadcrumb& crumb, std::string_view victim);

  const bool safe_;
  Log& log_;
  std::mutex mutex_;  // the next two
  Quarantine quarantine_;
  std::set<std::string, std::less<>> asked_for_;  ///< started on request although --safe
  std::optional<Event> last_crash_;
  std::optional<BreadcrumbFile> file_;
  std::optional<CrashHandler> handler_;  // goes before the file it writes to
};

}  // namespace m2ag::host
