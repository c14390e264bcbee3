#include "plugin/catalog.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>
#include <variant>

#include "core/log.h"
#include "core/suggest.h"
#include "plugin/child_lines.h"

namespace m2ag::host {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::vector<fs::path> libraries_in(const std::vector<fs::path>& folders, Log& log) {
  std::vector<fs::path> files;
  std::set<fs::path> seen;
  for (const fs::path& folder : folders) {
    std::error_code error;
    std::vector<fs::path> found;
    for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      if (entry->path().extension() == ".so") found.push_back(entry->path());
    }
    if (error) log.warning("", "no plugins from {}: {}", folder.string(), error.message());
    std::sort(found.begin(), found.end());
    for (fs::path& file : found) {
      if (seen.insert(fs::weakly_canonical(file, error)).second) files.push_back(std::move(file));
    }
  }
  return files;
}

/// Whatever can make another answer of it: content, owner and rights of the file, and who may write to its folder.
std::string stamp_of(const fs::path& file) {
  struct stat status {
  }, folder{};
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  if (error || ::stat(real.c_str(), &status) != 0 || ::stat(real.parent_path().c_str(), &folder) != 0) return {};
  return fmt::format("{} {} {} {}.{} {}.{} {} {}", real.string(), status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec, folder.st_mode,
                     folder.st_uid);
}

std::string line_about(const fs::path& file, std::vector<std::unique_ptr<PluginLibrary>>& loaded) {
  Json line;
  try {
    loaded.push_back(std::make_unique<PluginLibrary>(file));
    line["description"] = to_json(loaded.back()->description());
    line["digest"] = loaded.back()->digest();
  } catch (const std::exception& error) {
    line["refused"] = error.what();
  }
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::variant<PluginDescription, RefusedPlugin> read_line_about(const fs::path& file, const std::string& line) {
  try {
    const Json json = Json::parse(line);
    if (json.contains("refused")) return RefusedPlugin{file, json.at("refused").get<std::string>()};
    PluginDescription description = description_from_json(json.at("description"));
    description.digest = json.at("digest").get<std::string>();
    return description;
  } catch (const std::exception& error) {
    return RefusedPlugin{file, fmt::format("its description cannot be read: {}", error.what())};
  }
}

/// Takes from `plugins` the element with a spec of that name, and the spec.
template <class Spec>
std::pair<const PluginDescription*, const Spec*> find(const std::vector<PluginDescription>& plugins,
                                                      std::vector<Spec> PluginDescription::*specs,
                                                      std::string Spec::*member, std::string_view name) {
  for (const PluginDescription& plugin : plugins) {
    for (const Spec& spec : plugin.*specs) {
      if (spec.*member == name) return {&plugin, &spec};
    }
  }
  return {nullptr, nullptr};
}

/// Takes out of `description` what a plugin before it offers, and says so in `left_out`.
template <class Spec>
void drop_known(PluginDescription& description, const std::vector<PluginDescription>& plugins,
                std::vector<Spec> PluginDescription::*specs, std::string Spec::*member, std::string_view what,
                std::vector<std::string>& left_out) {
  std::erase_if(description.*specs, [&](const Spec& spec) {
    const PluginDescription* first = find(plugins, specs, member, spec.*member).first;
    if (first == nullptr) return false;
    left_out.push_back(fmt::format("{}: its {} \"{}\" is not used, because {} offers one too",
                                   description.path.string(), what, spec.*member, first->path.string()));
    return true;
  });
}

template <class Spec>
std::vector<const Spec*> pointers(const std::vector<PluginDescription>& plugins,
                                  std::vector<Spec> PluginDescription::*specs) {
  std::vector<const Spec*> all;
  for (const PluginDescription& plugin : plugins) {
    for (const Spec& spec : plugin.*specs) all.push_back(&spec);
  }
  return all;
}

template <class Spec>
std::vector<std::string> names(const std::vector<const Spec*>& specs, std::string Spec::*member) {
  std::vector<std::string> all;
  for (const Spec* spec : specs) all.push_back(spec->*member);
  return all;
}

}  // namespace

