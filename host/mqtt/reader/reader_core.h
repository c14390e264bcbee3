// The inside of a Reader: its thread's loop (connect, serve, say what happened, wait, again).
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/broker_url.h"
#include "mqtt/backoff.h"
#include "mqtt/reader/control.h"
#include "mqtt/reader/link.h"
#include "mqtt/reader/reader.h"
#include "mqtt/version_choice.h"

namespace m2ag::host::reader {

class Reader::Core final : private LinkEvents {
 public:
  Core(Settings settings, Handlers handlers);
  void start();
  void stop();
  Control& control() { return control_; }
  Stats stats() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Failure {
    std::string reason;
    VersionChoice::Failure kind = VersionChoice::Failure::other;
  };

  void batch(Batch batch) override;
  void refused(const Refusal& refusal) override;
  void ready(const Session& session) override;
  void waiting(std::size_t unacknowledged) override;

  void run();
  void connect_and_serve(MqttVersion version);
  Failure failure_of(const StreamError& error, const std::optional<Session>& session) const;
  void report_down(const std::string& reason);
  void wait_before_retry(std::chrono::milliseconds duration);

  const Settings settings_;
  const BrokerAddress broker_;
  const Handlers handlers_;
  Control control_;
  std::thread thread_;

  // Of the reader's thread alone.
  VersionChoice versions_;
  Backoff backoff_;
  std::uint64_t last_number_ = 0;
  MqttVersion version_ = MqttVersion::any;  // of the attempt or connection
  bool up_ = false;                         // told so
  bool was_up_ = false;                     // at any time before
  bool at_once_ = false;                    // the other version is worth a try
  std::string reported_;                    // why there is no connection
  Clock::time_point up_since_{};
  Clock::time_point down_since_{};

  mutable std::mutex mutex_;
  Stats stats_;
};

}  // namespace m2ag::host::reader
