#include "store/state_file.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "core/json.h"

namespace m2ag::host {
namespace {

constexpr int kSchemaVersion = 1;
constexpr int kBusyMilliseconds = 2000;

bool passes(int code) {
  return code == SQLITE_FULL || code == SQLITE_READONLY || code == SQLITE_IOERR || code == SQLITE_CANTOPEN ||
         code == SQLITE_BUSY || code == SQLITE_LOCKED;
}

std::string sentence(const std::filesystem::path& file, const std::string& reason) {
  return fmt::format("{}: cannot open the device database: {}", file.string(), reason);
}

void move_aside(const std::filesystem::path& file, Log& log, const std::string& reason) {
  const auto aside = fmt::format("{}.corrupt-{:%Y%m%dT%H%M%SZ}", file.string(), fmt::gmtime(std::time(nullptr)));
  std::filesystem::rename(file, aside);
  log.error("", "{} is not a usable database ({}): moved to {}; saved states and timers start empty", file.string(),
            reason, aside);
}

/// For a file: address (RFC 3986): what has a meaning in it is written as %XX.
std::string escaped(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      text += fmt::format("%{:02x}", c);
    } else {
      text += c;
    }
  }
  return text;
}

StateFile::Values read_all(SQLite::Database& database) {
  StateFile::Values values;
  SQLite::Statement rows(database, "SELECT component, key, value FROM memory");
  std::string error;
  while (rows.executeStep()) {
    if (auto value = parse_json(rows.getColumn(2).getString(), error)) {
      values[rows.getColumn(0).getString()][rows.getColumn(1).getString()] = std::move(*value);
    }
  }
  return values;
}

}  // namespace

StateFile::StateFile(std::filesystem::path file, Log& log) : file_(std::move(file)), log_(log) {}

StateFile::~StateFile() = default;

StateFile::Values StateFile::open() {
  try {
    return open_once();
  } catch (const SQLite::Exception& error) {
    database_.reset();
    const int code = error.getErrorCode();
    if (passes(code)) throw StateFileUnwritable(sentence(file_, error.what()));
    if (code != SQLITE_NOTADB && code != SQLITE_CORRUPT) throw std::runtime_error(sentence(file_, error.what()));
    move_aside(file_, log_, error.what());
  }
  try {
    return open_once();
  } catch (const SQLite::Exception& error) {
    database_.reset();
    throw StateFileUnwritable(sentence(file_, error.what()));
  }
}

StateFile::Values StateFile::open_once() {
  make_file();
  database_ = std::make_unique<SQLite::Database>(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                 kBusyMilliseconds);
  migrate();
  return read_all(*database_);
}

/// Values may be secrets: nobody else reads the file, from its first byte on (SQLite gives its side files the same mode).
void StateFile::make_file() const {
  // O_NONBLOCK: a pipe would wait for its other end.
  const int descriptor = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
  const int reason = errno;
  struct stat status {};
  const bool plain =
      (descriptor >= 0 ? ::fstat(descriptor, &status) : ::stat(file_.c_str(), &status)) != 0 || S_ISREG(status.st_mode);
  if (descriptor >= 0) ::close(descriptor);
  if (!plain) throw std::runtime_error(sentence(file_, "it is no plain file; choose another with state.file"));
  if (descriptor >= 0) return;
  const std::string what = sentence(file_, std::strerror(reason));
  if (reason == ENOSPC || reason == EDQUOT || reason == EROFS || reason == EIO) throw StateFileUnwritable(what);
  throw std::runtime_error(what);
}

void StateFile::migrate() {
  const int version = database_->execAndGet("PRAGMA user_version").getInt();
  if (version > kSchemaVersion) {
    database_.reset();
    throw std::runtime_error(
        fmt::format("{}: the device database has version {}, this program knows up to {}: use a newer m2ag",
                    file_.string(), version, kSchemaVersion));
  }
  database_->exec("PRAGMA journal_mode=WAL");
  database_->exec("PRAGMA synchronous=FULL");
  if (version == kSchemaVersion) return;
  SQLite::Transaction transaction(*database_);
  database_->exec(
      "CREATE TABLE memory(component TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(component, key)) WITHOUT ROWID");
  database_->exec(fmt::format("PRAGMA user_version={}", kSchemaVersion));
  transaction.commit();
}

StateFile::Values StateFile::salvage() const {
  try {
    // Exclusive: the log beside the file is read without a shared index, for which there may be no room.
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE, kBusyMilliseconds);
    database.exec("PRAGMA locking_mode=EXCLUSIVE");
    return read_all(database);
  } catch (const SQLite::Exception&) {
    // Read-only, perhaps; then the log cannot be read, and what is in it is missing.
  }
  try {
    SQLite::Database database("file:" + escaped(file_.string()) + "?immutable=1",
                              SQLite::OPEN_READONLY | SQLite::OPEN_URI, kBusyMilliseconds);
    return read_all(database);
  } catch (const SQLite::Exception& error) {
    log_.warning("", "{}: saved states cannot be read either: {}", file_.string(), error.what());
    return {};
  }
}

void StateFile::write(const Batch& batch) {
  try {
    SQLite::Transaction transaction(*database_);
    SQLite::Statement put(*database_, "INSERT OR REPLACE INTO memory(component, key, value) VALUES(?, ?, ?)");
    SQLite::Statement remove(*database_, "DELETE FROM memory WHERE component = ? AND key = ?");
    for (const auto& [key, value] : batch) {
      SQLite::Statement& statement = value ? put : remove;
      statement.bind(1, key.first);
      statement.bind(2, key.second);
      if (value) statement.bind(3, dump_json(*value));
      statement.exec();
      statement.reset();
      statement.clearBindings();
    }
    transaction.commit();
  } catch (const SQLite::Exception& error) {
    throw std::runtime_error(error.what());
  }
}

}  // namespace m2ag::host
