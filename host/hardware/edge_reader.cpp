#include "hardware/edge_reader.h"

#include <m2ag/error.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "core/current_call.h"

namespace m2ag::host {

namespace {

FileDescriptor event_file() {
  FileDescriptor file(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!file) throw std::system_error(errno, std::generic_category(), "eventfd");
  return file;
}

void empty(const FileDescriptor& file) {
  eventfd_t count = 0;
  ::eventfd_read(file.get(), &count);
}

/// Without the right to it (root, or LimitRTPRIO of systemd) the thread runs as others do.
void take_precedence() {
  const sched_param lowest{.sched_priority = 1};
  ::pthread_setschedparam(::pthread_self(), SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest);
}

}  // namespace

EdgeReader::EdgeReader() : wake_(event_file()), filled_(event_file()) {}

EdgeReader::~EdgeReader() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  ::eventfd_write(wake_.get(), 1);
}

void EdgeReader::add(std::uint64_t id, EdgeSource& source) {
  const std::lock_guard lock(mutex_);
  sources_.emplace(id, Source{&source});
  if (thread_.joinable()) {
    ::eventfd_write(wake_.get(), 1);
  } else {
    const CurrentCall nobody({});  // not the component's that happens to open the first input
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
}

void EdgeReader::remove(std::uint64_t id) {
  std::unique_lock lock(mutex_);
  sources_.erase(id);
  ::eventfd_write(wake_.get(), 1);
  // While a file is polled the kernel keeps it open whoever closes it, and a line would stay busy.
  round_ended_.wait(lock, [this, round = rounds_] { return !polling_ || rounds_ != round; });
}

void EdgeReader::clear() { empty(filled_); }

void EdgeReader::run(const std::stop_token& stop) {
  take_precedence();
  std::vector<pollfd> files;
  std::vector<std::uint64_t> ids;
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    files.assign(1, {.fd = wake_.get(), .events = POLLIN, .revents = 0});
    ids.assign(1, 0);
    for (const auto& [id, source] : sources_) {
      if (source.gone) continue;
      files.push_back({.fd = source.source->fd(), .events = POLLIN, .revents = 0});
      ids.push_back(id);
    }
    ++rounds_;
    polling_ = true;
    lock.unlock();
    ::poll(files.data(), files.size(), -1);
    lock.lock();
    polling_ = false;
    round_ended_.notify_all();
    if (files[0].revents != 0) empty(wake_);
    for (std::size_t i = 1; i < files.size(); ++i) {
      const auto entry = sources_.find(ids[i]);  // gone when it was removed meanwhile
      if (files[i].revents != 0 && entry != sources_.end()) read(entry->first, entry->second);
    }
  }
}

void EdgeReader::read(std::uint64_t id, Source& source) {
  std::vector<RawEdge> edges;
  try {
    source.source->read_edges(edges);
  } catch (const DeviceError& error) {
    source.gone = put({id, {}, error.what()});  // without room for it: read, and failed, once more
  }
  for (RawEdge& edge : edges) {
    edge.lost += std::exchange(source.lost, 0);
    if (!put({id, edge})) source.lost = edge.lost + 1;
  }
  ::eventfd_write(filled_.get(), 1);
}

bool EdgeReader::put(ReadEdge edge) {
  const std::size_t at = put_.load(std::memory_order_relaxed);
  if (at - taken_.load(std::memory_order_acquire) == kCapacity) return false;
  ring_[at % kCapacity] = std::move(edge);
  put_.store(at + 1, std::memory_order_release);
  return true;
}

std::optional<ReadEdge> EdgeReader::take() {
  const std::size_t at = taken_.load(std::memory_order_relaxed);
  if (at == put_.load(std::memory_order_acquire)) return std::nullopt;
  ReadEdge edge = std::move(ring_[at % kCapacity]);
  taken_.store(at + 1, std::memory_order_release);
  return edge;
}

}  // namespace m2ag::host