std::shared_ptr<const Catalog> Catalog::scan(const std::vector<fs::path>& folders, const fs::path& program, Log& log,
                                             std::chrono::milliseconds patience) {
  return describe(libraries_in(folders, log), program, log, patience);
}

std::shared_ptr<const Catalog> Catalog::scan_again(const std::vector<fs::path>& folders, const fs::path& program,
                                                   Log& log, std::chrono::milliseconds patience) const {
  const auto catalog = make();
  catalog->libraries_ = libraries_;
  catalog->look_at(libraries_in(folders, log), program, patience, this);
  catalog->tell(log, this);
  return catalog;
}

std::shared_ptr<const Catalog> Catalog::describe(const std::vector<fs::path>& files, const fs::path& program, Log& log,
                                                 std::chrono::milliseconds patience) {
  const auto catalog = make();
  catalog->look_at(files, program, patience, nullptr);
  catalog->tell(log, nullptr);
  return catalog;
}

std::shared_ptr<Catalog> Catalog::make() {
  class Made : public Catalog {};  // for make_shared, which cannot reach a private constructor
  return std::make_shared<Made>();
}

void Catalog::look_at(const std::vector<fs::path>& files, const fs::path& program, std::chrono::milliseconds patience,
                      const Catalog* before) {
  std::vector<fs::path> changed;
  for (const fs::path& file : files) {
    const auto old = before == nullptr ? known_.end() : before->known_.find(file);
    if (before == nullptr || old == before->known_.end() || old->second.stamp != stamp_of(file)) {
      changed.push_back(file);
    } else {
      known_.insert(*old);
    }
  }
  known_.merge(describe_in_child(changed, program, patience));
  for (const fs::path& file : files) {
    const auto& answer = known_.at(file).answer;
    if (const auto* description = std::get_if<PluginDescription>(&answer)) add(*description);
    if (const auto* refused = std::get_if<RefusedPlugin>(&answer)) {
      refused_.push_back(*refused);
      if (before != nullptr) keep_loaded(*before, &file);
    }
  }
  if (before != nullptr) keep_loaded(*before, nullptr);
}

bool Catalog::offers(const fs::path& file) const {
  return std::ranges::any_of(plugins_, [&](const PluginDescription& each) { return each.path == file; });
}

void Catalog::keep_loaded(const Catalog& before, const fs::path* only) {
  for (const PluginDescription& plugin : before.plugins_) {
    if (only != nullptr && plugin.path != *only) continue;
    if (!offers(plugin.path) && libraries_->has(plugin.path, plugin.digest)) add(plugin);
  }
}

void Catalog::tell(Log& log, const Catalog* before) const {
  for (const RefusedPlugin& plugin : refused_) {
    const bool told = before != nullptr && std::ranges::any_of(before->refused_, [&](const RefusedPlugin& each) {
                        return each.path == plugin.path && each.reason == plugin.reason;
                      });
    const bool loaded = offers(plugin.path);
    if (!told)
      log.warning("", "plugin {} refused: {}{}", plugin.path.string(), plugin.reason,
                  loaded ? "; the version that is loaded stays in use" : "");
  }
  for (const std::string& sentence : left_out_) {
    if (before == nullptr || std::ranges::find(before->left_out_, sentence) == before->left_out_.end())
      log.warning("", "{}", sentence);
  }
}

