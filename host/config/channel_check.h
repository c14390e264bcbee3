// What is wrong with `channels.<name>` of a component beyond its table of parameters. Pure function, any thread.
#pragma once

#include <m2ag/plugin.h>

#include <chrono>
#include <string>

#include "config/document.h"
#include "signal/channel_settings.h"

namespace m2ag::host {

/// `component` is the entry of the component; what does not fit its row has been told and is passed over. `interval` is a sensor's, else 0.
void check_channel(const Entry& component, const ComponentSpec& spec, const std::string& name,
                   const ChannelSettings& settings, std::chrono::microseconds interval, Problems& problems);

}  // namespace m2ag::host
