// The SQLite file of the device database: opens and migrates it, reads and writes rows. Knows nothing of threads: one at a time.
#pragma once

#include <m2ag/value.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "core/log.h"

namespace SQLite {
class Database;
}

namespace m2ag::host {

/// The file cannot be written now: the disk is full, read-only or fails. That may pass.
class StateFileUnwritable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class StateFile {
 public:
  using Key = std::pair<std::string, std::string>;  ///< component and key
  struct KeyLess {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const {
      return std::pair<std::string_view, std::string_view>(a) < std::pair<std::string_view, std::string_view>(b);
    }
  };
  using Batch = std::map<Key, std::optional<Value>, KeyLess>;  ///< nothing: erase
  using Values = std::map<std::string, std::map<std::string, Value, std::less<>>, std::less<>>;

  StateFile(std::filesystem::path file, Log& log);
  ~StateFile();

  const std::filesystem::path& path() const { return file_; }
  bool is_open() const { return database_ != nullptr; }

  /// Opens or makes the file (mode 0600) and reads it. A file that is no database is moved aside to `<file>.corrupt-<UTC time>`, and said
  /// so in the log. Throws StateFileUnwritable; std::runtime_error with a sentence when the place is wrong or the file of a newer version.
  Values open();

  /// What can be read of a file that cannot be opened for writing; empty when that is nothing. Never throws.
  Values salvage() const;

  /// One transaction, durable on return. Throws std::runtime_error.
  void write(const Batch& batch);

 private:
  Values open_once();
  void make_file() const;
  void migrate();

  const std::filesystem::path file_;
  Log& log_;
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace m2ag::host
