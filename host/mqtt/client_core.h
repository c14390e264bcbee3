// The inside of MqttClient: its thread's loop (connect, serve, wait, again) and what Paho's threads report.
// One mutex guards the state; no handler, no log and no Paho function is called while it is held, because Paho calls back with its own
// mutex held and those callbacks take ours.
#pragma once

#include "core/broker_url.h"
#include "mqtt/backoff.h"
#include "mqtt/client.h"
#include "mqtt/inbox.h"
#include "mqtt/outbound.h"
#include "mqtt/paho_handle.h"
#include "mqtt/version_choice.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace m2ag::host {

class ClientCore final : public PahoEvents, public std::enable_shared_from_this<ClientCore> {
  struct Private {};

 public:
  static std::shared_ptr<ClientCore> create(MqttSettings settings, MqttClient::Handlers handlers, Executor& executor,
                                            Log& log);
  ClientCore(Private, MqttSettings settings, MqttClient::Handlers handlers, Log& log);

  /// The connection; returns after stop().
  void run();
  bool stop(std::chrono::milliseconds deadline);
  bool finished() const;
  /// The owner goes while run() is stuck: no handler and no log from here on.
  void abandon();

  void subscribe(std::vector<Subscription> subscriptions);
  void unsubscribe(const std::vector<std::string>& filters);
  void publish(PublishRequest request);
  MqttStats stats() const;

  void connected(const MqttConnected& result) override;
  void connect_failed(int code, std::string_view text) override;
  void connection_lost(std::string_view reason) override;
  void tls_error(std::string_view text) override;
  void arrived(const MqttMessage& message) override;
  void delivered(const Outbound::Entry& entry) override;
  void not_delivered(const Outbound::Entry& entry, std::string_view refusal) override;
  void subscribed(const SubscribeBatch& batch, std::span<const int> codes) override;
  void unsubscribed(const SubscribeBatch& batch) override;
  void disconnected() override;

 private:
  using Clock = std::chrono::steady_clock;
  using Lock = std::unique_lock<std::mutex>;
  enum class Link { none, connecting, failed, up, lost, closed };
  enum class Subscribed { no, asked, yes, refused };
  struct KnownSubscription {
    Subscription subscription;
    Subscribed state = Subscribed::no;
    bool refusal_logged = false;
  };
  struct Failure {
    int code = 0;  // of the CONNACK when positive
    std::string text;
  };
  /// For the log, found on a thread of Paho's.
  struct Notice {
    std::string sentence;
    std::string refused_filter;  // else empty
    std::string reason;
  };

  // The client's thread.
  bool connect_once(MqttVersion version);
  void serve();
  void await_subscriptions();
  void drain_and_disconnect();
  void close_handle();
  void after_failure(MqttVersion version, bool& at_once);
  std::string explain(const Failure& failure, const std::string& tls_error) const;
  VersionChoice::Failure kind_of(const Failure& failure, const std::string& tls_error) const;
  void report_down(const std::string& reason, bool was_up);
  void report_up();
  void report_notices(Lock& lock);
  void wait_before_retry(std::chrono::milliseconds duration);

  // Any thread, without the mutex.
  bool send(const Outbound::Entry& entry, PahoHandle& handle);  // false: Paho will never take it
  void pump();
  void send_subscriptions();
  void send_unsubscriptions();
  void leave_handle();
  void mark_subscriptions(bool session_present);

  bool speaks() const { return !abandoned_; }
  bool all_finished() const { return finished_ && inbox_empty_; }

  const MqttSettings settings_;
  const BrokerAddress broker_;
  const MqttClient::Handlers handlers_;
  Log& log_;

  std::shared_ptr<Inbox> inbox_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Outbound outbound_;
  std::unique_ptr<PahoHandle> handle_;  // made and destroyed by the client's thread while nobody uses it
  PahoHandle* usable_ = nullptr;        // the handle while messages may be given to it
  int users_ = 0;                       // threads inside of a function of *usable_
  bool pumping_ = false;                // somebody moves the queue: nobody else may overtake
  Link link_ = Link::none;
  MqttConnected result_;
  std::atomic<std::uint32_t> maximum_packet_{0};
  Failure failure_;
  std::string tls_error_;
  std::string lost_reason_;
  std::map<std::string, KnownSubscription> subscriptions_;
  std::set<std::string> unsubscribing_;  // not yet acknowledged: a session that outlives the connection still has them
  std::map<std::uint64_t, SubscribeBatch> batches_;
  std::uint64_t last_batch_ = 0;
  std::vector<Notice> notices_;
  bool publish_refusal_logged_ = false;  // on this connection
  bool unread_logged_ = false;           // on this connection
  bool dropped_logged_ = false;          // on this connection
  MqttStats stats_;
  bool stopping_ = false;
  Clock::time_point drain_until_{};
  bool left_nothing_ = false;
  bool finished_ = false;     // run() is done
  bool inbox_empty_ = false;  // and closed: no message is handed over any more
  std::atomic<bool> abandoned_{false};

  // Of the client's thread alone.
  VersionChoice versions_;
  Backoff backoff_;
  std::string reported_;  // the reason in the log; empty while up
  bool was_ever_up_ = false;
  int early_losses_ = 0;  // one after the other
  Clock::time_point up_since_{};
  Clock::time_point down_since_{};
};

}  // namespace m2ag::host
