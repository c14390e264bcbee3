#include "config/channel_check.h"

#include <fmt/format.h>

#include <algorithm>

namespace m2ag::host {

void check_channel(const Entry& component, const ComponentSpec& spec, const std::string& name,
                   const ChannelSettings& settings, std::chrono::microseconds interval, Problems& problems) {
  const auto channel = std::find_if(spec.channels.begin(), spec.channels.end(),
                                    [&](const ChannelSpec& each) { return each.name == name; });
  const auto problem = settings_problem(settings, *channel, interval);
  if (!problem) return;
  const Entry* channels = component.value.find("channels");
  const Entry* own = channels == nullptr ? nullptr : channels->value.find(name);
  if (own == nullptr) return;
  const Entry* key = own->value.find(problem->key.substr(0, problem->key.find_first_of(".[")));
  problems.error(key == nullptr ? own->value.mark : key->value.mark,
                 fmt::format("components.{}.channels.{}.{}", component.key, name, problem->key), problem->sentence);
}

}  // namespace m2ag::host
