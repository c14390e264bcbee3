#include "mqtt/bridge.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/channel_text.h"
#include "core/json.h"
#include "core/topic.h"

namespace m2ag::host {
namespace {

std::string iso_time(std::chrono::system_clock::time_point time) {
  const auto whole = std::chrono::floor<std::chrono::milliseconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                     whole.time_since_epoch().count() % 1000);
}

/// `response/set` would come back as a command.
bool is_answer_word(std::string_view word) { return is_word(word) && word != "set"; }

/// Whoever may command one component must not reach others through our answer: inside our own tree only topics of answers are used,
/// `<device>/<component>/reply` and `<device>/response/<word>`. `base` ends with a slash.
bool may_answer_on(const std::string& topic, std::string_view base) {
  if (!valid_topic(topic) || topic.starts_with('$')) return false;
  if (!topic.starts_with(base)) return true;
  const auto levels = split(std::string_view(topic).substr(base.size()));
  if (levels.size() != 3 || levels[1] == "request") return false;
  return levels[2] == "reply" || (levels[1] == "response" && is_answer_word(levels[2]));
}

}  // namespace

Bridge::Bridge(std::string root, Registry& registry, Publish publish)
    : root_(std::move(root)), registry_(registry), publish_(std::move(publish)) {}

void Bridge::retained(std::string_view tail, std::string payload,
                      std::optional<std::chrono::system_clock::time_point> time) {
  PublishRequest request;
  request.time = time;
  request.topic = topic(tail);
  request.payload = std::move(payload);
  request.retain = true;
  request.conflate = true;
  publish_(std::move(request));
}

void Bridge::publish_json_of(std::set<std::string, std::less<>> components) {
  const std::lock_guard lock(mutex_);
  for (const std::string& before : json_components_) {
    if (!components.contains(before)) retained(before + "/json", "");
  }
  json_components_ = std::move(components);
}

void Bridge::info(const Value& info) {
  const std::lock_guard lock(mutex_);
  if (connected_) retained("info", dump_json(info));
}

void Bridge::forget(const std::vector<EventPtr>& events) {
  const std::lock_guard lock(mutex_);
  for (const EventPtr& event : events) {
    const std::string_view between = event->kind == EventKind::register_value ? "/config/" : "/";
    retained(fmt::format("{}{}{}", event->component, between, event->name), "");
  }
}

void Bridge::forget_device() {
  for (const char* tail : {"status", "info", "health"}) retained(tail, "");
}

void Bridge::apply(const EventPtr& event) {
  const std::lock_guard lock(mutex_);
  const bool waits = event->kind == EventKind::moment || event->kind == EventKind::device;
  if (!connected_ && !waits) return;
  publish_event(*event);
  if (connected_ && event->kind == EventKind::value && json_components_.contains(event->component))
    publish_json(event->component);
}

void Bridge::publish_event(const Event& event) {
  switch (event.kind) {
    case EventKind::value:
      return retained(event.component + '/' + event.name, channel_text(event.value, *event.channel), event.time);
    case EventKind::availability:
      return retained(event.component + "/availability", event.value.as_bool() ? "online" : "offline", event.time);
    case EventKind::status: return retained(event.component + "/status", dump_json(event.value), event.time);
    case EventKind::register_value:  // nothing is an empty payload: the broker forgets what it kept
      return retained(event.component + "/config/" + event.name, event.value.is_null() ? "" : event.value.as_text());
    case EventKind::moment: {
      PublishRequest request;
      request.topic = topic(event.component + '/' + event.name);
      request.time = event.time;
      request.payload = channel_text(event.value, *event.channel);
      return publish_(std::move(request));
    }
    case EventKind::device: {
      PublishRequest request;
      request.topic = topic("event/" + event.name);
      request.time = event.time;
      Value::Map body = event.value.as_map();
      body.emplace("time", iso_time(event.time));
      request.payload = dump_json(Value(std::move(body)));
      return publish_(std::move(request));
    }
  }
}

void Bridge::publish_json(std::string_view component) {
  Value::Map body;
  std::chrono::system_clock::time_point newest;
  for (const EventPtr& event : registry_.snapshot(component)) {
    if (event->kind != EventKind::value) continue;
    body.emplace(event->name, event->value);
    newest = std::max(newest, event->time);
  }
  if (body.empty()) return;
  body.emplace("time", iso_time(newest));
  retained(std::string(component) + "/json", dump_json(Value(std::move(body))));
}

void Bridge::connected(const Value& info) {
  {
    const std::lock_guard lock(mutex_);
    connected_ = true;
    if (!info.is_null()) {
      retained("status", "online");
      retained("info", dump_json(info));
    }
  }
  for (const std::string& component : registry_.components()) {
    const std::lock_guard lock(mutex_);
    if (!connected_) return;
    for (const EventPtr& event : registry_.snapshot(component)) publish_event(*event);
    if (json_components_.contains(component)) publish_json(component);
  }
}

void Bridge::disconnected() {
  const std::lock_guard lock(mutex_);
  connected_ = false;
}

void Bridge::reply(const Reply& reply) {
  Value::Map body{{"ok", reply.ok}, {"command", reply.command}};
  const bool request = reply.request;
  if (request) {
    body = Value::Map{{"status", reply.ok ? "ok" : "error"}};
    if (reply.ok) body.emplace("data", reply.data);
  } else if (!reply.data.is_null()) {
    body.emplace("data", reply.data);
  }
  if (!reply.ok) {
    Value::Map error = reply.details;
    error["code"] = reply.code;
    error["message"] = reply.message;
    body.emplace("error", std::move(error));
  }
  if (!reply.address.transaction.empty()) body.emplace("transaction", reply.address.transaction);

  PublishRequest message;
  message.payload = dump_json(Value(std::move(body)));
  const std::string& response_topic = reply.address.response_topic;
  const bool own_topic =
      !response_topic.empty() && may_answer_on(response_topic, std::string_view(root_).substr(0, root_.rfind('/') + 1));
  if (own_topic) {
    PublishRequest answer = message;
    answer.topic = response_topic;
    answer.correlation_data = reply.address.correlation_data;
    publish_(std::move(answer));
    if (reply.ok) return;
  }
  if (request) {
    if (own_topic) return;
    message.topic = is_answer_word(reply.command) ? topic("response/" + reply.command) : topic("event/command_refused");
  } else {
    // What was addressed is anybody's text: only an id becomes a topic.
    message.topic = valid_id(reply.component) ? topic(reply.component + "/reply") : topic("event/command_refused");
  }
  if (own_topic && message.topic == response_topic) return;
  if (valid_topic(message.topic)) publish_(std::move(message));
}

void Bridge::health(const Value& health) {
  const std::lock_guard lock(mutex_);
  if (connected_) retained("health", dump_json(health));
}

void Bridge::log(const LogLine& line, std::chrono::system_clock::time_point time) {
  {
    const std::lock_guard lock(mutex_);
    if (!connected_) return;
  }
  Value::Map body{{"time", iso_time(time)}, {"message", line.message}};
  if (!line.component.empty()) body.emplace("component", line.component);
  PublishRequest request;
  request.topic = topic("log/" + std::string(to_string(line.level)));
  request.payload = dump_json(Value(std::move(body)));
  request.qos = 0;
  publish_(std::move(request));
}

void Bridge::offline() { retained("status", "offline"); }

}  // namespace m2ag::host
