#include "store/revisions.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

namespace m2ag::host {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr mode_t kPrivate = 0600;  // a descriptor may have a password in it

[[noreturn]] void fail(const fs::path& path, const char* what, int error = errno) {
  throw std::runtime_error(fmt::format("{}: {}: {}", path.string(), what, std::generic_category().message(error)));
}

std::optional<std::string> read_all(const fs::path& file) {
  std::error_code error;
  if (fs::is_directory(file, error)) return std::nullopt;  // it can be opened, and then throws
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// Names are durable only with their folder.
void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

void write_all(const fs::path& file, const std::string& text, mode_t mode) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kPrivate);
  if (descriptor < 0) fail(file, "cannot be written");
  int error = ::fchmod(descriptor, mode) == 0 ? 0 : errno;
  for (std::size_t done = 0; done < text.size() && error == 0;) {
    const ssize_t wrote = ::write(descriptor, text.data() + done, text.size() - done);
    if (wrote < 0 && errno != EINTR) error = errno;
    if (wrote > 0) done += static_cast<std::size_t>(wrote);
  }
  if (error == 0 && ::fsync(descriptor) != 0) error = errno;
  ::close(descriptor);
  if (error != 0) fail(file, "cannot be written", error);
}

}  // namespace

Revisions::Revisions(const fs::path& state) : folder_(std::filesystem::path(state).replace_extension(".revisions")) {}

fs::path Revisions::place_of(unsigned number) const { return folder_ / fmt::format("{:04}", number); }

std::vector<unsigned> Revisions::numbers() const {
  std::vector<unsigned> numbers;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder_, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    unsigned number = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (problem == std::errc() && end == name.data() + name.size()) numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

std::vector<Revision> Revisions::all() const {
  std::vector<Revision> revisions;
  for (const unsigned number : numbers()) {
    if (auto revision = find(number)) revisions.push_back(std::move(*revision));
  }
  return revisions;
}

std::optional<Revision> Revisions::newest() const {
  auto revisions = all();
  if (revisions.empty()) return std::nullopt;
  return std::move(revisions.back());
}

std::optional<Revision> Revisions::find(unsigned number) const {
  const fs::path place = place_of(number);
  const auto text = read_all(place / "revision.json");
  if (!text) return std::nullopt;
  try {
    const Json json = Json::parse(*text);
    Revision revision{number, json.at("time").get<std::int64_t>(), json.at("origin").get<std::string>(), {}};
    for (const Json& path : json.at("files")) {
      auto file = read_all(place / std::to_string(revision.files.size()));
      if (!file) return std::nullopt;
      revision.files.push_back({path.get<std::string>(), std::move(*file)});
    }
    return revision;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

unsigned Revisions::add(const std::vector<RevisionFile>& files, const std::string& origin, std::int64_t time) {
  const auto before = newest();
  if (before && before->files == files) return before->number;
  const auto known = numbers();
  const unsigned number = known.empty() ? 1 : known.back() + 1;
  const fs::path made = folder_ / "new";
  std::error_code error;
  fs::create_directories(folder_, error);
  fs::permissions(folder_, fs::perms::owner_all, error);
  fs::remove_all(made, error);
  if (!fs::create_directory(made, error)) fail(made, "cannot be made", error.value());
  Json paths = Json::array();
  for (const RevisionFile& file : files) {
    write_all(made / std::to_string(paths.size()), file.text, kPrivate);
    paths.push_back(file.path);
  }
  const Json json{{"time", time}, {"origin", origin}, {"files", paths}};
  write_all(made / "revision.json", json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n", kPrivate);
  sync_folder(made);
  fs::rename(made, place_of(number), error);
  if (error) fail(place_of(number), "cannot be made", error.value());
  sync_folder(folder_);
  for (std::size_t i = 0; i + kMost < known.size() + 1; ++i) fs::remove_all(place_of(known[i]), error);
  return number;
}

void Revisions::mark_rollback(unsigned number) const {
  write_all(folder_ / "rollback", std::to_string(number), kPrivate);
}

bool Revisions::take_rollback(const std::vector<RevisionFile>& files) const {
  const auto text = read_all(folder_ / "rollback");
  if (!text) return false;
  std::error_code error;
  fs::remove(folder_ / "rollback", error);
  unsigned number = 0;
  std::from_chars(text->data(), text->data() + text->size(), number);
  const auto marked = find(number);
  return marked && marked->files == files;
}

std::vector<RevisionFile> read_files(const std::vector<fs::path>& paths) {
  std::vector<RevisionFile> files;
  for (const fs::path& path : paths) {
    if (auto text = read_all(path)) {
      files.push_back({path.string(), std::move(*text)});
    } else if (fs::exists(path)) {
      fail(path, "cannot be read");
    }
  }
  return files;
}

void replace_files(const std::vector<RevisionFile>& files) {
  // All are on the disk before the first takes its place: who watches them sees them change together.
  std::vector<std::pair<fs::path, fs::path>> made;
  std::error_code error;
  for (const RevisionFile& file : files) {
    const fs::path canonical = fs::canonical(file.path, error);
    const fs::path real = error ? fs::path(file.path) : canonical;  // a link stays one
    fs::create_directories(real.parent_path(), error);
    struct stat status {};
    const bool known = ::stat(real.c_str(), &status) == 0;
    const fs::path beside = real.string() + ".m2ag-new";
    write_all(beside, file.text, known ? status.st_mode & 07777 : mode_t{0644});
    if (known && ::chown(beside.c_str(), status.st_uid, status.st_gid) != 0 && errno != EPERM)
      fail(beside, "its owner cannot be set");
    made.emplace_back(beside, real);
  }
  for (const auto& [beside, real] : made) {
    fs::rename(beside, real, error);
    if (error) fail(real, "cannot be replaced", error.value());
  }
  for (const auto& [beside, real] : made) sync_folder(real.parent_path());
}

}  // namespace m2ag::host
