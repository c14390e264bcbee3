// The half of ClientCore that runs on the client's own thread: connect, serve, say what happened, wait, again.
#include "mqtt/client_core.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "mqtt/connack.h"
#include "mqtt/tcp_nodelay.h"
#include "tls/diagnosis.h"

namespace m2ag::host {
namespace {

// Paho's own connect timeout is looked at every three seconds.
constexpr std::chrono::seconds kConnectGrace{5};
constexpr std::chrono::seconds kDiagnosisTimeout{2};
constexpr std::chrono::seconds kDisconnectTimeout{1};
constexpr std::chrono::seconds kSubscribeTimeout{10};

MqttSettings checked(MqttSettings settings) {
  if (settings.client_id.empty()) throw std::invalid_argument("MQTT client id: is empty, expected 1 to 65535 bytes");
  return settings;
}

// Paho's words for a peer that ended the connection after our CONNECT.
bool is_closed(std::string_view text) { return text == "TCP connect completion failure" || text == "socket error"; }

}  // namespace

std::shared_ptr<ClientCore> ClientCore::create(MqttSettings settings, MqttClient::Handlers handlers, Executor& executor,
                                               Log& log) {
  auto core = std::make_shared<ClientCore>(Private{}, std::move(settings), std::move(handlers), log);
  // The inbox outlives the core when the executor is in it: it must not hold it.
  core->inbox_ = std::make_shared<Inbox>(executor, [weak = std::weak_ptr(core)](const MqttMessage& message) {
    const auto self = weak.lock();
    if (self && self->speaks()) self->handlers_.on_message(message);
  });
  return core;
}

ClientCore::ClientCore(Private, MqttSettings settings, MqttClient::Handlers handlers, Log& log)
    : settings_(checked(std::move(settings))),
      broker_(parse_broker_url(settings_.url)),
      handlers_(std::move(handlers)),
      log_(log),
      outbound_(static_cast<PahoEvents*>(this), settings_.queue_limit, settings_.queue_bytes),
      versions_(settings_.version),
      backoff_(settings_.backoff_first, settings_.backoff_most, std::random_device{}()) {
  stats_.last_error = fmt::format("no answer from {} yet", settings_.url);
}

void ClientCore::run() {
  down_since_ = Clock::now();
  for (Lock lock(mutex_); !stopping_; lock.lock()) {
    lock.unlock();
    const MqttVersion version = versions_.next(Clock::now());
    bool at_once = false;
    if (connect_once(version)) {
      versions_.connected(version, Clock::now());
      serve();
      close_handle();
      if (Clock::now() - up_since_ >= settings_.stable_after) backoff_.reset();
    } else {
      close_handle();
      after_failure(version, at_once);
    }
    if (!at_once) wait_before_retry(backoff_.next());
  }
  inbox_->close([self = shared_from_this()] {
    const Lock lock(self->mutex_);
    self->inbox_empty_ = true;
    self->changed_.notify_all();
  });
  const Lock lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

bool ClientCore::connect_once(MqttVersion version) {
  {
    const Lock lock(mutex_);
    link_ = Link::connecting;
    tls_error_.clear();
    failure_ = {};
  }
  handle_ = std::make_unique<PahoHandle>(settings_, version, *this);
  std::string problem = handle_->connect();
  Lock lock(mutex_);
  if (!problem.empty()) {
    link_ = Link::failed;
    failure_ = {.code = 0, .text = std::move(problem)};
    return false;
  }
  changed_.wait_for(lock, settings_.connect_timeout + kConnectGrace,
                    [this] { return link_ != Link::connecting || stopping_; });
  if (link_ == Link::connecting) failure_ = {.code = -1, .text = "no answer from the broker"};
  stats_.version = version;
  return link_ == Link::up;
}

void ClientCore::serve() {
  set_tcp_nodelay(broker_.port);
  up_since_ = Clock::now();
  bool session_present = false;
  {
    const Lock lock(mutex_);
    session_present = result_.session_present;
    mark_subscriptions(session_present);
    if (!session_present) unsubscribing_.clear();
    usable_ = handle_.get();
    maximum_packet_ = result_.maximum_packet;
    publish_refusal_logged_ = unread_logged_ = dropped_logged_ = false;
  }
  send_unsubscriptions();
  send_subscriptions();
  if (settings_.subscribe_first) await_subscriptions();
  report_up();
  // Before the window opens: a state that waits from before is replaced by the one of now instead of going out first.
  if (handlers_.on_connected && speaks()) handlers_.on_connected(session_present, handle_->version());
  {
    const Lock lock(mutex_);
    outbound_.open(std::min<std::size_t>(settings_.outbound_window, result_.receive_maximum));
    stats_.connected = link_ == Link::up;
    stats_.last_error.clear();
    ++stats_.connects;
  }
  pump();

  Lock lock(mutex_);
  while (link_ == Link::up && !stopping_) {
    report_notices(lock);
    changed_.wait(lock, [this] { return link_ != Link::up || stopping_ || !notices_.empty(); });
  }
  report_notices(lock);
  if (link_ == Link::up) {
    lock.unlock();
    drain_and_disconnect();
    lock.lock();
  }
  const bool lost = link_ != Link::closed;
  stats_.connected = false;
  early_losses_ = lost && Clock::now() - up_since_ < settings_.stable_after ? early_losses_ + 1 : 0;
  std::string reason = lost_reason_.empty() ? "the broker closed it or did not answer in time" : lost_reason_;
  if (lost_reason_.empty() && early_losses_ > 2)
    reason += fmt::format(" (again and again: does another client use the client id \"{}\"?)", settings_.client_id);
  if (lost) stats_.last_error = reason;
  lock.unlock();
  down_since_ = Clock::now();
  if (lost) report_down(reason, true);
  if (handlers_.on_disconnected && speaks()) handlers_.on_disconnected(lost ? reason : std::string("stopped"));
}

void ClientCore::await_subscriptions() {
  Lock lock(mutex_);
  changed_.wait_for(lock, kSubscribeTimeout, [this] {
    return link_ != Link::up || stopping_ || std::ranges::none_of(subscriptions_, [](const auto& each) {
             return each.second.state == Subscribed::asked;
           });
  });
}

void ClientCore::drain_and_disconnect() {
  Lock lock(mutex_);
  changed_.wait_until(lock, drain_until_,
                      [this] { return link_ != Link::up || (outbound_.queued() == 0 && outbound_.in_flight() == 0); });
  left_nothing_ = outbound_.queued() == 0 && outbound_.in_flight() == 0;
  if (link_ != Link::up) return;
  lock.unlock();
  const bool asked = handle_->disconnect();
  lock.lock();
  if (asked) changed_.wait_for(lock, kDisconnectTimeout, [this] { return link_ != Link::up; });
  link_ = Link::closed;
}

void ClientCore::close_handle() {
  Lock lock(mutex_);
  outbound_.close();
  usable_ = nullptr;
  changed_.wait(lock, [this] { return users_ == 0; });
  lock.unlock();
  // A new handle for every connection: an old one keeps the messages it has not written yet and would send them first the next time,
  // before the older ones that come back to our queue.
  handle_.reset();
  lock.lock();
  const bool early = link_ == Link::lost && Clock::now() - up_since_ < settings_.stable_after;
  link_ = Link::none;
  const std::string given_up = outbound_.requeue_in_flight(early);
  batches_.clear();
  lock.unlock();
  if (given_up.empty() || !speaks()) return;
  log_.error("", "gave up an MQTT message on {}: {} connections in a row ended while it was on its way", given_up,
             Outbound::kMostBlamed);
}

void ClientCore::after_failure(MqttVersion version, bool& at_once) {
  Lock lock(mutex_);
  if (stopping_) return;
  const Failure failure = failure_;
  const std::string tls_error = tls_error_;
  lock.unlock();
  at_once = versions_.failed(version, kind_of(failure, tls_error), Clock::now());
  if (at_once) return;
  const std::string reason = explain(failure, tls_error);
  lock.lock();
  stats_.last_error = reason;
  lock.unlock();
  report_down(reason, false);
}

VersionChoice::Failure ClientCore::kind_of(const Failure& failure, const std::string& tls_error) const {
  if (is_unsupported_version(failure.code)) return VersionChoice::Failure::refused_version;
  const bool closed = failure.code < 0 && is_closed(failure.text);
  return closed && tls_error.empty() ? VersionChoice::Failure::closed_at_connect : VersionChoice::Failure::other;
}

std::string ClientCore::explain(const Failure& failure, const std::string& tls_error) const {
  if (failure.code > 0) return connack_sentence(failure.code);
  if (failure.code == 0) return failure.text;
  std::string found = broker_.tls ? diagnose_connection(broker_.host, broker_.port, settings_.ca, settings_.cert,
                                                        settings_.key, kDiagnosisTimeout)
                                  : diagnose_tcp(broker_.host, broker_.port, kDiagnosisTimeout);
  if (found.find("works now") == std::string::npos) return found;
  if (!tls_error.empty()) return fmt::format("TLS: {}", tls_error);
  if (is_closed(failure.text)) return "the broker closed the connection without an answer";
  // It came between the attempt and the diagnosis: no news.
  if (!reported_.empty()) return reported_;
  return failure.text.empty() ? "the connection failed" : failure.text;
}

void ClientCore::report_down(const std::string& reason, bool was_up) {
  if (!speaks()) return;
  if (was_up) {
    log_.warning("", "MQTT connection to {} lost: {}; trying again until it is back", settings_.url, reason);
  } else if (reported_.empty()) {
    log_.warning("", "no MQTT connection to {}: {}; trying again until there is one", settings_.url, reason);
  } else if (reported_ != reason) {
    log_.warning("", "still no MQTT connection to {}: {}", settings_.url, reason);
  }
  reported_ = reason;
}

void ClientCore::report_up() {
  if (!speaks()) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - down_since_).count();
  if (was_ever_up_ || !reported_.empty()) {
    log_.info("", "MQTT connection to {} is back after {} s (MQTT {})", settings_.url, seconds,
              to_string(handle_->version()));
  } else {
    log_.info("", "connected to {} (MQTT {})", settings_.url, to_string(handle_->version()));
  }
  was_ever_up_ = true;
  reported_.clear();
}

void ClientCore::report_notices(Lock& lock) {
  std::vector<Notice> notices;
  notices.swap(notices_);
  if (notices.empty()) return;
  lock.unlock();
  for (const auto& notice : notices) {
    if (!speaks()) break;
    log_.warning("", "{}", notice.sentence);
    if (!notice.refused_filter.empty() && handlers_.on_subscribe_refused)
      handlers_.on_subscribe_refused(notice.refused_filter, notice.reason);
  }
  lock.lock();
}

void ClientCore::wait_before_retry(std::chrono::milliseconds duration) {
  Lock lock(mutex_);
  changed_.wait_for(lock, duration, [this] { return stopping_; });
}

}  // namespace m2ag::host
