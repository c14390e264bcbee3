#include "mqtt/reader/reader_core.h"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>

#include <random>
#include <stdexcept>
#include <utility>

#include "mqtt/reader/wire.h"
#include "tls/diagnosis.h"

namespace m2ag::host::reader {
namespace {

constexpr std::chrono::seconds kDiagnosisTimeout{2};

Settings checked(Settings settings) {
  check(settings);
  return settings;
}

Handlers checked(Handlers handlers) {
  if (!handlers.on_batch) throw std::invalid_argument("MQTT reader: no on_batch, nobody would get the messages");
  return handlers;
}

StreamSettings stream_settings(const Settings& settings, const BrokerAddress& broker) {
  return {.host = broker.host,
          .port = broker.port,
          .tls = broker.tls,
          .ca = settings.ca,
          .cert = settings.cert,
          .key = settings.key,
          .verify_host = settings.verify_host};
}

}  // namespace

Reader::Core::Core(Settings settings, Handlers handlers)
    : settings_(checked(std::move(settings))),
      broker_(parse_broker_url(settings_.url)),
      handlers_(checked(std::move(handlers))),
      versions_(settings_.version),
      backoff_(settings_.backoff_first, settings_.backoff_most, std::random_device{}()) {
  stats_.last_error = fmt::format("no answer from {} yet", settings_.url);
}

void Reader::Core::start() {
  if (thread_.joinable()) throw std::logic_error("the MQTT reader was started already");
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "m2ag-mqtt-read");
}

void Reader::Core::stop() {
  control_.stop();
  if (thread_.joinable()) thread_.join();
}

Stats Reader::Core::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

void Reader::Core::run() {
  control_.set_reader();
  down_since_ = Clock::now();
  while (!control_.stopping()) {
    at_once_ = false;
    connect_and_serve(versions_.next(Clock::now()));
    if (!at_once_) wait_before_retry(backoff_.next());
  }
}

// One attempt and, when it succeeds, the connection until its end.
void Reader::Core::connect_and_serve(MqttVersion version) {
  version_ = version;
  std::optional<Session> session;
  Failure failure;
  try {
    ClientStream stream(stream_settings(settings_, broker_), settings_.connect_timeout,
                        control_.stopped().descriptor());
    session.emplace(settings_, version, last_number_, Clock::now());
    Link(settings_, control_, stream, *session, *this).serve();
  } catch (const StreamError& error) {
    if (!control_.stopping()) failure = failure_of(error, session);
  } catch (const SessionEnded& ended) {
    failure.reason = ended.what();
    if (ended.refused_version()) failure.kind = VersionChoice::Failure::refused_version;
  } catch (const ProtocolError& error) {
    failure.reason = fmt::format("the broker breaks the rules of MQTT: {}", error.what());
  }
  const bool accepted = session && session->phase() != Session::Phase::connecting;
  if (accepted) {
    versions_.connected(version, Clock::now());
  } else if (!failure.reason.empty()) {
    at_once_ = versions_.failed(version, failure.kind, Clock::now());
  }
  if (up_ && Clock::now() - up_since_ >= settings_.stable_after) backoff_.reset();
  if (!at_once_) report_down(failure.reason);
}

Reader::Core::Failure Reader::Core::failure_of(const StreamError& error, const std::optional<Session>& session) const {
  Failure failure{.reason = error.what()};
  const bool accepted = session && session->phase() != Session::Phase::connecting;
  if (accepted || error.kind() == StreamError::Kind::unreachable) return failure;
  // Also what ends a TLS connection after the handshake: in TLS 1.3 the broker judges our certificate only then.
  if (broker_.tls) {
    std::string found =
        diagnose_connection(broker_.host, broker_.port, settings_.ca, settings_.cert, settings_.key, kDiagnosisTimeout);
    if (found.find("works now") == std::string::npos && found.find("work now") == std::string::npos)
      return {.reason = std::move(found)};
  }
  if (!session) return failure;
  failure.reason = "the broker closed the connection without an answer";
  failure.kind = VersionChoice::Failure::closed_at_connect;
  return failure;
}

void Reader::Core::report_down(const std::string& reason) {
  const bool was_up = std::exchange(up_, false);
  {
    const std::lock_guard lock(mutex_);
    stats_.connected = false;
    stats_.unacknowledged = 0;
    if (!reason.empty()) stats_.last_error = reason;
  }
  if (was_up) down_since_ = Clock::now();
  if (control_.stopping()) return;
  std::string sentence;
  if (was_up) {
    sentence = fmt::format("MQTT connection to {} lost: {}; trying again until it is back", settings_.url, reason);
  } else if (reported_.empty()) {
    sentence = fmt::format("no MQTT connection to {}: {}; trying again until there is one", settings_.url, reason);
  } else if (reported_ != reason) {
    sentence = fmt::format("still no MQTT connection to {}: {}", settings_.url, reason);
  }
  reported_ = reason;
  if (sentence.empty() || !handlers_.on_state) return;
  handlers_.on_state({.connected = false, .session_present = false, .version = version_, .sentence = sentence});
}

void Reader::Core::ready(const Session& session) {
  up_ = true;
  up_since_ = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    stats_.connected = true;
    ++stats_.connects;
    stats_.last_error.clear();
  }
  const bool back = std::exchange(was_up_, true) || !reported_.empty();
  reported_.clear();
  if (!handlers_.on_state) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(up_since_ - down_since_).count();
  const std::string sentence = back ? fmt::format("MQTT connection to {} is back after {} s (MQTT {})", settings_.url,
                                                  seconds, to_string(version_))
                                    : fmt::format("connected to {} (MQTT {})", settings_.url, to_string(version_));
  handlers_.on_state(
      {.connected = true, .session_present = session.session_present(), .version = version_, .sentence = sentence});
}

void Reader::Core::batch(Batch batch) {
  {
    std::uint64_t too_long = 0;
    for (const Message& each : batch.messages()) too_long += each.too_long ? 1U : 0U;
    const std::lock_guard lock(mutex_);
    stats_.received += batch.size();
    stats_.too_long += too_long;
    ++stats_.batches;
  }
  handlers_.on_batch(std::move(batch));
}

void Reader::Core::refused(const Refusal& refusal) {
  if (handlers_.on_refused) handlers_.on_refused(refusal.filter, refusal.reason);
}

void Reader::Core::waiting(std::size_t unacknowledged) {
  const std::lock_guard lock(mutex_);
  stats_.unacknowledged = unacknowledged;
}

void Reader::Core::wait_before_retry(std::chrono::milliseconds duration) {
  pollfd entry{control_.stopped().descriptor(), POLLIN, 0};
  ::poll(&entry, 1, static_cast<int>(duration.count()));
}

}  // namespace m2ag::host::reader
