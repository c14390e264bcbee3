// One process at a time uses a device database: a second host would fight with the first for its client id and its outputs. The lock is a file
// beside the database, which stays; the kernel ends the lock with the process, however that ends. Within one process it may be had again.
#pragma once

#include <filesystem>

namespace m2ag::host {

class StateLock {
 public:
  /// Throws std::runtime_error with a sentence when another process has it. No lock where no file can be made: nothing is saved there either.
  explicit StateLock(const std::filesystem::path& state_file);
  ~StateLock();
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;

 private:
  int file_;
};

}  // namespace m2ag::host
