// The file `history.db`: opens or makes it, brings an older schema up to date, refuses a newer one and what is no history. Holds the
// writer's connection; one thread.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace m2ag::host::history {

/// What a power cut may take: `off` and `normal` some of the last transactions (off also the file), `full` nothing that was written.
enum class Synchronous { off, normal, full };

class DatabaseFile {
 public:
  /// Makes the file with mode 0600. Throws std::runtime_error with a sentence when the place is wrong, the file of a newer version (which
  /// is not touched) or of another program; DamagedFile when it is no database or its schema cannot be read.
  DatabaseFile(std::filesystem::path path, Synchronous synchronous);

  const std::filesystem::path& path() const { return path_; }
  SQLite::Database& database() { return *database_; }

  /// Reads and writes a value of the table `meta`; 0 or "" when it is not there.
  std::string meta(const std::string& key);
  void set_meta(const std::string& key, const std::string& value);

  /// Of the file, without its log, in bytes.
  std::uint64_t size();

 private:
  void make_file() const;
  void migrate();
  void refuse_newer(int version) const;

  const std::filesystem::path path_;
  std::unique_ptr<SQLite::Database> database_;
};

/// Runs something on the database; throws DamagedFile where SQLite finds damage, std::runtime_error (`FILE: what: reason`) otherwise.
void guarded(const std::filesystem::path& path, const char* what, const std::function<void()>& work);

}  // namespace m2ag::host::history
