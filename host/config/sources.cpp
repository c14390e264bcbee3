#include "config/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include "config/hint.h"
#include "config/secrets.h"
#include "config/substitute.h"
#include "config/text_file.h"

namespace m2ag::host {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostIncludeDepth = 8;
constexpr std::size_t kMostFiles = 200;
constexpr std::string_view kStandardTags = "tag:yaml.org,2002:";

class Reader {
 public:
  Reader(const fs::path& descriptor, const Environment& environment, const Drafts& drafts, Problems& problems)
      : descriptor_(descriptor),
        environment_(environment),
        drafts_(drafts),
        problems_(problems),
        secrets_(descriptor.parent_path(), environment, problems) {
    const fs::path folder = descriptor.parent_path();
    root_folder_ = identity(folder.empty() ? fs::path(".") : folder);
  }

  Sources read() {
    Sources sources;
    sources.root = read_file(descriptor_, Mark{descriptor_.string(), 0, 0}, "", 0);
    if (sources.root.is_invalid()) {
      sources.complete = false;
      sources.root.kind = Node::Kind::map;
    }
    add_components(sources.root);
    if (secrets_.file()) files_.push_back(*secrets_.file());
    sources.files = std::move(files_);
    return sources;
  }

 private:
  /// Absolute even when nothing of the path is there, which weakly_canonical alone does not promise.
  static fs::path identity(const fs::path& path) {
    std::error_code error;
    return fs::weakly_canonical(fs::absolute(path, error), error);
  }

  static void invalidate(Node& node) {
    Node invalid;
    invalid.kind = Node::Kind::invalid;
    invalid.mark = node.mark;
    node = std::move(invalid);
  }

  void refuse(Node& node, const std::string& path, std::string message) {
    problems_.error(node.mark, path, std::move(message));
    invalidate(node);
  }

  /// `asked` is where a file that cannot be read is complained of.
  Node read_file(const fs::path& path, const Mark& asked, const std::string& tree_path, std::size_t depth) {
    Node node;
    node.mark = asked;
    files_.push_back(path);
    const auto draft = drafts_.files.find(draft_key(path));
    const bool is_draft = draft != drafts_.files.end();
    TextFile file;
    if (is_draft) {
      file.text = draft->second.text;
    } else if (drafts_.alone) {
      file.error = "there is no such file";
    } else {
      file = read_text_file(path, kMostBytes);
    }
    if (!file.error.empty()) {
      refuse(node, tree_path,
             asked.line == 0 ? file.error : fmt::format("{}: {}", printable(path.string(), 1024), file.error));
      return node;
    }
    node = read_document(file.text, path.string(), problems_, values_left_);
    if (is_draft && draft->second.amend) draft->second.amend(node, problems_);
    open_.push_back(identity(path));
    resolve(node, tree_path, path.parent_path(), depth);
    open_.pop_back();
    return node;
  }

  /// `folder` is that of the file `node` stands in.
  void resolve(Node& node, const std::string& path, const fs::path& folder, std::size_t depth) {
    if (depth > kMostDepth) return refuse(node, path, "nested deeper than 64 levels");
    if (!node.tag.empty() && !resolve_tag(node, path, folder, depth)) return;
    if (node.is_scalar() && !node.secret) substitute_in(node, path);
    for (std::size_t i = 0; i < node.items.size(); ++i) resolve(node.items[i], join_path(path, i), folder, depth + 1);
    for (Entry& entry : node.entries) resolve(entry.value, join_path(path, entry.key), folder, depth + 1);
    if (node.is_map()) merge_keys(node, path);
  }

  /// False when the node is finished.
  bool resolve_tag(Node& node, const std::string& path, const fs::path& folder, std::size_t depth) {
    const std::string tag = std::exchange(node.tag, {});
    if (tag == "!secret" || tag == "!include") {
      if (!node.is_scalar()) {
        refuse(node, path, fmt::format("{} wants a {}", tag, tag == "!secret" ? "name" : "file name"));
      } else if (tag == "!secret") {
        node = secrets_.find(node.text, node.mark, path);
      } else {
        include(node, path, folder, depth);
      }
      return false;
    }
    if (tag.starts_with(kStandardTags)) {
      if (tag.substr(kStandardTags.size()) == "str" && node.is_scalar()) node.quoted = true;
      return true;
    }
    constexpr std::string_view kKnown[] = {"!include", "!secret"};
    const std::string hint = did_you_mean(tag, kKnown);
    refuse(node, path,
           fmt::format("unknown tag {}{}", printable(tag), hint.empty() ? ", known are !include and !secret" : hint));
    return false;
  }

  void include(Node& node, const std::string& path, const fs::path& folder, std::size_t depth) {
    const fs::path wanted = node.text;
    if (node.text.empty()) return refuse(node, path, "!include wants a file name");
    const fs::path file = (folder / wanted).lexically_normal();
    const fs::path real = identity(file);
    const fs::path inside = real.lexically_relative(root_folder_);
    if (wanted.is_absolute() || inside.empty() || *inside.begin() == "..") {
      return refuse(
          node, path,
          fmt::format("{}: an included file must lie in the descriptor's folder or below", printable(wanted.string())));
    }
    if (file.filename() == "secrets.yaml")
      return refuse(node, path, "secrets.yaml is not included; write !secret and the name");
    const auto again = std::find(open_.begin(), open_.end(), real);
    if (again != open_.end()) {
      std::string circle;
      for (auto each = again; each != open_.end(); ++each) circle += each->filename().string() + " → ";
      return refuse(node, path, fmt::format("the file includes itself: {}{}", circle, real.filename().string()));
    }
    if (open_.size() > kMostIncludeDepth)
      return refuse(node, path, fmt::format("more than {} files include one another", kMostIncludeDepth));
    if (files_.size() >= kMostFiles) return refuse(node, path, fmt::format("more than {} files", kMostFiles));
    node = read_file(file, node.mark, path, depth);
  }

