#include "config/channel_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/bind.h"

namespace m2ag::host {
namespace {

/// The filters in their places; null for those that do not fit their row, which has been told.
std::vector<Value> sound_filters(const Node& list, const ChannelSpec& channel) {
  const std::vector<ParamSpec> params = channel_params(channel);
  const auto row = std::ranges::find(params, "filters", &ParamSpec::name);
  std::vector<Value> filters;
  for (const Node& item : list.items) {
    Problems told;
    Value filter = row == params.end() ? Value() : bind_value(item, row->fields.front(), {}, told);
    filters.push_back(told.has_errors() ? Value() : std::move(filter));
  }
  return filters;
}

/// Of a key such as "filters[2]" or "publish.heartbeat".
Mark place_of(const Node& channel, std::string_view key) {
  const Entry* entry = channel.find(key.substr(0, key.find_first_of(".[")));
  if (entry == nullptr) return channel.mark;
  const Node& value = entry->value;
  if (const auto dot = key.find('.'); dot != key.npos) {
    const Entry* inner = value.find(key.substr(dot + 1));
    return inner == nullptr ? value.mark : inner->value.mark;
  }
  for (std::size_t n = 0; n < value.items.size(); ++n) {
    if (key == join_path(entry->key, n)) return value.items[n].mark;
  }
  return value.mark;
}

}  // namespace

void check_channel(const Entry& component, const ComponentSpec& spec, const std::string& name,
                   const ChannelSettings& settings, std::chrono::microseconds interval, Problems& problems) {
  const auto channel = std::ranges::find(spec.channels, name, &ChannelSpec::name);
  const Entry* channels = component.value.find("channels");
  const Entry* own = channels == nullptr ? nullptr : channels->value.find(name);
  if (own == nullptr || channel == spec.channels.end()) return;
  ChannelSettings sound = settings;
  const Entry* filters = own->value.find("filters");
  sound.filters = filters == nullptr ? std::vector<Value>() : sound_filters(filters->value, *channel);
  for (const SettingsProblem& problem : settings_problems(sound, *channel, interval)) {
    problems.error(place_of(own->value, problem.key),
                   fmt::format("components.{}.channels.{}.{}", component.key, name, problem.key), problem.sentence);
  }
}

}  // namespace m2ag::host
