// Between the bus and the broker: publishes events, replies, health and log lines on the topics of docs/topics.md, and publishes the whole
// state again when the broker returns. Decides nothing about components. Every function from any thread; returns at once.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "core/log.h"
#include "core/message.h"
#include "core/registry.h"
#include "mqtt/message.h"

namespace m2ag::host {

class Bridge {
 public:
  using Publish = std::function<void(PublishRequest)>;

  /// `root` is base topic and device: "m2ag/demo". `publish` is the client's.
  Bridge(std::string root, Registry& registry, Publish publish);

  /// `<component>/json`: all channels of these components as one object besides the single topics.
  void publish_json_of(std::set<std::string, std::less<>> components);

  /// Bus sink, after the registry's. Without a broker only moments and device events wait (in the client, bounded); state is published
  /// from the registry when the broker is back.
  void apply(const EventPtr& event);

  /// The client has a connection and has subscribed: `info` is the device's description. Null: the device is somebody else's, only its
  /// component is ours.
  void connected(const Value& info);
  void disconnected();
  /// The device's description has changed.
  void info(const Value& info);
  /// Takes the retained topics of what is no longer there away from the broker; without one, as soon as it is back.
  void forget(const std::vector<EventPtr>& events);
  /// Likewise of the device itself, which goes for good.
  void forget_device();

  void reply(const Reply& reply);
  void health(const Value& health);
  void log(const LogLine& line, std::chrono::system_clock::time_point time);
  /// The last word before a clean stop.
  void offline();

 private:
  void publish_event(const Event& event);
  void publish_json(std::string_view component);
  void retained(std::string_view tail, std::string payload,
                std::optional<std::chrono::system_clock::time_point> time = {});
  std::string topic(std::string_view tail) const { return root_ + '/' + std::string(tail); }

  const std::string root_;
  Registry& registry_;
  const Publish publish_;
  std::set<std::string, std::less<>> json_components_;
  std::mutex mutex_;  // a value from the registry never follows a newer one from the bus
  bool connected_ = false;
};

}  // namespace m2ag::host
