#include "device_topics.h"

#include <array>

#include "core/topic.h"

namespace logger {
namespace {

constexpr std::string_view kTypeLetters = "abcdefghijklmnopqrstuvwxyz0123456789_-";

/// At most five levels, the last one holding what is left: more than any topic that is kept has.
struct Levels {
  std::array<std::string_view, 5> level;
  std::size_t count = 0;
};

Levels split(std::string_view text) {
  Levels levels;
  while (levels.count < levels.level.size()) {
    const auto end = text.find('/');
    levels.level[levels.count++] = text.substr(0, end);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return levels;
}

}  // namespace

std::string DeviceTopic::series() const {
  std::string text;
  text.reserve(device.size() + component.size() + name.size() + 2);
  return text.append(device).append(1, '/').append(component).append(1, '/').append(name);
}

std::optional<DeviceTopic> DeviceTopics::read(std::string_view topic) const {
  if (!topic.starts_with(base_)) return std::nullopt;
  const auto [level, count] = split(topic.substr(base_.size()));
  if (count < 2 || count > 3 || !m2ag::host::valid_id(level[0])) return std::nullopt;
  if (count == 2) {
    if (level[1] != "status") return std::nullopt;
    return DeviceTopic{TopicKind::availability, level[0], {}, {}};
  }
  if (level[1] == "event") {
    if (level[2].empty() || level[2].find_first_not_of(kTypeLetters) != std::string_view::npos) return std::nullopt;
    return DeviceTopic{TopicKind::event, level[0], {}, level[2]};
  }
  if (!m2ag::host::valid_id(level[1])) return std::nullopt;
  if (level[2] == "status") return DeviceTopic{TopicKind::status, level[0], level[1], {}};
  if (level[2] == "availability") return DeviceTopic{TopicKind::availability, level[0], level[1], {}};
  // `set`, `reply`, `json` and `config` are no values; `state` and `event` are channels in spite of being reserved.
  if (level[2] == "json" || !(m2ag::host::valid_id(level[2]) || level[2] == "state" || level[2] == "event"))
    return std::nullopt;
  return DeviceTopic{TopicKind::value, level[0], level[1], level[2]};
}

}  // namespace logger
