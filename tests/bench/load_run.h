// Sends commands with growing numbers to one or more components and times how long each takes to come back as their state.
// Single-threaded. Because order per component is kept, a state with number N answers every command up to N of that component.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mqtt_wire.h"

namespace bench {

struct LoadOptions {
  WireOptions wire;
  std::vector<std::string> topics;  ///< state topics; commands go to <topic>/set
  double rate = 0;                  ///< commands a second over all topics; 0: as fast as the window allows
  std::size_t window = 100;         ///< commands without an answer, over all topics
  double warm_up = 0.5;             ///< seconds that are not counted
  double seconds = 5;
};

struct LoadResult {
  std::uint64_t sent = 0;        ///< all, the warm-up's too
  std::uint64_t states = 0;      ///< state messages that came, over the whole run
  std::uint64_t unanswered = 0;  ///< no state with that number or a later one came within five seconds of the end
  double rate = 0;               ///< commands answered a second, in the time that counts
  double p50 = 0, p90 = 0, p99 = 0, most = 0;  ///< microseconds
};

class LoadRun {
 public:
  explicit LoadRun(LoadOptions options);
  LoadResult run();

 private:
  using Clock = std::chrono::steady_clock;
  struct Sent {
    std::uint64_t number;
    Clock::time_point time;
  };
  struct Target {
    std::string set_topic;
    std::uint64_t next = 1;
    std::deque<Sent> waiting;
  };

  void send(Clock::time_point scheduled);
  void on_message(std::string_view topic, std::string_view payload);
  LoadResult result() const;

  LoadOptions options_;
  std::vector<Target> targets_;
  std::unordered_map<std::string, std::size_t> by_topic_;
  std::size_t turn_ = 0, outstanding_ = 0;
  std::uint64_t sent_ = 0, states_ = 0;
  std::vector<double> latencies_;  // microseconds, of the time that counts
  Clock::time_point count_from_, count_to_;
  MqttWire wire_;
};

}  // namespace bench
