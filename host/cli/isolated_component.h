// What stands in the host for a component that runs in a process of its own: starts that process, shows how it says that it is, and fails when
// it ends, so that the instance starts it again. Its host is gone when the process's socket is closed: then it stops by itself.
#pragma once

#include <m2ag/plugin.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "system/breadcrumb.h"

namespace m2ag::host {

/// All that the process is given, and what becomes of its crashes.
struct IsolatedLaunch {
  std::string id;
  std::string plugin;          ///< "relay 1.0.0", for messages
  std::string input;           ///< isolated_input()
  std::filesystem::path note;  ///< where its crash handler writes
  /// Before each start: what the component has saved is where the process looks for it. Throws std::exception when it cannot be.
  std::function<void()> prepare;
  /// It has crashed: why it is not started any more, or nothing. Any thread.
  std::function<std::optional<std::string>(const Breadcrumb&)> crashed;
};

/// `launch` for an instance's spec; the context it is given must be the host's own.
std::unique_ptr<Component> make_isolated_component(Context& context, std::shared_ptr<const IsolatedLaunch> launch);

}  // namespace m2ag::host
