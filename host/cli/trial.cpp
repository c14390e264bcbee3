#include "cli/trial.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string_view>
#include <system_error>

#include "config/changes.h"
#include "plugin/child_lines.h"

namespace m2ag::host {
namespace {

/// In the catalog's order: of a type that two of them offer, the first one's counts in the child too.
std::vector<std::string> used_plugins(const Descriptor& descriptor, const Catalog& catalog) {
  std::set<const PluginDescription*> used;
  for (const ComponentSection& section : descriptor.components) used.insert(catalog.plugin_of_type(section.type));
  for (const SimulatedChipSection& chip : descriptor.simulated.chips) used.insert(catalog.plugin_of_chip(chip.chip));
  std::vector<std::string> files;
  for (const PluginDescription& plugin : catalog.plugins()) {
    if (used.contains(&plugin)) files.push_back(plugin.path.string());
  }
  return files;
}

struct Round {
  std::string id;     ///< the component under way when the child ended
  std::string ended;  ///< how; empty: it came to its end
};

class Trial {
 public:
  Trial(const Descriptor& descriptor, std::filesystem::path program, std::vector<std::string> plugins,
        Problems& problems, const TrialText* draft, std::chrono::milliseconds patience)
      : descriptor_(descriptor),
        program_(std::move(program)),
        plugins_(std::move(plugins)),
        problems_(problems),
        draft_(draft),
        patience_(patience) {}

  Round run(const std::string& after) {
    std::vector<std::string> arguments{"check"};
    for (const std::string& plugin : plugins_) arguments.push_back("--trial=" + plugin);
    if (!after.empty()) arguments.push_back("--trial-after=" + after);
    if (draft_ != nullptr) {
      arguments.push_back("--trial-draft=" + draft_->file());
      arguments.push_back("--trial-draft-place=" + draft_->place());
    }
    arguments.insert(arguments.end(), {"--", descriptor_.file.string()});
    ChildLines child(program_, arguments);
    Round round;
    std::string line;
    for (auto next = child.next(line, patience_); next != ChildLines::Next::end; next = child.next(line, patience_)) {
      if (next == ChildLines::Next::timeout) {
        round.ended = fmt::format("did not return within {} ms", patience_.count());
        return round;
      }
      const std::string text = line.substr(std::min<std::size_t>(line.size(), 1));
      if (line.starts_with(kTrialDone)) return round;
      if (line.starts_with(kTrialOf)) round.id = text;
      if (line.starts_with(kTrialProblem)) tell(round.id, text);
    }
    round.ended = child.ending();
    return round;
  }

  void tell(const std::string& id, const std::string& sentence) {
    const ComponentSection* section = find_component(descriptor_, id);
    if (section == nullptr) return problems_.error({descriptor_.file.string(), 0, 0}, "components", sentence);
    problems_.error(section->mark, join_path("components", id), sentence);
  }

 private:
  const Descriptor& descriptor_;
  const std::filesystem::path program_;
  const std::vector<std::string> plugins_;
  Problems& problems_;
  const TrialText* const draft_;
  const std::chrono::milliseconds patience_;
};

void write_all(int memory, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(memory, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) throw std::system_error(errno, std::generic_category(), "a descriptor's text for its trial");
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

}  // namespace

TrialText::TrialText(std::string file, const std::string& text)
    : file_(std::move(file)), memory_(::memfd_create("descriptor", MFD_CLOEXEC)) {
  if (memory_ < 0) throw std::system_error(errno, std::generic_category(), "memory for a descriptor's trial");
  try {
    write_all(memory_, text);
  } catch (const std::system_error&) {
    ::close(memory_);
    throw;
  }
}

TrialText::~TrialText() { ::close(memory_); }

std::string TrialText::place() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), memory_); }

void try_components(const Descriptor& descriptor, const Catalog& catalog, const std::filesystem::path& program,
                    Problems& problems, const TrialText* draft, std::chrono::milliseconds patience) {
  if (std::ranges::none_of(descriptor.components, &ComponentSection::enabled)) return;
  Trial trial(descriptor, program, used_plugins(descriptor, catalog), problems, draft, patience);
  std::string after;
  while (true) {
    const Round round = trial.run(after);
    if (round.ended.empty()) return;
    if (round.id.empty() || round.id == after) {
      return trial.tell({}, "cannot be made on trial: the process for that " + round.ended);
    }
    trial.tell(round.id, "its constructor " + round.ended);
    after = round.id;
  }
}

}  // namespace m2ag::host
