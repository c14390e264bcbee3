#include "live/event_hub.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <unordered_map>

namespace api {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
    "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\nretry: 2000\n\n";
constexpr std::string_view kTooMany =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 10\r\nConnection: close\r\n\r\n"
    R"({"type":"about:blank","title":"Service Unavailable","status":503,"detail":"too many event streams are open"})";

/// A descriptor that is closed with it.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const { return number_; }

 private:
  int number_;
};

/// The library that read the request holds the socket too: closing ours would not end the connection.
void hang_up(const Descriptor& socket) { ::shutdown(socket.get(), SHUT_RDWR); }

nlohmann::json as_json(const std::vector<Change>& changes) {
  auto list = nlohmann::json::array();
  for (const Change& change : changes) {
    nlohmann::json entry{{"topic", change.topic}, {"payload", change.payload}, {"time", change.time}};
    if (change.is_moment) entry["moment"] = true;
    list.push_back(std::move(entry));
  }
  return list;
}

std::string dumped(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);  // a payload need not be UTF-8
}

struct Client {
  Client(Descriptor descriptor, EventHub::Follow follower)
      : socket(std::move(descriptor)), follow(std::move(follower)) {}

  Descriptor socket;
  EventHub::Follow follow;
  std::string out;
  std::size_t sent = 0;                         ///< of `out`
  bool waits = false;                           ///< for the socket
  std::optional<std::string> state_after = "";  ///< while the state is being sent: the last topic
  std::uint64_t number = 0;                     ///< of the newest change that it has
  Clock::time_point progress, looked;
};

}  // namespace

