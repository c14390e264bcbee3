// Which of the topics of m2ag devices are values, statuses and events (docs/topics.md), and what they are kept as. Immutable: any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace logger {

/// What a topic of a device is to the logger.
enum class TopicKind {
  value,         ///< `<p>/<device>/<component>/<channel>`
  status,        ///< `<p>/<device>/<component>/status`, a JSON object
  availability,  ///< `<p>/<device>/status` and `<p>/<device>/<component>/availability`
  event,         ///< `<p>/<device>/event/<type>`, a JSON object
};

struct DeviceTopic {
  TopicKind kind = TopicKind::value;
  std::string_view device;     ///< as all of these a view into the topic
  std::string_view component;  ///< empty for what the device itself says
  std::string_view name;       ///< the channel, or the type of the event
  /// "device/component/channel", the series of a value.
  std::string series() const;
};

class DeviceTopics {
 public:
  /// `base`: the first levels, "m2ag" by default.
  explicit DeviceTopics(std::string base) : base_(std::move(base) + '/') {}

  /// Nothing for commands, answers, requests, registers, logs and what is no topic of ours.
  std::optional<DeviceTopic> read(std::string_view topic) const;

 private:
  std::string base_;
};

}  // namespace logger