  void substitute_in(Node& node, const std::string& path) {
    if (node.text.find("${") == node.text.npos) return;
    Substitution result = substitute(node.text, environment_);
    if (!result.error.empty()) return refuse(node, path, std::move(result.error));
    node.text = std::move(result.text);
    if (result.whole) node.quoted = false;
  }

  /// YAML's merge key: what the map says itself wins, then the earlier of several.
  void merge_keys(Node& node, const std::string& path) {
    const auto merge =
        std::find_if(node.entries.begin(), node.entries.end(), [](const Entry& entry) { return entry.key == "<<"; });
    if (merge == node.entries.end()) return;
    Entry merged = std::move(*merge);
    node.entries.erase(merge);
    std::map<std::string, bool, std::less<>> known;
    for (const Entry& entry : node.entries) known.emplace(entry.key, true);
    const auto add = [&](Node& from) {
      if (from.is_invalid()) return;
      if (!from.is_map()) {
        problems_.error(merged.key_mark, path, "<< wants a map, or a list of maps");
        return;
      }
      for (Entry& entry : from.entries) {
        if (known.emplace(entry.key, true).second) node.entries.push_back(std::move(entry));
      }
    };
    if (merged.value.is_list()) {
      for (Node& each : merged.value.items) add(each);
    } else {
      add(merged.value);
    }
  }

  void add_components(Node& root) {
    const fs::path folder = descriptor_.parent_path() / "components.d";
    const std::vector<fs::path> names = component_files(folder);
    if (names.empty()) return;
    Entry* section = root.find("components");
    if (section == nullptr && root.is_map()) {
      root.entries.push_back({"components", Mark{folder.string(), 0, 0}, {}});
      section = &root.entries.back();
      section->value.mark = section->key_mark;
    }
    if (section != nullptr && section->value.is_null()) section->value.kind = Node::Kind::map;
    std::map<std::string, Mark> known;
    if (section != nullptr) {
      for (const Entry& entry : section->value.entries) known.emplace(entry.key, entry.key_mark);
    }
    for (const fs::path& name : names) {
      if (files_.size() >= kMostFiles) {
        problems_.error({folder.string(), 0, 0}, {}, fmt::format("more than {} files", kMostFiles));
        return;
      }
      Node file = read_file(name, Mark{name.string(), 0, 0}, "components", 1);
      if (file.is_null() || file.is_invalid()) continue;
      if (!file.is_map()) {
        problems_.error(file.mark, {}, "expected a map of components, as under \"components:\" in the descriptor");
        continue;
      }
      for (Entry& entry : file.entries) {
        const auto [first, inserted] = known.emplace(entry.key, entry.key_mark);
        if (entry.key == "components") {
          problems_.error(
              entry.key_mark, join_path("components", entry.key),
              "a file of components.d begins with the components themselves, without \"components:\" above them");
        } else if (!inserted) {
          problems_.error(entry.key_mark, join_path("components", entry.key),
                          fmt::format("the component stands already at {}", to_string(first->second)));
        } else if (section != nullptr && section->value.is_map()) {
          section->value.entries.push_back(std::move(entry));
        }
      }
    }
  }

  std::vector<fs::path> component_files(const fs::path& folder) {
    std::vector<fs::path> names;
    std::error_code error;
    if (drafts_.alone) {
      for (const auto& [name, draft] : drafts_.files) {
        if (fs::path(name).parent_path() == draft_key(folder)) names.push_back(folder / fs::path(name).filename());
      }
      return names;
    }
    for (fs::directory_iterator each(folder, error); !error && each != fs::directory_iterator();
         each.increment(error)) {
      const fs::path name = each->path().filename();
      if (name.string().starts_with('.')) continue;
      if (name.extension() == ".yaml") names.push_back(folder / name);
      if (name.extension() == ".yml")
        problems_.warning({(folder / name).string(), 0, 0}, {}, "not read: the name must end in .yaml");
    }
    if (error && error != std::errc::no_such_file_or_directory)
      problems_.error({folder.string(), 0, 0}, {}, "cannot be read: " + error.message());
    std::sort(names.begin(), names.end());
    return names;
  }

  fs::path descriptor_;
  fs::path root_folder_;
  const Environment& environment_;
  const Drafts& drafts_;
  Problems& problems_;
  Secrets secrets_;
  std::size_t values_left_ = kMostValues;
  std::vector<fs::path> files_;
  std::vector<fs::path> open_;  ///< the files that include one another, outermost first
};

}  // namespace

std::string draft_key(const fs::path& file) { return fs::absolute(file).lexically_normal().string(); }

Sources read_sources(const fs::path& descriptor, const Environment& environment, const Drafts& drafts,
                     Problems& problems) {
  return Reader(descriptor, environment, drafts, problems).read();
}

Sources read_sources(const fs::path& descriptor, const Environment& environment, Problems& problems) {
  return read_sources(descriptor, environment, Drafts{}, problems);
}

Sources read_sources_text(std::string_view text, const fs::path& descriptor, const Environment& environment,
                          Problems& problems) {
  const Drafts drafts{{{draft_key(descriptor), Draft{std::string(text)}}}};
  return read_sources(descriptor, environment, drafts, problems);
}

}  // namespace m2ag::host
