// The device database (`state.db`): the persistent memory of components. Small, one per instance, `synchronous=FULL`.
// Values are held in memory; a save returns at once and one writer thread commits what has gathered, newest per key, in one transaction.
// Any thread may call anything.
#pragma once

#include <m2ag/value.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/log.h"

namespace SQLite {
class Database;
}

namespace m2ag::host {

class StateStore {
 public:
  /// Called with true once durable, with false and a reason when it could not be written (it is tried again all the same).
  using Durable = std::function<void(bool ok, const std::string& reason)>;

  /// Opens or makes the file (mode 0600). Throws std::runtime_error with a sentence when it cannot, or when the file is of a newer
  /// version than this program. A file that is no database is moved aside to `<file>.corrupt-<UTC time>`, and said so in the log.
  StateStore(std::filesystem::path file, Log& log);
  /// close()
  ~StateStore();
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;

  /// Writes what waits. When that takes longer than `deadline`, the callbacks hear that it is not durable; no callback is called once
  /// this has returned. What is saved afterwards is not written.
  void close(std::chrono::milliseconds deadline = std::chrono::seconds(5));

  std::optional<Value> get(std::string_view component, std::string_view key) const;
  std::map<std::string, Value, std::less<>> all(std::string_view component) const;
  void save(std::string_view component, std::string_view key, Value value);
  void erase(std::string_view component, std::string_view key);

  /// True while something of this component is not yet on disk.
  bool pending(std::string_view component) const;
  /// Calls back on the writer thread once everything saved so far is durable; at once, on this thread, when it is already.
  void when_durable(Durable callback);

 private:
  using Key = std::pair<std::string, std::string>;
  struct KeyLess {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const {
      return std::pair<std::string_view, std::string_view>(a) < std::pair<std::string_view, std::string_view>(b);
    }
  };
  using Batch = std::map<Key, std::optional<Value>, KeyLess>;  // nothing: erase
  using Values = std::map<std::string, std::map<std::string, Value, std::less<>>, std::less<>>;

  void open();
  void load();
  void change(std::string_view component, std::string_view key, std::optional<Value> value);
  void write_until(const std::stop_token& stop);
  void write_loop(const std::stop_token& stop);
  void tell(const std::vector<Durable>& callbacks, const std::string& failure);
  void write(const Batch& batch);

  const std::filesystem::path file_;
  Log& log_;
  std::unique_ptr<SQLite::Database> database_;  // used by the writer thread after the constructor
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  Values values_;
  Batch waiting_;
  Batch writing_;
  std::vector<Durable> callbacks_;
  bool ended_ = false;   ///< the writer has nothing more to do
  bool closed_ = false;  ///< no callback is called any more
  std::condition_variable end_;
  std::jthread writer_;  // last: ends before what it uses
};

}  // namespace m2ag::host