Catalog::KnownFiles Catalog::describe_in_child(const std::vector<fs::path>& files, const fs::path& program,
                                               std::chrono::milliseconds patience) {
  KnownFiles known;
  const auto refuse = [&](const fs::path& file, std::string reason) {
    known.at(file).answer = RefusedPlugin{file, std::move(reason)};
  };
  // Before they are read: what is written meanwhile has another stamp and is looked at again.
  for (const fs::path& file : files) known.emplace(file, Known{stamp_of(file), {}});
  for (std::size_t next = 0; next < files.size();) {
    std::vector<std::string> arguments = {"describe", "--child"};
    for (std::size_t i = next; i < files.size(); ++i) arguments.push_back(files[i].string());
    ChildLines child(program, arguments);
    for (bool alive = true; alive && next < files.size(); ++next) {
      const fs::path& file = files[next];
      std::string line;
      switch (child.next(line, patience)) {
        case ChildLines::Next::line: known.at(file).answer = read_line_about(file, line); break;
        case ChildLines::Next::timeout:
          refuse(file, fmt::format("hangs: it did not describe itself within {} ms", patience.count()));
          alive = false;
          break;
        case ChildLines::Next::end:
          refuse(file, child.ending() + " while it was loaded and described itself");
          alive = false;
          break;
      }
    }
  }
  return known;
}

void Catalog::describe_files(const std::vector<fs::path>& files) {
  const int output = begin_reporting();
  std::vector<std::unique_ptr<PluginLibrary>> loaded;  // nothing is unloaded: that would run more of the plugins' code
  for (const fs::path& file : files) report_line(output, line_about(file, loaded));
  std::_Exit(EXIT_SUCCESS);
}

void Catalog::add(PluginDescription description) {
  drop_known(description, plugins_, &PluginDescription::components, &ComponentSpec::type, "type", left_out_);
  drop_known(description, plugins_, &PluginDescription::chips, &SimulatedChipSpec::chip, "simulated chip", left_out_);
  plugins_.push_back(std::move(description));
}

std::vector<const ComponentSpec*> Catalog::types() const { return pointers(plugins_, &PluginDescription::components); }
std::vector<const SimulatedChipSpec*> Catalog::chips() const { return pointers(plugins_, &PluginDescription::chips); }

const ComponentSpec* Catalog::find_type(std::string_view type) const {
  return find(plugins_, &PluginDescription::components, &ComponentSpec::type, type).second;
}
const SimulatedChipSpec* Catalog::find_chip(std::string_view chip) const {
  return find(plugins_, &PluginDescription::chips, &SimulatedChipSpec::chip, chip).second;
}
const PluginDescription* Catalog::plugin_of_type(std::string_view type) const {
  return find(plugins_, &PluginDescription::components, &ComponentSpec::type, type).first;
}
const PluginDescription* Catalog::plugin_of_chip(std::string_view chip) const {
  return find(plugins_, &PluginDescription::chips, &SimulatedChipSpec::chip, chip).first;
}

std::string Catalog::unknown_type(std::string_view type) const {
  return unknown("type", type, names(types(), &ComponentSpec::type));
}
std::string Catalog::unknown_chip(std::string_view chip) const {
  return unknown("simulated chip", chip, names(chips(), &SimulatedChipSpec::chip));
}

std::string Catalog::unknown(std::string_view what, std::string_view name,
                             const std::vector<std::string>& known) const {
  std::string text = fmt::format("no plugin offers the {} \"{}\"", what, name);
  if (const auto nearest = closest(name, known)) return fmt::format("{}, did you mean \"{}\"?", text, *nearest);
  for (const RefusedPlugin& plugin : refused_) {
    if (plugin.path.stem() == name)
      return fmt::format("{}; {} was refused: {}", text, plugin.path.string(), plugin.reason);
  }
  return text + " (m2ag plugins lists what there is)";
}

std::shared_ptr<PluginLibrary> Catalog::load_type(std::string_view type) const {
  const PluginDescription* plugin = plugin_of_type(type);
  if (plugin == nullptr) throw PluginError(unknown_type(type));
  return load(*plugin);
}

std::shared_ptr<PluginLibrary> Catalog::load_chip(std::string_view chip) const {
  const PluginDescription* plugin = plugin_of_chip(chip);
  if (plugin == nullptr) throw PluginError(unknown_chip(chip));
  return load(*plugin);
}

std::shared_ptr<PluginLibrary> Catalog::load(const PluginDescription& plugin) const {
  return libraries_->load(plugin.path, plugin.digest);
}

}  // namespace m2ag::host
