// For tests: a session whose broker is played by hand. No socket, and time moves when the test says so.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "mqtt/reader/session.h"
#include "mqtt/reader/test_packets.h"

namespace m2ag::host::reader {

inline Settings settings_with(std::size_t filters = 1) {
  Settings settings;
  settings.url = "mqtt://localhost";
  settings.client_id = "one";
  for (std::size_t i = 0; i < filters; ++i) {
    Subscription each;
    each.filter = fmt::format("f/{}", i);
    settings.filters.push_back(each);
  }
  return settings;
}

struct Played {
  explicit Played(Settings with = settings_with(), MqttVersion version = MqttVersion::v5)
      : settings(std::move(with)), session(settings, version, last_number, now) {}

  void broker_sends(std::string_view text) {
    const auto space = session.space();
    if (text.size() > space.size()) throw std::logic_error("more than one read can take");
    session.filled(text.copy(space.data(), space.size()), now);
  }
  Batch take() { return session.take({}); }
  /// What was to be sent since the last time.
  std::string sent() {
    if (!session.output().empty()) session.sent(now);
    return std::exchange(session.output(), {});
  }
  void make_ready() {
    broker_sends(connack_packet() + suback_packet(1, {1}));
    take();
    take();
    if (session.phase() != Session::Phase::ready) throw std::logic_error("not ready");
    sent();
  }

  std::uint64_t last_number = 0;
  Settings settings;
  Session::Time now{};
  Session session;
};

}  // namespace m2ag::host::reader
