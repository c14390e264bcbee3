#include "plugin/catalog.h"

#include <fmt/format.h>

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

std::string line_about(const fs::path& file, std::vector<std::unique_ptr<PluginLibrary>>& loaded) {
  Json line;
  try {
    loaded.push_back(std::make_unique<PluginLibrary>(file));
    line["description"] = to_json(loaded.back()->description());
  } catch (const std::exception& error) {
    line["refused"] = error.what();
  }
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::variant<PluginDescription, RefusedPlugin> read_line_about(const fs::path& file, const std::string& line) {
  try {
    const Json json = Json::parse(line);
    if (json.contains("refused")) return RefusedPlugin{file, json.at("refused").get<std::string>()};
    return description_from_json(json.at("description"));
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

std::shared_ptr<const Catalog> Catalog::describe(const std::vector<fs::path>& files, const fs::path& program, Log& log,
                                                 std::chrono::milliseconds patience) {
  class Made : public Catalog {};  // for make_shared, which cannot reach a private constructor
  auto catalog = std::make_shared<Made>();
  catalog->describe_in_child(files, program, patience);
  for (const RefusedPlugin& plugin : catalog->refused_)
    log.warning("", "plugin {} refused: {}", plugin.path.string(), plugin.reason);
  for (const std::string& sentence : catalog->left_out_) log.warning("", "{}", sentence);
  return catalog;
}

void Catalog::describe_in_child(const std::vector<fs::path>& files, const fs::path& program,
                                std::chrono::milliseconds patience) {
  for (std::size_t next = 0; next < files.size();) {
    std::vector<std::string> arguments = {"describe", "--child"};
    for (std::size_t i = next; i < files.size(); ++i) arguments.push_back(files[i].string());
    ChildLines child(program, arguments);
    for (bool alive = true; alive && next < files.size(); ++next) {
      const fs::path& file = files[next];
      std::string line;
      switch (child.next(line, patience)) {
        case ChildLines::Next::line: {
          auto answer = read_line_about(file, line);
          if (auto* description = std::get_if<PluginDescription>(&answer)) add(std::move(*description));
          if (auto* refused = std::get_if<RefusedPlugin>(&answer)) refuse(file, std::move(refused->reason));
          break;
        }
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

void Catalog::refuse(const fs::path& file, std::string reason) { refused_.push_back({file, std::move(reason)}); }

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
  return load(plugin->path);
}

std::shared_ptr<PluginLibrary> Catalog::load_chip(std::string_view chip) const {
  const PluginDescription* plugin = plugin_of_chip(chip);
  if (plugin == nullptr) throw PluginError(unknown_chip(chip));
  return load(plugin->path);
}

std::shared_ptr<PluginLibrary> Catalog::load(const fs::path& path) const {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<PluginLibrary>& library = loaded_[path];
  if (!library) {
    try {
      library = std::make_shared<PluginLibrary>(path);
    } catch (const PluginError& error) {
      throw PluginError(fmt::format("{}: {}", path.string(), error.what()));
    }
  }
  return library;
}

}  // namespace m2ag::host
