#include "system/file_watch.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace m2ag::host {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB |
                             IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

constexpr int kMostLinks = 40;  // as the kernel

/// A file that has just been made is empty: it counts when it is closed. Not so a link or a folder, which are whole at once.
bool is_whole(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && (!S_ISREG(status.st_mode) || status.st_nlink > 1);
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

}  // namespace

FileWatch::FileWatch() : inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (inotify_ < 0) throw std::system_error(errno, std::generic_category(), "files cannot be watched");
}

FileWatch::~FileWatch() { ::close(inotify_); }

void FileWatch::set(const std::vector<fs::path>& files, const std::vector<fs::path>& folders,
                    const std::string& ending) {
  ending_ = ending;
  std::map<int, Folder> next;
  for (const fs::path& file : files) {
    add(folder_of(file), file.filename().string(), false, next);
    follow(file, next);
  }
  for (const fs::path& folder : folders) {
    add(folder, "", true, next);
    follow(folder, next);
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
      if (entry.is_symlink(error) && entry.path().native().ends_with(ending)) follow(entry.path(), next);
    }
  }
  for (const auto& [watch, folder] : folders_) {
    if (!next.contains(watch)) ::inotify_rm_watch(inotify_, watch);
  }
  folders_ = std::move(next);
}

void FileWatch::add(const fs::path& folder, const std::string& name, bool all, std::map<int, Folder>& into) {
  const int watch = ::inotify_add_watch(inotify_, folder.c_str(), kEvents);
  if (watch >= 0) {
    Folder& entry = into[watch];
    entry.path = folder;
    entry.all = entry.all || all;
    if (!name.empty()) entry.names.insert(name);
    return;
  }
  const fs::path above = folder_of(folder);
  if (above != folder && above != ".") add(above, folder.filename().string(), false, into);
}

void FileWatch::follow(const fs::path& path, std::map<int, Folder>& into) {
  std::error_code error;
  fs::path left = fs::absolute(path, error);
  for (int links = 0; links < kMostLinks;) {
    fs::path done;
    auto part = left.begin();
    for (; part != left.end() && !fs::is_symlink(done / *part, error); ++part) done /= *part;
    if (part == left.end()) {
      if (links > 0) add(folder_of(done), done.filename().string(), false, into);
      return;
    }
    add(done, part->string(), false, into);
    const fs::path target = fs::read_symlink(done / *part, error);
    if (error) return;
    fs::path next = done / target;  // an absolute target takes the place of `done`
    for (++part; part != left.end(); ++part) next /= *part;
    left = next.lexically_normal();
    ++links;
  }
}

bool FileWatch::concerns(int watch, unsigned mask, const std::string& name) const {
  if ((mask & IN_Q_OVERFLOW) != 0) return true;
  const auto folder = folders_.find(watch);
  if (folder == folders_.end() || (mask & IN_IGNORED) != 0) return false;
  if ((mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) return true;
  const bool wanted = folder->second.names.contains(name) || (folder->second.all && name.ends_with(ending_));
  if (!wanted) return false;
  return (mask & IN_CREATE) == 0 || is_whole(folder->second.path / name);
}

bool FileWatch::changed() {
  bool any = false;
  alignas(inotify_event) std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t got = ::read(inotify_, buffer.data(), buffer.size());
    if (got <= 0) return any;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      any = concerns(event.wd, event.mask, event.len > 0 ? std::string(name) : std::string()) || any;
      at += sizeof event + event.len;
    }
  }
}

}  // namespace m2ag::host
