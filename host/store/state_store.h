// The device database (`state.db`): the persistent memory of components. Small, one per instance, `synchronous=FULL`.
// Values are held in memory; a save returns at once and one writer thread commits what has gathered, newest per key, in one transaction.
// Any thread may call anything.
#pragma once

#include <m2ag/value.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "core/log.h"
#include "store/state_file.h"

namespace m2ag::host {

class StateStore {
 public:
  /// Called with true once durable, with false and a reason when it could not be written (it is tried again all the same).
  using Durable = std::function<void(bool ok, const std::string& reason)>;

  /// Opens or makes the file. When it cannot be written now (full or read-only disk), what can be read of it is there all the same, what
  /// is saved is kept in memory, and writing is tried again until it works. Throws std::runtime_error with a sentence when the place is
  /// wrong, or the file of a newer version than this program.
  StateStore(std::filesystem::path file, Log& log);
  /// close()
  ~StateStore();
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;

  /// Writes what waits. When that takes longer than `deadline`, the callbacks hear that it is not durable; no callback is called once
  /// this has returned. What is saved afterwards is not written.
  void close(std::chrono::milliseconds deadline = std::chrono::seconds(5));

  const std::filesystem::path& file() const { return file_.path(); }
  std::optional<Value> get(std::string_view component, std::string_view key) const;
  std::map<std::string, Value, std::less<>> all(std::string_view component) const;
  void save(std::string_view component, std::string_view key, Value value);
  void erase(std::string_view component, std::string_view key);

  /// From now on each write carries this too, and none is made for it. `value` is called on the writer thread until close() has returned.
  void add_to_each_write(std::string component, std::string key, std::function<Value()> value);

  /// True while something of this component is not yet on disk.
  bool pending(std::string_view component) const;
  /// Calls back on the writer thread once everything saved so far is durable; at once, on this thread, when it is already, or while the
  /// file cannot be written: then with the reason, although it is tried again.
  void when_durable(Durable callback);

 private:
  using Key = StateFile::Key;
  using Batch = StateFile::Batch;

  void change(std::string_view component, std::string_view key, std::optional<Value> value);
  void write_until(const std::stop_token& stop);
  void write_loop(const std::stop_token& stop);
  void tell(const std::string& failure);
  void write(const Batch& batch);
  void adopt(StateFile::Values values);

  StateFile file_;  // used by the writer thread after the constructor
  Log& log_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  StateFile::Values values_;
  Batch waiting_;
  Batch writing_;
  Key companion_;
  std::function<Value()> companion_value_;  ///< empty: none is added
  std::deque<Durable> callbacks_;           ///< wait for the next write
  std::deque<Durable> asked_;               ///< wait for the write that is under way
  std::string failure_;                     ///< of the last write; empty: it went well
  bool unread_ = false;                     ///< not all that the file has is in values_
  bool telling_ = false;                    ///< the writer is in a callback
  bool ended_ = false;                      ///< the writer has nothing more to do
  bool closed_ = false;                     ///< no callback is called any more
  std::condition_variable end_;
  std::jthread writer_;  // last: ends before what it uses
};

}  // namespace m2ag::host
