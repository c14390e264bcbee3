// One writer per history, in this process and in others: a second one would number series and batches on its own. The lock is a file beside
// the history, which stays, with the number of the process that has it; the kernel ends the lock with the process, however that ends.
#pragma once

#include <filesystem>

namespace m2ag::host::history {

class WriterLock {
 public:
  /// Throws std::runtime_error with a sentence when there is another writer, or no file can be made.
  explicit WriterLock(const std::filesystem::path& history);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  int file_;
};

}  // namespace m2ag::host::history
