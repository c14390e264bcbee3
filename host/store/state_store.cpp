#include "store/state_store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <stdexcept>

#include "core/json.h"

namespace m2ag::host {
namespace {

constexpr int kSchemaVersion = 1;
constexpr std::chrono::seconds kFirstRetry{1};
constexpr std::chrono::seconds kLastRetry{60};

void move_aside(const std::filesystem::path& file, Log& log, const std::string& reason) {
  const auto aside = fmt::format("{}.corrupt-{:%Y%m%dT%H%M%SZ}", file.string(), fmt::gmtime(std::time(nullptr)));
  std::filesystem::rename(file, aside);
  log.error("", "{} is not a usable database ({}): moved to {}; saved states and timers start empty", file.string(),
            reason, aside);
}

}  // namespace

StateStore::StateStore(std::filesystem::path file, Log& log) : file_(std::move(file)), log_(log) {
  try {
    open();
    load();
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode();
    if (code != SQLITE_NOTADB && code != SQLITE_CORRUPT) {
      throw std::runtime_error(fmt::format("{}: cannot open the device database: {}", file_.string(), error.what()));
    }
    database_.reset();
    move_aside(file_, log_, error.what());
    values_.clear();
    open();
  }
  writer_ = std::jthread([this](const std::stop_token& stop) { write_until(stop); });
}

StateStore::~StateStore() { close(); }

void StateStore::close(std::chrono::milliseconds deadline) {
  std::vector<Durable> unanswered;
  {
    std::unique_lock lock(mutex_);
    if (closed_) return;
    writer_.request_stop();
    end_.wait_for(lock, deadline, [this] { return ended_; });
    unanswered = std::exchange(callbacks_, {});
    closed_ = true;
  }
  for (const Durable& callback : unanswered) callback(false, "the host stops");
}

void StateStore::tell(const std::vector<Durable>& callbacks, const std::string& failure) {
  for (const Durable& callback : callbacks) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return;
    }
    callback(failure.empty(), failure);
  }
}

void StateStore::open() {
  // Values may be secrets: nobody else reads the file, from its first byte on (SQLite gives its side files the same mode).
  const int descriptor = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    throw std::runtime_error(
        fmt::format("{}: cannot open the device database: {}", file_.string(), std::strerror(errno)));
  }
  ::close(descriptor);
  database_ = std::make_unique<SQLite::Database>(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 2000);
  const int version = database_->execAndGet("PRAGMA user_version").getInt();
  if (version > kSchemaVersion) {
    throw std::runtime_error(
        fmt::format("{}: the device database has version {}, this program knows up to {}: use a newer m2ag",
                    file_.string(), version, kSchemaVersion));
  }
  database_->exec("PRAGMA journal_mode=WAL");
  database_->exec("PRAGMA synchronous=FULL");
  if (version < 1) {
    SQLite::Transaction transaction(*database_);
    database_->exec(
        "CREATE TABLE memory(component TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(component, key)) WITHOUT ROWID");
    database_->exec(fmt::format("PRAGMA user_version={}", kSchemaVersion));
    transaction.commit();
  }
}

void StateStore::load() {
  SQLite::Statement rows(*database_, "SELECT component, key, value FROM memory");
  std::string error;
  while (rows.executeStep()) {
    if (auto value = parse_json(rows.getColumn(2).getString(), error)) {
      values_[rows.getColumn(0).getString()][rows.getColumn(1).getString()] = std::move(*value);
    }
  }
}

std::optional<Value> StateStore::get(std::string_view component, std::string_view key) const {
  const std::lock_guard lock(mutex_);
  const auto of = values_.find(component);
  if (of == values_.end()) return std::nullopt;
  const auto entry = of->second.find(key);
  return entry == of->second.end() ? std::nullopt : std::optional(entry->second);
}

std::map<std::string, Value, std::less<>> StateStore::all(std::string_view component) const {
  const std::lock_guard lock(mutex_);
  const auto of = values_.find(component);
  if (of == values_.end()) return {};
  return of->second;
}

void StateStore::save(std::string_view component, std::string_view key, Value value) {
  change(component, key, std::move(value));
}

void StateStore::erase(std::string_view component, std::string_view key) { change(component, key, std::nullopt); }

void StateStore::change(std::string_view component, std::string_view key, std::optional<Value> value) {
  {
    const std::lock_guard lock(mutex_);
    auto& of = values_[std::string(component)];
    const auto entry = of.find(key);
    const bool same = entry == of.end() ? !value : value && *value == entry->second;
    if (same) return;  // an SD card is not worn by what it holds already
    if (value) {
      of.insert_or_assign(std::string(key), *value);
    } else {
      of.erase(entry);
    }
    waiting_.insert_or_assign(Key(component, key), std::move(value));
  }
  wake_.notify_one();
}

bool StateStore::pending(std::string_view component) const {
  const std::lock_guard lock(mutex_);
  const auto has = [component](const Batch& batch) {
    const auto entry = batch.lower_bound(std::pair<std::string_view, std::string_view>(component, ""));
    return entry != batch.end() && entry->first.first == component;
  };
  return has(waiting_) || has(writing_);
}

void StateStore::when_durable(Durable callback) {
  {
    const std::lock_guard lock(mutex_);
    if (!waiting_.empty() || !writing_.empty()) {
      callbacks_.push_back(std::move(callback));
      return;
    }
  }
  callback(true, {});
}

void StateStore::write_until(const std::stop_token& stop) {
  write_loop(stop);
  const std::lock_guard lock(mutex_);
  ended_ = true;
  end_.notify_all();
}

void StateStore::write_loop(const std::stop_token& stop) {
  std::chrono::seconds retry{0};
  while (true) {
    std::vector<Durable> callbacks;
    {
      std::unique_lock lock(mutex_);
      if (retry.count() > 0) {
        wake_.wait_for(lock, stop, retry, [] { return false; });
      } else {
        wake_.wait(lock, stop, [this] { return !waiting_.empty(); });
      }
      if (waiting_.empty() && writing_.empty()) return;  // only when stopping
      for (auto& [key, value] : waiting_) writing_.insert_or_assign(key, std::move(value));
      waiting_.clear();
      callbacks = std::exchange(callbacks_, {});
    }
    std::string failure;
    try {
      write(writing_);
    } catch (const SQLite::Exception& error) {
      failure = error.what();
    }
    if (failure.empty()) {
      if (retry.count() > 0) log_.info("", "{}: the device database can be written again", file_.string());
      retry = std::chrono::seconds(0);
      const std::lock_guard lock(mutex_);
      writing_.clear();
      // Asked for while this write was under way, about what is in it.
      if (waiting_.empty()) std::ranges::move(std::exchange(callbacks_, {}), std::back_inserter(callbacks));
    } else {
      if (retry.count() == 0)
        log_.error("", "{}: cannot write the device database: {}; trying again", file_.string(), failure);
      retry = retry.count() == 0 ? kFirstRetry : std::min(retry * 2, kLastRetry);
    }
    tell(callbacks, failure);
    if (!failure.empty() && stop.stop_requested()) return;
  }
}

void StateStore::write(const Batch& batch) {
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
}

}  // namespace m2ag::host
