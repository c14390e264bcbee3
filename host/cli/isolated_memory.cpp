#include "cli/isolated_memory.h"

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "store/state_lock.h"

namespace m2ag::host {
namespace {

constexpr std::chrono::seconds kDurableDeadline{2};
// As long as a process may take to end after its host was killed, and a little more than most take.
constexpr std::chrono::seconds kLockPatience{5};
// In the process's database, under no component's id: what is there counts, not what the device database has.
constexpr const char* kMarkedUnder = "#isolated";
constexpr const char* kMark = "counts";

/// Throws when what was saved so far is not on the disk.
void be_durable(StateStore& store) {
  auto done = std::make_shared<std::promise<std::string>>();
  auto reason = done->get_future();
  store.when_durable([done](bool ok, const std::string& why) { done->set_value(ok ? "" : why); });
  if (reason.wait_for(kDurableDeadline) != std::future_status::ready)
    throw std::runtime_error("the disk does not answer");
  if (const std::string why = reason.get(); !why.empty()) throw std::runtime_error(why);
}

void copy(StateStore& from, StateStore& to, std::string_view id) {
  for (const auto& [key, value] : to.all(id)) to.erase(id, key);
  for (const auto& [key, value] : from.all(id)) to.save(id, key, value);
}

bool counts(const StateStore& own) { return own.get(kMarkedUnder, kMark).has_value(); }

/// The process of a host that was killed may still be about to end.
void wait_until_free(const std::filesystem::path& own) {
  const auto deadline = std::chrono::steady_clock::now() + kLockPatience;
  while (true) {
    try {
      const StateLock lock(own);
      return;
    } catch (const std::runtime_error&) {
      if (std::chrono::steady_clock::now() > deadline) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

void remove_files(const std::filesystem::path& own) {
  std::filesystem::remove(own);  // first: without it the others say nothing
  std::error_code ignored;
  for (const char* each : {"-wal", "-shm", ".crash", ".lock"}) std::filesystem::remove(own.string() + each, ignored);
  std::filesystem::remove(own.parent_path(), ignored);  // unless another one is there
}

}  // namespace

void give_memory(StateStore& host, const std::filesystem::path& own, std::string_view id, Log& log) {
  std::filesystem::create_directories(own.parent_path());
  std::filesystem::permissions(own.parent_path(), std::filesystem::perms::owner_all);
  wait_until_free(own);
  {
    StateStore store(own, log);
    if (!counts(store)) {
      copy(host, store, id);
      store.save(kMarkedUnder, kMark, true);
      be_durable(store);
    }
  }
  for (const auto& [key, value] : host.all(id)) host.erase(id, key);
}

void take_memory_back(StateStore& host, const std::filesystem::path& own, std::string_view id, Log& log) {
  std::error_code ignored;
  if (!std::filesystem::exists(own, ignored)) return;
  try {
    wait_until_free(own);
    {
      StateStore store(own, log);
      if (counts(store)) {
        copy(store, host, id);
        be_durable(host);
      }
    }
    remove_files(own);
  } catch (const std::exception& error) {
    log.error(id, "what it has saved is not moved from {}: {}; it begins without", own.string(), error.what());
  }
}

}  // namespace m2ag::host
