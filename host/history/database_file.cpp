#include "history/database_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "history/error.h"
#include "history/schema.h"

namespace m2ag::host::history {
namespace {

constexpr int kBusyMilliseconds = 5000;
constexpr std::streamoff kVersionOffset = 60;  // https://www.sqlite.org/fileformat2.html §1.3: user version, big-endian
constexpr int kLogBytes = 4 * 1024 * 1024;
constexpr int kCacheKiB = 8 * 1024;

std::string sentence(const std::filesystem::path& path, const char* what, const std::string& reason) {
  return fmt::format("{}: cannot {} the history: {}", path.string(), what, reason);
}

/// Without SQLite, which would write to the file when it closes it. 0 when it is not there or short.
int version_in(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  unsigned char bytes[4] = {};
  if (!file.seekg(kVersionOffset) || !file.read(reinterpret_cast<char*>(bytes), sizeof bytes)) return 0;
  file.seekg(0);
  char magic[16] = {};
  file.read(magic, sizeof magic);
  if (std::memcmp(magic, "SQLite format 3", sizeof magic) != 0) return 0;
  return static_cast<int>(bytes[0] << 24U | bytes[1] << 16U | bytes[2] << 8U | bytes[3]);
}

}  // namespace

void guarded(const std::filesystem::path& path, const char* what, const std::function<void()>& work) {
  try {
    work();
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode();
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) throw DamagedFile(sentence(path, what, error.what()));
    throw std::runtime_error(sentence(path, what, error.what()));
  }
}

DatabaseFile::DatabaseFile(std::filesystem::path path, Synchronous synchronous) : path_(std::move(path)) {
  refuse_newer(version_in(path_));
  make_file();
  guarded(path_, "open", [&] {
    database_ = std::make_unique<SQLite::Database>(path_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                   kBusyMilliseconds);
    // A version that is only in the log yet: what is refused is not written to when it is closed either.
    sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    refuse_newer(database_->execAndGet("PRAGMA user_version").getInt());
    migrate();
    sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    constexpr const char* words[] = {"OFF", "NORMAL", "FULL"};
    database_->exec(fmt::format("PRAGMA synchronous={}", words[static_cast<int>(synchronous)]));
    database_->exec(fmt::format("PRAGMA journal_size_limit={}; PRAGMA cache_size=-{}", kLogBytes, kCacheKiB));
    database_->exec("PRAGMA secure_delete=OFF");  // on in Debian: it would write each page that becomes free
  });
}

/// Nobody else reads the file, from its first byte on (SQLite gives its side files the same mode).
void DatabaseFile::make_file() const {
  // O_NONBLOCK: a pipe would wait for its other end.
  const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
  if (descriptor < 0) throw std::runtime_error(sentence(path_, "open", std::strerror(errno)));
  struct stat status {};
  const bool plain = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  ::close(descriptor);
  if (!plain) throw std::runtime_error(sentence(path_, "open", "it is no plain file"));
}

void DatabaseFile::refuse_newer(int version) const {
  if (version <= kSchemaVersion) return;
  throw std::runtime_error(fmt::format("{}: the history has version {}, this program knows up to {}: use a newer m2ag",
                                       path_.string(), version, kSchemaVersion));
}

void DatabaseFile::migrate() {
  const int version = database_->execAndGet("PRAGMA user_version").getInt();
  if (version == 0) {
    if (database_->execAndGet("SELECT count(*) FROM sqlite_master").getInt() != 0)
      throw std::runtime_error(sentence(path_, "open", "it is another program's database; choose another file"));
    database_->exec("PRAGMA auto_vacuum=INCREMENTAL");  // only before the first table
  }
  database_->exec("PRAGMA journal_mode=WAL");
  if (version == kSchemaVersion) return;
  SQLite::Transaction transaction(*database_);
  for (auto step = static_cast<std::size_t>(version); step < kSchemaSteps.size(); ++step)
    database_->exec(kSchemaSteps[step]);
  database_->exec(fmt::format("PRAGMA user_version={}", kSchemaVersion));
  transaction.commit();
}

std::string DatabaseFile::meta(const std::string& key) {
  SQLite::Statement row(*database_, "SELECT value FROM meta WHERE key = ?");
  row.bind(1, key);
  return row.executeStep() ? row.getColumn(0).getString() : "";
}

void DatabaseFile::set_meta(const std::string& key, const std::string& value) {
  SQLite::Statement put(*database_, "INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)");
  put.bind(1, key);
  put.bind(2, value);
  put.exec();
}

std::uint64_t DatabaseFile::size() {
  const auto number = [&](const char* pragma) {
    return static_cast<std::uint64_t>(database_->execAndGet(pragma).getInt64());
  };
  return number("PRAGMA page_count") * number("PRAGMA page_size");
}

}  // namespace m2ag::host::history
