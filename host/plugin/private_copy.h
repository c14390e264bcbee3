// A plugin's file as it was at one moment, in memory: what is loaded from it cannot be changed by anybody who writes over the file, which
// would kill the process. Where the system does not let us have one (a limit on the size of files, no memfd) it is the file itself. Used
// by one thread.
#pragma once

#include <filesystem>
#include <string>

namespace m2ag::host {

class PrivateCopy {
 public:
  /// Throws PluginError (library.h) with a sentence without the path.
  explicit PrivateCopy(const std::filesystem::path& file);
  ~PrivateCopy();
  PrivateCopy(const PrivateCopy&) = delete;
  PrivateCopy& operator=(const PrivateCopy&) = delete;

  /// What to give to dlopen.
  std::string path() const;
  /// False: it is the file itself, for want of a copy.
  bool in_memory() const { return memory_ >= 0; }
  /// Of its bytes: two files with the same digest are the same code.
  const std::string& digest() const { return digest_; }

  /// It has been loaded: the number of its descriptor, and with that its path, is never used again in this process. The dynamic loader
  /// knows libraries by their path and would give the old code for the new.
  void keep() { kept_ = true; }

 private:
  void copy(int from);
  void drop_memory();

  const std::filesystem::path file_;
  int memory_ = -1;
  bool kept_ = false;
  std::string digest_;
};

}  // namespace m2ag::host
