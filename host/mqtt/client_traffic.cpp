// The half of ClientCore that other threads enter: its callers', and Paho's, which hold Paho's mutex.
#include <fmt/format.h>

#include <utility>

#include "mqtt/client_core.h"
#include "mqtt/connack.h"

namespace m2ag::host {
namespace {

constexpr std::size_t kSubscribeBatch = 100;
constexpr std::chrono::seconds kStopGrace{3};

}  // namespace

bool ClientCore::stop(std::chrono::milliseconds deadline) {
  Lock lock(mutex_);
  if (!stopping_) {
    stopping_ = true;
    drain_until_ = Clock::now() + deadline;
    left_nothing_ = outbound_.queued() == 0 && outbound_.in_flight() == 0;
    changed_.notify_all();
  }
  changed_.wait_until(lock, drain_until_ + kStopGrace, [this] { return all_finished(); });
  return all_finished() && left_nothing_;
}

bool ClientCore::finished() const {
  const Lock lock(mutex_);
  return all_finished();
}

void ClientCore::abandon() {
  log_.error("", "the MQTT client of {} did not stop in time: a thread is left behind", settings_.url);
  abandoned_ = true;
  inbox_->abandon();
}

MqttStats ClientCore::stats() const {
  const Lock lock(mutex_);
  MqttStats stats = stats_;
  stats.dropped = outbound_.counters().dropped;
  stats.conflated = outbound_.counters().conflated;
  stats.queued = outbound_.queued();
  stats.in_flight = outbound_.in_flight();
  return stats;
}

void ClientCore::publish(PublishRequest request) {
  const Outbound::Entry* entry = nullptr;
  PahoHandle* handle = nullptr;
  {
    const Lock lock(mutex_);
    const auto dropped = outbound_.counters().dropped;
    entry = outbound_.offer(std::move(request), usable_ && !pumping_, Clock::now());
    if (outbound_.counters().dropped > dropped && !std::exchange(dropped_logged_, true)) {
      notices_.push_back({.sentence = "messages to the broker are dropped: more wait than are kept",
                          .refused_filter = "",
                          .reason = ""});
      changed_.notify_all();
    }
    if (!entry) return;
    handle = usable_;
    ++users_;
  }
  const bool taken = send(*entry, *handle);
  leave_handle();
  if (!taken) pump();  // its place in the window is free again
}

bool ClientCore::send(const Outbound::Entry& entry, PahoHandle& handle) {
  std::string problem;
  // The entry may be delivered and gone before this returns.
  switch (handle.publish(entry, maximum_packet_, problem)) {
    case PahoHandle::Handed::yes: return true;
    case PahoHandle::Handed::offline:
      connection_lost("");  // the entry stays in flight and waits again when the handle is closed
      return true;
    case PahoHandle::Handed::never: break;
  }
  const Lock lock(mutex_);
  outbound_.done(entry);
  ++stats_.refused;
  stats_.last_error = std::move(problem);
  return false;
}

void ClientCore::leave_handle() {
  const Lock lock(mutex_);
  if (--users_ == 0 && !usable_) changed_.notify_all();
}

void ClientCore::pump() {
  Lock lock(mutex_);
  if (pumping_ || !usable_) return;
  pumping_ = true;
  ++users_;
  PahoHandle& handle = *usable_;
  while (const Outbound::Entry* entry = usable_ ? outbound_.next(Clock::now()) : nullptr) {
    lock.unlock();
    send(*entry, handle);
    lock.lock();
  }
  pumping_ = false;
  if (--users_ == 0 && !usable_) changed_.notify_all();
}

void ClientCore::subscribe(std::vector<Subscription> subscriptions) {
  {
    const Lock lock(mutex_);
    for (auto& subscription : subscriptions) {
      unsubscribing_.erase(subscription.filter);
      auto filter = subscription.filter;
      subscriptions_[std::move(filter)] = KnownSubscription{.subscription = std::move(subscription)};
    }
  }
  send_subscriptions();
}

void ClientCore::send_subscriptions() {
  for (;;) {
    SubscribeBatch* batch = nullptr;
    PahoHandle* handle = nullptr;
    {
      const Lock lock(mutex_);
      if (!usable_) return;
      SubscribeBatch fresh{.owner = this, .number = last_batch_ + 1, .subscriptions = {}};
      for (auto& [filter, known] : subscriptions_) {
        if (known.state != Subscribed::no) continue;
        known.state = Subscribed::asked;
        fresh.subscriptions.push_back(known.subscription);
        if (fresh.subscriptions.size() == kSubscribeBatch) break;
      }
      if (fresh.subscriptions.empty()) return;
      batch = &batches_.emplace(++last_batch_, std::move(fresh)).first->second;
      handle = usable_;
      ++users_;
    }
    // A false here means that the connection is gone; the next one asks again.
    const bool asked = handle->subscribe(*batch);
    leave_handle();
    if (!asked) return connection_lost("");
  }
}

void ClientCore::unsubscribe(const std::vector<std::string>& filters) {
  {
    const Lock lock(mutex_);
    for (const auto& filter : filters) {
      if (subscriptions_.erase(filter) != 0) unsubscribing_.insert(filter);
    }
  }
  send_unsubscriptions();
}

void ClientCore::send_unsubscriptions() {
  SubscribeBatch* batch = nullptr;
  PahoHandle* handle = nullptr;
  {
    const Lock lock(mutex_);
    if (!usable_ || unsubscribing_.empty()) return;
    const auto number = ++last_batch_;
    batch =
        &batches_.emplace(number, SubscribeBatch{.owner = this, .number = number, .subscriptions = {}}).first->second;
    for (const auto& filter : unsubscribing_) batch->subscriptions.push_back({.filter = filter});
    handle = usable_;
    ++users_;
  }
  const bool asked = handle->unsubscribe(*batch);
  leave_handle();
  if (!asked) connection_lost("");
}

void ClientCore::mark_subscriptions(bool session_present) {
  for (auto& [filter, known] : subscriptions_) {
    if (known.state != Subscribed::yes || !session_present) known.state = Subscribed::no;
  }
}

// ---- Paho's threads, with Paho's mutex held

void ClientCore::connected(const MqttConnected& result) {
  const Lock lock(mutex_);
  if (link_ != Link::connecting) return;
  link_ = Link::up;
  lost_reason_.clear();
  result_ = result;
  changed_.notify_all();
}

void ClientCore::connect_failed(int code, std::string_view text) {
  const Lock lock(mutex_);
  if (link_ != Link::connecting) return;
  link_ = Link::failed;
  failure_ = {.code = code, .text = std::string(text)};
  changed_.notify_all();
}

void ClientCore::connection_lost(std::string_view reason) {
  const Lock lock(mutex_);
  if (link_ != Link::up) return;
  link_ = Link::lost;
  stats_.connected = false;
  lost_reason_ = reason;
  changed_.notify_all();
}

void ClientCore::tls_error(std::string_view text) {
  const Lock lock(mutex_);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\0')) text.remove_suffix(1);
  tls_error_ = text;
}

void ClientCore::arrived(const MqttMessage& message) {
  MqttMessage cut = message;
  cut.payload = cut.payload.substr(0, settings_.payload_limit);
  cut.too_long = message.payload.size() > settings_.payload_limit;
  const bool kept = !handlers_.on_message || inbox_->push(cut);
  const Lock lock(mutex_);
  ++stats_.received;
  if (kept) return;
  ++stats_.unread;
  stats_.last_error = "incoming MQTT messages were dropped: they are not handled as fast as they come";
  if (unread_logged_) return;
  unread_logged_ = true;
  notices_.push_back({.sentence = stats_.last_error, .refused_filter = "", .reason = ""});
  changed_.notify_all();
}

void ClientCore::delivered(const Outbound::Entry& entry) {
  {
    const Lock lock(mutex_);
    ++stats_.sent;
    outbound_.done(entry);
    if (stopping_) changed_.notify_all();
  }
  pump();
}

void ClientCore::not_delivered(const Outbound::Entry& entry, std::string_view refusal) {
  if (refusal.empty()) return connection_lost("");  // it stays in flight and waits again when the handle is closed
  {
    const Lock lock(mutex_);
    ++stats_.refused;
    stats_.last_error = fmt::format("message on \"{}\": the broker refuses it: {}", entry.request.topic, refusal);
    if (!publish_refusal_logged_) {
      publish_refusal_logged_ = true;
      notices_.push_back(
          {.sentence = fmt::format("the MQTT broker refuses our message on {}: {}", entry.request.topic, refusal),
           .refused_filter = "",
           .reason = ""});
    }
    outbound_.done(entry);
    changed_.notify_all();
  }
  pump();
}

void ClientCore::subscribed(const SubscribeBatch& batch, std::span<const int> codes) {
  const Lock lock(mutex_);
  for (std::size_t i = 0; i < batch.subscriptions.size() && i < codes.size(); ++i) {
    const auto found = subscriptions_.find(batch.subscriptions[i].filter);
    if (found == subscriptions_.end() || found->second.state != Subscribed::asked) continue;
    KnownSubscription& known = found->second;
    known.state = codes[i] < 128 ? Subscribed::yes : Subscribed::refused;
    if (known.state == Subscribed::yes) known.refusal_logged = false;
    if (known.state == Subscribed::yes || known.refusal_logged) continue;
    known.refusal_logged = true;
    const std::string reason = subscribe_refusal(codes[i]);
    notices_.push_back(
        {.sentence = fmt::format("the MQTT broker refuses our subscription {}: {}", found->first, reason),
         .refused_filter = found->first,
         .reason = reason});
  }
  changed_.notify_all();
  batches_.erase(batch.number);
}

void ClientCore::unsubscribed(const SubscribeBatch& batch) {
  const Lock lock(mutex_);
  for (const auto& subscription : batch.subscriptions) unsubscribing_.erase(subscription.filter);
  batches_.erase(batch.number);
}

void ClientCore::disconnected() {
  const Lock lock(mutex_);
  if (link_ == Link::up) link_ = Link::closed;
  changed_.notify_all();
}

}  // namespace m2ag::host
