#include "mqtt/reader/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <span>
#include <utility>

#include "mqtt/connack.h"
#include "mqtt/reader/packet_writer.h"
#include "mqtt/reader/wire.h"

namespace m2ag::host::reader {
namespace {

// Some brokers limit how large a SUBSCRIBE may be; with these many filters of usual length it is a few KiB.
constexpr std::size_t kFiltersAtOnce = 100;
// A broker that does not read gets no more acknowledgements than these bytes: then we do not read either.
constexpr std::size_t kOutputLimit = 64 * 1024;

std::size_t packets_for(std::size_t filters) { return (filters + kFiltersAtOnce - 1) / kFiltersAtOnce; }

/// An identifier is one of the packet.
bool is_each_alone(const Settings& settings, MqttVersion version) {
  return settings.identifiers && version == MqttVersion::v5;
}

std::string in_seconds(std::chrono::milliseconds time) {
  return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

}  // namespace

Session::Session(const Settings& settings, MqttVersion version, std::uint64_t& last_number, Time now)
    : settings_(settings),
      version_(version),
      last_number_(last_number),
      input_(settings.maximum_packet),
      keep_alive_(settings.keep_alive, now),
      filters_at_once_(is_each_alone(settings, version) ? 1 : kFiltersAtOnce),
      subscribes_((settings.filters.size() + filters_at_once_ - 1) / filters_at_once_),
      answered_(subscribes_ + packets_for(settings.dropped.size())),
      now_(now) {
  write_connect(output_, settings_, version_);
  expect_answer("CONNECT", settings_.connect_timeout);
}

void Session::expect_answer(const char* to, std::chrono::milliseconds within) {
  asked_ = to;
  answer_within_ = within;
  answer_until_ = now_ + within;
}

void Session::filled(std::size_t count, Time now) {
  input_.filled(count);
  now_ = now;
  keep_alive_.received(now);
  pong_until_.reset();
}

bool Session::may_read() const {
  return unacknowledged_.size() < settings_.unacknowledged_limit && output_.size() < kOutputLimit;
}

Batch Session::take(Batch::Time received) {
  if (end_) std::rethrow_exception(end_);
  std::vector<Message> messages;
  try {
    collect(messages);
  } catch (const std::runtime_error&) {
    // What came before the end is as good as ever: it goes first.
    if (messages.empty()) throw;
    end_ = std::current_exception();
  }
  if (!messages.empty()) last_size_ = messages.size();
  return {std::move(messages), received};
}

void Session::collect(std::vector<Message>& messages) {
  const Phase before = phase_;
  while (phase_ == before && may_read()) {
    const auto packet = input_.next();
    if (!packet) return;
    if ((packet->type == PacketType::connack) != (phase_ == Phase::connecting))
      throw ProtocolError(phase_ == Phase::connecting ? "a packet before the CONNACK" : "a second CONNACK");
    switch (packet->type) {
      case PacketType::connack: connected(parse_connack(*packet, version_)); break;
      case PacketType::publish: add(messages, *packet); break;
      case PacketType::suback: subscribed(parse_suback(*packet, version_)); break;
      case PacketType::unsuback: unsubscribed(parse_unsuback(*packet)); break;
      case PacketType::pingresp: break;
      case PacketType::disconnect: throw SessionEnded(parse_disconnect(*packet));
    }
  }
}

void Session::connected(const Connack& connack) {
  if (connack.code != 0) {
    std::string sentence = connack_sentence(connack.code);
    if (!connack.reason.empty()) sentence += fmt::format(" ({})", connack.reason);
    throw SessionEnded(sentence, is_unsupported_version(connack.code));
  }
  session_present_ = connack.session_present;
  if (connack.keep_alive) keep_alive_.set_interval(std::chrono::seconds(*connack.keep_alive));
  phase_ = Phase::subscribing;
  std::uint16_t packet_id = 0;
  // Also into a session that the broker kept: it may have another one's filters, or lost some of ours.
  for (std::span<const Subscription> left(settings_.filters); !left.empty();) {
    const auto now = left.first(std::min(filters_at_once_, left.size()));
    const bool is_alone = is_each_alone(settings_, version_);
    write_subscribe(output_, ++packet_id, now, version_, is_alone ? subscription_id(now.front().filter) : 0);
    left = left.subspan(now.size());
  }
  for (std::span<const std::string> left(settings_.dropped); !left.empty();) {
    const auto now = left.first(std::min(kFiltersAtOnce, left.size()));
    write_unsubscribe(output_, ++packet_id, now, version_);
    left = left.subspan(now.size());
  }
  expect_answer("SUBSCRIBE", settings_.subscribe_timeout);
}

void Session::subscribed(const Suback& suback) {
  const std::size_t which = suback.packet_id - std::size_t{1};
  if (which >= subscribes_ || answered_[which])
    throw ProtocolError(fmt::format("a SUBACK with the identifier {}, which was not asked for", suback.packet_id));
  const std::size_t first = which * filters_at_once_;
  const std::size_t count = std::min(filters_at_once_, settings_.filters.size() - first);
  if (suback.codes.size() != count)
    throw ProtocolError(fmt::format("a SUBACK with {} codes for {} filters", suback.codes.size(), count));
  for (std::size_t i = 0; i < count; ++i) {
    const int code = static_cast<unsigned char>(suback.codes[i]);
    if (code >= 0x80) refusals_.push_back({settings_.filters[first + i].filter, subscribe_refusal(code)});
  }
  answered(which);
}

void Session::unsubscribed(std::uint16_t packet_id) {
  const std::size_t which = packet_id - std::size_t{1};
  if (which < subscribes_ || which >= answered_.size() || answered_[which])
    throw ProtocolError(fmt::format("an UNSUBACK with the identifier {}, which was not asked for", packet_id));
  answered(which);
}

void Session::answered(std::size_t which) {
  answered_[which] = true;
  if (std::find(answered_.begin(), answered_.end(), false) != answered_.end()) return;
  phase_ = Phase::ready;
  asked_ = nullptr;
}

void Session::add(std::vector<Message>& messages, const Packet& packet) {
  const Publish publish = parse_publish(packet, version_);
  // Mostly as many come as the last time: one allocation a batch.
  if (messages.empty()) messages.reserve(last_size_);
  const std::uint64_t number = ++last_number_;
  if (publish.qos > 0) unacknowledged_.add(number, publish.packet_id);
  messages.push_back({.number = number,
                      .topic = publish.topic,
                      .payload = publish.payload,
                      .packet_size = packet.size,
                      .packet_id = publish.packet_id,
                      .qos = publish.qos,
                      .retain = publish.retain,
                      .duplicate = publish.duplicate,
                      .too_long = packet.cut,
                      .subscription = publish.subscription,
                      .time = publish.time});
}

void Session::acknowledge(std::uint64_t number) {
  unacknowledged_.take(number, [this](std::uint16_t packet_id) { write_puback(output_, packet_id); });
}

void Session::disconnect() {
  if (phase_ != Phase::connecting) write_disconnect(output_);
}

void Session::tick(Time now, bool reading) {
  now_ = now;
  if (!reading) {
    answer_until_ = now + answer_within_;
    if (pong_until_) pong_until_ = now + settings_.ping_timeout;
  }
  if (asked_ != nullptr && now >= answer_until_)
    throw SessionEnded(fmt::format("the broker did not answer {} within {}", asked_, in_seconds(answer_within_)));
  if (pong_until_ && now >= *pong_until_)
    throw SessionEnded(
        fmt::format("the broker did not answer a PINGREQ within {}", in_seconds(settings_.ping_timeout)));
  if (phase_ == Phase::connecting || now < keep_alive_.next()) return;
  write_pingreq(output_);
  keep_alive_.pinged(now);
  if (!pong_until_) pong_until_ = now + settings_.ping_timeout;
}

Session::Time Session::next_tick() const {
  Time next = phase_ == Phase::connecting ? Time::max() : keep_alive_.next();
  if (asked_ != nullptr) next = std::min(next, answer_until_);
  if (pong_until_) next = std::min(next, *pong_until_);
  return next;
}

std::vector<Refusal> Session::take_refusals() { return std::exchange(refusals_, {}); }

}  // namespace m2ag::host::reader
