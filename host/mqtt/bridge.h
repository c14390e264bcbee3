// Between the bus and the broker: publishes events, replies, health and log lines on the topics of docs/topics.md, and publishes the whole
// state again when the broker returns. Decides nothing about components. Every function from any thread; returns at once.
#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

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
  void publish_json_of(std::set<std::string, std::less<>> components) { json_components_ = std::move(components); }

  /// Bus sink, after the registry's. Without a broker only moments and device events wait (in the client, bounded); state is published
  /// from the registry when the broker is back.
  void apply(const EventPtr& event);

  /// The client has a connection and has subscribed: `info` is the device's description.
  void connected(const Value& info);
  void disconnected();

  void reply(const Reply& reply);
  void health(const Value& health);
  void log(const LogLine& line);
  /// The last word before a clean stop.
  void offline();

 private:
  void publish_event(const Event& event);
  void publish_json(std::string_view component);
  void retained(std::string_view tail, std::string payload);
  std::string topic(std::string_view tail) const { return root_ + '/' + std::string(tail); }

  const std::string root_;
  Registry& registry_;
  const Publish publish_;
  std::set<std::string, std::less<>> json_components_;
  std::mutex mutex_;  // a value from the registry never follows a newer one from the bus
  bool connected_ = false;
};

}  // namespace m2ag::host
