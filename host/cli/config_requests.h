// The requests that read the device's configuration and change nothing: `config`, `config-check`, `revisions`, `revision`, `plugins`, `schema`.
// Each is done on a lane of its own. What changes it is reload's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "cli/device_host.h"
#include "store/texts.h"

namespace m2ag::host {

/// What runs.
struct RunningConfig {
  std::shared_ptr<const Descriptor> descriptor;
  std::shared_ptr<const Catalog> catalog;  ///< the newest
  std::vector<RevisionFile> files;
  std::optional<unsigned> revision;  ///< nothing when it could not be kept
  std::optional<unsigned> unconfirmed;
  std::int64_t confirm_by = 0;  ///< of that, in milliseconds since 1970
};

struct ConfigAccess {
  std::filesystem::path config;
  Environment environment;
  std::function<RunningConfig()> running;  ///< from any thread
};

/// Before host.start().
void add_config_requests(DeviceHost& host, const ConfigAccess& access);

/// What `config-apply` looks at before it comes to the main thread: nothing to object, or why not.
std::variant<Value, Refusal> check_before_apply(const ConfigAccess& access, const Value& arguments);

/// "revision 7 waits for its confirmation: …"
std::string unconfirmed_sentence(unsigned number);

/// So long such a check may take: the components' constructors run in a child process.
inline constexpr std::chrono::seconds kConfigCheckDeadline{30};

}  // namespace m2ag::host
