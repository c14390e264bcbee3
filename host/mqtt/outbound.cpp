#include "mqtt/outbound.h"

#include <algorithm>

namespace m2ag::host {
namespace {

std::size_t size_of(const PublishRequest& request) {
  return sizeof(PublishRequest) + request.topic.size() + request.payload.size() + request.response_topic.size() +
         request.correlation_data.size();
}

}  // namespace

void Outbound::open(std::size_t window) {
  window_ = std::max<std::size_t>(window, 1);
  open_ = true;
}

bool Outbound::may_send(int qos) const {
  if (!open_) return false;
  // QoS 0 has no acknowledgement to wait for, but what the socket does not take piles up in the library all the same.
  return qos == 0 ? unacknowledged_in_flight_ < queue_limit_ : acknowledged_in_flight_ < window_;
}

bool Outbound::may_overtake(const PublishRequest& request) const {
  return queue_.empty() || (request.qos == 0 && !topics_.contains(request.topic));
}

void Outbound::count_in_flight(int qos, std::ptrdiff_t change) {
  auto& count = qos == 0 ? unacknowledged_in_flight_ : acknowledged_in_flight_;
  count = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(count) + change);
}

Outbound::Entry* Outbound::offer(PublishRequest request, bool direct, std::chrono::steady_clock::time_point now) {
  const auto sequence = ++last_sequence_;
  if (direct && may_send(request.qos) && may_overtake(request)) {
    count_in_flight(request.qos, +1);
    const auto place = in_flight_.emplace_hint(
        in_flight_.end(), sequence,
        Entry{.owner = owner_, .sequence = sequence, .accepted = now, .request = std::move(request)});
    return &place->second;
  }
  while (!request.conflate && !droppable_.empty() &&
         (droppable_.size() >= queue_limit_ || droppable_bytes_ + size_of(request) > byte_limit_)) {
    ++counters_.dropped;
    dequeue(queue_.find(*droppable_.begin()));
  }
  Entries fresh;
  fresh.emplace(sequence, Entry{.owner = owner_, .sequence = sequence, .accepted = now, .request = std::move(request)});
  enqueue(fresh.extract(fresh.begin()));
  return nullptr;
}

void Outbound::enqueue(Entries::node_type node) {
  Entry& entry = node.mapped();
  Topic& topic = topics_[entry.request.topic];
  if (entry.request.conflate && topic.conflating != 0) {
    ++counters_.conflated;
    Entry& waiting = queue_.at(topic.conflating);
    if (entry.sequence > waiting.sequence) {  // its place in the queue stays
      waiting.request = std::move(entry.request);
      waiting.accepted = entry.accepted;
      waiting.blamed = 0;
    }
    return;
  }
  if (entry.request.conflate) {
    topic.conflating = entry.sequence;
  } else {
    droppable_.insert(entry.sequence);
    droppable_bytes_ += size_of(entry.request);
  }
  ++topic.waiting;
  queue_.insert(std::move(node));
}

Outbound::Entries::node_type Outbound::dequeue(Entries::iterator place) {
  const auto topic = topics_.find(place->second.request.topic);
  if (topic->second.conflating == place->first) topic->second.conflating = 0;
  if (--topic->second.waiting == 0) topics_.erase(topic);
  if (droppable_.erase(place->first) != 0) droppable_bytes_ -= size_of(place->second.request);
  return queue_.extract(place);
}

Outbound::Entry* Outbound::next(std::chrono::steady_clock::time_point now) {
  while (!queue_.empty()) {
    const auto first = queue_.begin();
    const auto& request = first->second.request;
    if (request.expiry_seconds && now - first->second.accepted >= std::chrono::seconds(*request.expiry_seconds)) {
      ++counters_.dropped;
      dequeue(first);
      continue;
    }
    if (!may_send(request.qos)) return nullptr;
    count_in_flight(request.qos, +1);
    const auto inserted = in_flight_.insert(dequeue(first));
    return &inserted.position->second;
  }
  return nullptr;
}

void Outbound::done(const Entry& entry) {
  count_in_flight(entry.request.qos, -1);
  in_flight_.erase(entry.sequence);
}

std::string Outbound::requeue_in_flight(bool early) {
  std::string given_up;
  if (early && !in_flight_.empty() && ++in_flight_.begin()->second.blamed >= kMostBlamed) {
    given_up = in_flight_.begin()->second.request.topic;
    in_flight_.erase(in_flight_.begin());
    ++counters_.dropped;
  }
  // From the newest to the oldest, so that of two values of one topic the newer stays.
  while (!in_flight_.empty()) enqueue(in_flight_.extract(std::prev(in_flight_.end())));
  acknowledged_in_flight_ = 0;
  unacknowledged_in_flight_ = 0;
  return given_up;
}

}  // namespace m2ag::host
