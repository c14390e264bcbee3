// The child of `m2ag check`: a host of which nothing is started, in which the components of a descriptor are made and thrown away.
#include <stdlib.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "cli/instance_config.h"
#include "cli/trial.h"
#include "config/text_file.h"
#include "plugin/child_lines.h"
#include "plugin/folders.h"

namespace m2ag::host {
namespace {

class Report {
 public:
  explicit Report(int output) : output_(output) {}
  void say(char what, std::string text) const {
    std::replace(text.begin(), text.end(), '\n', ' ');
    report_line(output_, what + text);
  }

 private:
  const int output_;
};

/// A folder for the database that nothing is saved in: the device's own may be in use, and is none of `check`'s business.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "m2ag-check-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error("no temporary folder can be made in " + std::filesystem::temp_directory_path().string());
    path_ = pattern;
  }
  ~Folder() { remove(); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void remove() const {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

 private:
  std::filesystem::path path_;
};

/// What DeviceHost has, without threads that do anything, broker, and hardware that is asked.
class World {
 public:
  World(const Descriptor& descriptor, Log& log)
      : log_(log), device_(descriptor.device.id), connection_(!descriptor.mqtt.url.empty()) {
    folder_.remove();  // the open files stay usable, and a crash leaves nothing behind
    peers_.roster().exchange(roster_of(descriptor));
  }
  Services& services() { return services_; }

 private:
  Log& log_;
  const std::string device_;
  const SystemClock clock_;
  Scheduler scheduler_{clock_};
  Executor executor_{clock_};
  Bus bus_{clock_};
  Registry registry_;
  Subscriptions subscriptions_;
  const Folder folder_;
  StateStore store_{folder_.path() / "state.db", log_};
  Hardware hardware_;
  Connection connection_;
  Peers peers_{clock_, log_, registry_};
  SharedFailures failures_;
  Services services_{device_,        clock_, log_,      executor_,   scheduler_, bus_,      registry_,
                     subscriptions_, store_, hardware_, connection_, peers_,     failures_, [](const Reply&) {}};
};

void try_one(const ComponentSection& section, const Catalog& catalog, Services& services, const Report& report) {
  report.say(kTrialOf, section.id);
  InstanceConfig config = instance_config(section);
  try {
    load_plugin(config, section, catalog);
  } catch (const PluginError& error) {
    return report.say(kTrialProblem, error.what());
  }
  for (const DryRunProblem& problem : dry_run({config}, services)) report.say(kTrialProblem, problem.message);
}

void try_all(const std::filesystem::path& file, const std::vector<std::filesystem::path>& plugins,
             const TrialInput& input, const Report& report) {
  Log silent(LogLevel::error), log;  // the parent has said what there is to say of the plugins
  const auto catalog = Catalog::describe(plugins, self_executable(), silent);
  Problems problems;
  const Environment environment = Environment::of_process();
  Drafts drafts;
  if (!input.draft.empty()) drafts.files[input.draft] = {read_text_file(input.draft_place, kMostBytes).text};
  const auto descriptor =
      bind_descriptor(read_sources(file, environment, drafts, problems), file, environment, catalog.get(), problems);
  if (!descriptor) throw std::runtime_error(problems.text());
  log.add_sink(stderr_sink());
  log.set_least(descriptor->log.level);
  World world(*descriptor, log);
  bool tried = !input.after.empty();
  for (const ComponentSection& section : descriptor->components) {
    if (section.enabled && !tried) try_one(section, *catalog, world.services(), report);
    if (section.id == input.after) tried = false;
  }
  report.say(kTrialDone, {});
  std::_Exit(EXIT_SUCCESS);  // a constructor may hang
}

}  // namespace

void run_trial(const std::filesystem::path& file, const std::vector<std::filesystem::path>& plugins,
               const TrialInput& input) {
  const Report report(begin_reporting());
  try {
    try_all(file, plugins, input, report);
  } catch (const std::exception& error) {
    report.say(kTrialProblem, error.what());
  }
  report.say(kTrialDone, {});
  std::_Exit(EXIT_FAILURE);
}

}  // namespace m2ag::host
