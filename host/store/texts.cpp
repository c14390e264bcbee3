#include "store/texts.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "store/durable_file.h"

namespace m2ag::host {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::vector<RevisionFile> read_files(const std::vector<fs::path>& paths) {
  std::vector<RevisionFile> files;
  for (const fs::path& path : paths) {
    if (auto text = read_whole(path)) {
      files.push_back({path.string(), std::move(*text)});
    } else if (fs::exists(path)) {
      throw_file_error(path, "cannot be read", errno);
    }
  }
  return files;
}

namespace {

/// Files beside those that they are for; what does not get to its place is removed.
class Replacements {
 public:
  Replacements() = default;
  ~Replacements() {
    std::error_code ignored;
    for (; placed_ < made_.size(); ++placed_) fs::remove(made_[placed_].first, ignored);
  }
  Replacements(const Replacements&) = delete;
  Replacements& operator=(const Replacements&) = delete;

  void make(const RevisionFile& file) {
    std::error_code error;
    const fs::path canonical = fs::canonical(file.path, error);
    const fs::path real = error ? fs::path(file.path) : canonical;  // a link stays one
    fs::create_directories(real.parent_path(), error);
    struct stat status {};
    const bool known = ::stat(real.c_str(), &status) == 0;
    const fs::path beside = real.string() + ".m2ag-new";
    made_.emplace_back(beside, real);
    write_durably(beside, file.text, known ? status.st_mode & 07777 : mode_t{0644});
    if (known && ::chown(beside.c_str(), status.st_uid, status.st_gid) != 0 && errno != EPERM)
      throw_file_error(beside, "its owner cannot be set", errno);
  }

  void place() {
    std::error_code error;
    for (; placed_ < made_.size(); ++placed_) {
      const auto& [beside, real] = made_[placed_];
      fs::rename(beside, real, error);
      if (error) throw_file_error(real, "cannot be replaced", error.value());
    }
    for (const auto& [beside, real] : made_) sync_folder(real.parent_path());
  }

 private:
  std::vector<std::pair<fs::path, fs::path>> made_;
  std::size_t placed_ = 0;
};

}  // namespace

void replace_files(const std::vector<RevisionFile>& files) {
  // All are on the disk before the first takes its place: who watches them sees them change together.
  Replacements replacements;
  for (const RevisionFile& file : files) replacements.make(file);
  replacements.place();
}

void require_replaceable(const fs::path& file) {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  struct stat status {};
  if (error || ::stat(real.c_str(), &status) != 0) return;  // replace_files says what is wrong
  const auto refuse = [&](const std::string& why) {
    throw std::runtime_error(real.string() + ": cannot be written: " + why);
  };
  if (::geteuid() != 0 && status.st_uid != ::geteuid())
    refuse("it belongs to another user than the one who runs the device; give it to him with chown");
  if (::access(real.c_str(), W_OK) != 0) refuse("its rights or its file system forbid it; see ls -l and mount");
  if (::access(real.parent_path().c_str(), W_OK) != 0)
    refuse("its folder is not writable for the user who runs the device, and a new file must be made beside it");
}

void make_text_folder(const fs::path& parent, const std::string& name, const std::vector<RevisionFile>& files,
                      Json about) {
  const fs::path made = parent / "new";
  std::error_code error;
  fs::create_directories(parent, error);
  fs::permissions(parent, fs::perms::owner_all, error);
  fs::remove_all(made, error);
  if (!fs::create_directory(made, error)) throw_file_error(made, "cannot be made", error.value());
  Json paths = Json::array();
  for (const RevisionFile& file : files) {
    write_durably(made / std::to_string(paths.size()), file.text, kPrivate);
    paths.push_back(file.path);
  }
  about["files"] = std::move(paths);
  write_durably(made / "revision.json", about.dump(2, ' ', false, Json::error_handler_t::replace) + "\n", kPrivate);
  sync_folder(made);
  fs::rename(made, parent / name, error);
  if (error) throw_file_error(parent / name, "cannot be made", error.value());
  sync_folder(parent);
}

std::optional<TextFolder> read_text_folder(const fs::path& folder) {
  const auto text = read_whole(folder / "revision.json");
  if (!text) return std::nullopt;
  try {
    TextFolder kept{Json::parse(*text), {}};
    for (const Json& path : kept.about.at("files")) {
      auto file = read_whole(folder / std::to_string(kept.files.size()));
      if (!file) return std::nullopt;
      kept.files.push_back({path.get<std::string>(), std::move(*file)});
    }
    return kept;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace m2ag::host
