#include "mqtt/reader/test_reader.h"

#include <chrono>

namespace m2ag::host::reader {

TestReader::TestReader(Settings settings, bool acknowledge) {
  Handlers handlers;
  handlers.on_batch = [this, acknowledge](Batch batch) {
    {
      const std::lock_guard lock(mutex_);
      for (const Message& each : batch.messages()) {
        Received copy{.info = each, .topic = std::string(each.topic), .payload = std::string(each.payload)};
        copy.info.topic = copy.info.payload = {};
        messages_.push_back(std::move(copy));
      }
      changed_.notify_all();
    }
    if (acknowledge) reader_->acknowledge(batch.last());
  };
  handlers.on_state = [this](const State& state) {
    const std::lock_guard lock(mutex_);
    states_.push_back(state);
    changed_.notify_all();
  };
  handlers.on_refused = [this](const std::string& filter, const std::string& reason) {
    const std::lock_guard lock(mutex_);
    refused_.push_back(filter + ": " + reason);
    changed_.notify_all();
  };
  reader_ = std::make_unique<Reader>(std::move(settings), std::move(handlers));
  reader_->start();
}

Settings TestReader::settings(const std::string& url, const std::string& id) {
  Settings settings;
  settings.url = url;
  settings.client_id = id;
  settings.filters.emplace_back();
  settings.filters.back().filter = "#";
  settings.backoff_first = std::chrono::milliseconds(20);
  settings.backoff_most = std::chrono::milliseconds(200);
  settings.connect_timeout = std::chrono::seconds(5);
  return settings;
}

bool TestReader::eventually(const std::function<bool()>& condition, int seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(10));
  }
  return true;
}

bool TestReader::wait_connected(std::uint64_t times) {
  return eventually([&] { return reader_->stats().connected && reader_->stats().connects >= times; });
}

bool TestReader::wait_count(std::size_t count) {
  return eventually([&] { return this->count() >= count; });
}

std::vector<TestReader::Received> TestReader::messages() {
  const std::lock_guard lock(mutex_);
  return messages_;
}

std::vector<std::string> TestReader::payloads() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const auto& each : messages_) all.push_back(each.payload);
  return all;
}

std::size_t TestReader::count() {
  const std::lock_guard lock(mutex_);
  return messages_.size();
}

std::vector<State> TestReader::states() {
  const std::lock_guard lock(mutex_);
  return states_;
}

std::string TestReader::sentence() {
  if (!eventually([&] { return !states().empty(); })) return "no state was told";
  return states().back().sentence;
}

std::vector<std::string> TestReader::refused() {
  const std::lock_guard lock(mutex_);
  return refused_;
}

std::size_t occurrences(const std::string& log, const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = log.find(text, at)) != std::string::npos; at += text.size()) ++count;
  return count;
}

}  // namespace m2ag::host::reader
