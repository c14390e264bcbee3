#include "store/state_store.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <stdexcept>

namespace m2ag::host {
namespace {

constexpr std::chrono::seconds kFirstRetry{1};
constexpr std::chrono::seconds kLastRetry{60};

}  // namespace

StateStore::StateStore(std::filesystem::path file, Log& log) : file_(std::move(file), log), log_(log) {
  try {
    values_ = file_.open();
  } catch (const StateFileUnwritable& error) {
    log_.error("", "{}; the device runs on, what is set now is lost with the next stop unless it can be saved later",
               error.what());
    values_ = file_.salvage();
    unread_ = true;
  }
  writer_ = std::jthread([this](const std::stop_token& stop) { write_until(stop); });
}

StateStore::~StateStore() { close(); }

void StateStore::close(std::chrono::milliseconds deadline) {
  std::deque<Durable> unanswered;
  {
    std::unique_lock lock(mutex_);
    if (closed_) return;
    writer_.request_stop();
    end_.wait_for(lock, deadline, [this] { return ended_; });
    closed_ = true;
    unanswered = std::exchange(asked_, {});
    std::ranges::move(std::exchange(callbacks_, {}), std::back_inserter(unanswered));
    end_.wait(lock, [this] { return !telling_; });
  }
  for (const Durable& callback : unanswered) callback(false, "the host stops");
}

/// One by one: what close() finds here it answers itself.
void StateStore::tell(const std::string& failure) {
  std::unique_lock lock(mutex_);
  while (!closed_ && !asked_.empty()) {
    telling_ = true;
    {
      const Durable callback = std::move(asked_.front());
      asked_.pop_front();
      lock.unlock();
      callback(failure.empty(), failure);
    }
    lock.lock();
    telling_ = false;
    end_.notify_all();
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
    if (same && !(unread_ && !value)) return;  // an SD card is not worn by what it holds already
    if (value) {
      of.insert_or_assign(std::string(key), *value);
    } else {
      of.erase(std::string(key));
    }
    waiting_.insert_or_assign(Key(component, key), std::move(value));
  }
  wake_.notify_one();
}

void StateStore::add_to_each_write(std::string component, std::string key, std::function<Value()> value) {
  const std::lock_guard lock(mutex_);
  companion_ = Key(std::move(component), std::move(key));
  companion_value_ = std::move(value);
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
  std::string failure;
  {
    const std::lock_guard lock(mutex_);
    const bool pending = !waiting_.empty() || !writing_.empty();
    if (pending && failure_.empty()) {
      callbacks_.push_back(std::move(callback));
      return;
    }
    if (pending) failure = failure_;
  }
  callback(failure.empty(), failure);
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
      if (companion_value_) {
        Value value = companion_value_();
        values_[companion_.first].insert_or_assign(companion_.second, value);
        writing_.insert_or_assign(companion_, std::move(value));
      }
      asked_ = std::exchange(callbacks_, {});
    }
    std::string failure;
    try {
      write(writing_);
    } catch (const std::runtime_error& error) {
      failure = error.what();
    }
    if (failure.empty()) {
      {
        const std::lock_guard lock(mutex_);
        failure_.clear();
        writing_.clear();
        // Asked for while this write was under way, about what is in it.
        if (waiting_.empty()) std::ranges::move(std::exchange(callbacks_, {}), std::back_inserter(asked_));
      }
      if (retry.count() > 0) log_.info("", "{}: the device database can be written again", file_.path().string());
      retry = std::chrono::seconds(0);
    } else {
      if (retry.count() == 0)
        log_.error("", "{}: cannot write the device database: {}; trying again", file_.path().string(), failure);
      retry = retry.count() == 0 ? kFirstRetry : std::min(retry * 2, kLastRetry);
      const std::lock_guard lock(mutex_);
      failure_ = failure;
      std::ranges::move(std::exchange(callbacks_, {}), std::back_inserter(asked_));
    }
    tell(failure);
    if (!failure.empty() && stop.stop_requested()) return;
  }
}

void StateStore::write(const Batch& batch) {
  if (!file_.is_open()) adopt(file_.open());
  file_.write(batch);
}

void StateStore::adopt(StateFile::Values values) {
  const std::lock_guard lock(mutex_);
  unread_ = false;
  for (auto& [component, of] : values) {
    for (auto& [key, value] : of) {
      const Key id(component, key);
      if (!waiting_.contains(id) && !writing_.contains(id)) values_[component].emplace(key, std::move(value));
    }
  }
}

}  // namespace m2ag::host