class EventHub::Loop {
 public:
  Loop(const Mirror& mirror, HubSettings settings, std::string mark)
      : mirror_(mirror),
        settings_(settings),
        mark_(std::move(mark)),
        poll_(::epoll_create1(EPOLL_CLOEXEC)),
        wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (poll_.get() < 0 || wake_.get() < 0) throw std::runtime_error("no descriptors are left for event streams");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = wake_.get();
    ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, wake_.get(), &event);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  ~Loop() { stop(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  bool adopt(int number, Follow follow) {
    Descriptor socket(number);
    if (open_.fetch_add(1) >= settings_.most_clients) {
      --open_;
      ++refused_;
      (void)!::send(socket.get(), kTooMany.data(), kTooMany.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      hang_up(socket);
      return false;
    }
    ++accepted_;
    auto client = std::make_unique<Client>(std::move(socket), std::move(follow));
    resume(*client);
    const std::lock_guard lock(mutex_);
    arrived_.push_back(std::move(client));
    wake();
    return true;
  }

  HubStats stats() const { return {open_, accepted_, refused_, stalled_, sent_bytes_}; }

  void stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    wake();
    thread_.join();
    for (const auto& [number, client] : clients_) hang_up(client->socket);
    clients_.clear();
  }

 private:
  void wake() { (void)!::eventfd_write(wake_.get(), 1); }

  /// "MARK-NUMBER".
  void resume(Client& client) const {
    client.number = mirror_.newest();  // what changes while the state is sent is sent after it
    const std::string& id = client.follow.last_event_id;
    if (!id.starts_with(mark_ + '-')) return;
    std::uint64_t number = 0;
    const char* const first = id.data() + mark_.size() + 1;
    const auto [end, error] = std::from_chars(first, id.data() + id.size(), number);
    if (error != std::errc() || end != id.data() + id.size() || number > client.number) return;
    client.number = number;
    client.state_after.reset();
  }

  void run(const std::stop_token& stop) {
    auto next_round = Clock::now() + settings_.period;
    std::vector<epoll_event> events(64);
    while (!stop.stop_requested()) {
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next_round - Clock::now());
      const int timeout = clients_.empty() ? -1 : static_cast<int>(std::max<std::int64_t>(0, wait.count()));
      const int count = ::epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()), timeout);
      for (int n = 0; n < count; ++n) handle(events[static_cast<std::size_t>(n)]);
      take_arrived();
      if (Clock::now() < next_round) continue;
      next_round = Clock::now() + settings_.period;
      std::vector<int> numbers;
      for (const auto& [number, client] : clients_) numbers.push_back(number);
      for (const int number : numbers) look_at(number);
    }
  }

  void take_arrived() {
    std::vector<std::unique_ptr<Client>> arrived;
    {
      const std::lock_guard lock(mutex_);
      arrived.swap(arrived_);
    }
    for (auto& client : arrived) {
      const int number = client->socket.get();
      ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL) | O_NONBLOCK);
      epoll_event event{};
      event.events = EPOLLRDHUP;
      event.data.fd = number;
      ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, number, &event);
      client->progress = client->looked = Clock::now();
      client->out = kHead;
      clients_.emplace(number, std::move(client));
      advance(number);
    }
  }

  void handle(const epoll_event& event) {
    if (event.data.fd == wake_.get()) {
      eventfd_t none = 0;
      ::eventfd_read(wake_.get(), &none);
    } else if ((event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      let_go(event.data.fd);
    } else {
      advance(event.data.fd);
    }
  }

  void let_go(int number) {
    const auto found = clients_.find(number);
    if (found == clients_.end()) return;
    ::epoll_ctl(poll_.get(), EPOLL_CTL_DEL, number, nullptr);
    hang_up(found->second->socket);
    clients_.erase(found);
    --open_;
  }

  /// Once a period.
  void look_at(int number) {
    Client& client = *clients_.at(number);
    const auto now = Clock::now();
    if (client.waits && now - client.progress > settings_.stalled) {
      let_go(number);
      ++stalled_;
      return;
    }
    if (now - client.looked > settings_.allowed) {
      client.looked = now;
      if (client.follow.still_allowed && !client.follow.still_allowed()) return let_go(number);
    }
    if (!client.waits) advance(number);
  }

  /// Sends what there is until the socket takes no more.
  void advance(int number) {
    const auto found = clients_.find(number);
    if (found == clients_.end()) return;
    Client& client = *found->second;
    do {
      if (!send(client)) return let_go(number);
    } while (!client.waits && compose(client));
  }

  /// False: the connection is broken.
  bool send(Client& client) {
    while (client.sent < client.out.size()) {
      const ssize_t count = ::send(client.socket.get(), client.out.data() + client.sent,
                                   client.out.size() - client.sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno != EAGAIN) return false;
      if (count < 0) break;
      client.sent += static_cast<std::size_t>(count);
      sent_bytes_ += static_cast<std::uint64_t>(count);
      client.progress = Clock::now();
    }
    const bool waits = client.sent < client.out.size();
    if (!waits) {
      client.out.clear();
      client.sent = 0;
    }
    if (waits != client.waits) {
      client.waits = waits;
      epoll_event event{};
      event.events = EPOLLRDHUP | (waits ? EPOLLOUT : 0U);
      event.data.fd = client.socket.get();
      ::epoll_ctl(poll_.get(), EPOLL_CTL_MOD, client.socket.get(), &event);
    }
    return true;
  }

  /// The next event. False: there is nothing to send.
  bool compose(Client& client) {
    if (client.state_after) {
      const Changes state = mirror_.state_after(*client.state_after, client.follow.filter, settings_.piece);
      const std::string body = dumped({{"topics", as_json(state.all)}, {"more", state.has_more}});
      client.out = fmt::format("event: state\n{}data: {}\n\n", state.has_more ? "" : id_of(client), body);
      if (state.has_more)
        client.state_after = state.all.back().topic;
      else
        client.state_after.reset();
      return true;
    }
    if (mirror_.newest() > client.number) {
      const Changes changes = mirror_.since(client.number, client.follow.filter, settings_.piece);
      client.number = changes.next;
      if (!changes.all.empty()) {
        client.out =
            fmt::format("event: changes\n{}data: {}\n\n", id_of(client), dumped({{"changes", as_json(changes.all)}}));
        return true;
      }
    }
    if (Clock::now() - client.progress < settings_.ping) return false;
    client.out = ": ping\n\n";
    return true;
  }

  std::string id_of(const Client& client) const { return fmt::format("id: {}-{}\n", mark_, client.number); }

  const Mirror& mirror_;
  const HubSettings settings_;
  const std::string mark_;
  const Descriptor poll_, wake_;
  std::unordered_map<int, std::unique_ptr<Client>> clients_;  ///< on the thread, until that has ended
  std::mutex mutex_;
  std::vector<std::unique_ptr<Client>> arrived_;
  std::atomic<std::size_t> open_{0};
  std::atomic<std::uint64_t> accepted_{0}, refused_{0}, stalled_{0}, sent_bytes_{0};
  std::jthread thread_;
};

EventHub::EventHub(const Mirror& mirror, HubSettings settings, std::string mark)
    : loop_(std::make_unique<Loop>(mirror, settings, std::move(mark))) {}
EventHub::~EventHub() = default;
bool EventHub::adopt(int descriptor, Follow follow) { return loop_->adopt(descriptor, std::move(follow)); }
HubStats EventHub::stats() const { return loop_->stats(); }
void EventHub::stop() { loop_->stop(); }

}  // namespace api
