// Tells that files have changed, come or gone, by inotify on their folders: a file that is replaced by another one of its name, as editors
// do, and one that is not there yet are noticed too. Not on network file systems, where the kernel hears of nothing. Used by one thread.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace m2ag::host {

class FileWatch {
 public:
  /// Throws std::system_error.
  FileWatch();
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// Readable when there is something for `changed`.
  int descriptor() const { return inotify_; }

  /// From here on these, and no others: single files, and every file of these folders whose name has this ending. Where a folder is not
  /// there, the nearest one above it is watched until it is. Said again after a change, since folders come and go.
  void set(const std::vector<std::filesystem::path>& files, const std::vector<std::filesystem::path>& folders,
           const std::string& ending);

  /// Takes what has happened. True when it concerns one of those.
  bool changed();

 private:
  struct Folder {
    std::filesystem::path path;
    std::set<std::string> names;
    bool all = false;  ///< of the ending
  };
  void add(const std::filesystem::path& folder, const std::string& name, bool all, std::map<int, Folder>& into);
  /// Each link on the way to `path`, and what is at its end: either may be changed without the other being touched.
  void follow(const std::filesystem::path& path, std::map<int, Folder>& into);
  bool concerns(int watch, unsigned mask, const std::string& name) const;

  int inotify_ = -1;
  std::string ending_;
  std::map<int, Folder> folders_;  ///< by watch
};

}  // namespace m2ag::host
