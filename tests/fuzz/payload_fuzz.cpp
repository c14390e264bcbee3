// Payloads of set and run against every kind of channel: what is accepted keeps the channel's rules, what is refused has a sentence that
// can be sent, and what is sent out can be read in again.
#include <m2ag/channel.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "component/payload.h"
#include "core/channel_text.h"
#include "core/json.h"
#include "core/topic.h"
#include "require.h"

namespace {

using fuzz::require;
using namespace m2ag::host;
using m2ag::ChannelSpec;
using m2ag::ChannelType;
using m2ag::Value;

constexpr std::size_t kLongestSentence = 4096;

const std::array<ChannelSpec, 5>& channels() {
  static const std::array<ChannelSpec, 5> all = [] {
    std::array<ChannelSpec, 5> specs;
    specs[0].type = ChannelType::boolean;
    specs[1].type = ChannelType::number;
    specs[2].type = ChannelType::number;
    specs[2].minimum = -40;
    specs[2].maximum = 85;
    specs[2].precision = 2;
    specs[2].unit = "°C";
    specs[3].type = ChannelType::text;
    specs[4].type = ChannelType::text;
    specs[4].choices = {"eco", "comfort", "größer"};
    for (ChannelSpec& spec : specs) spec.name = "channel";
    return specs;
  }();
  return all;
}

void check_refusal(const Refusal& refusal) {
  require(!refusal.code.empty() &&
              refusal.code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string::npos,
          "a code is a word");
  require(!refusal.message.empty() && refusal.message.size() < kLongestSentence,
          "a refusal has a sentence, and a short one");
  require(valid_utf8(refusal.message), "a sentence is UTF-8");
}

void check_value_of(const Value& value, const ChannelSpec& channel) {
  switch (channel.type) {
    case ChannelType::boolean: require(value.is_bool(), "a boolean channel gets a boolean"); break;
    case ChannelType::number:
      require(value.is_number() && std::isfinite(value.as_number()), "a number channel gets a finite number");
      if (channel.minimum)
        require(value.as_number() >= *channel.minimum && value.as_number() <= *channel.maximum,
                "a number is in its range");
      break;
    default: require(value.is_text() && valid_utf8(value.as_text()), "a text channel gets UTF-8 text");
  }
  const std::string out = channel_text(value, channel);
  require(valid_utf8(out), "what is sent out is UTF-8");
  if (channel.type == ChannelType::text) return;  // a text may look like JSON, and is then read as such
  const auto again = decode_set(out, channel);
  require(std::holds_alternative<SetRequest>(again), "what is sent out can be set again");
}

void check_channel(std::string_view payload, const ChannelSpec& channel) {
  const auto decoded = decode_set(payload, channel);
  if (const auto* refusal = std::get_if<Refusal>(&decoded)) return check_refusal(*refusal);
  require(valid_utf8(payload), "only UTF-8 is accepted");
  const auto& request = std::get<SetRequest>(decoded);
  if (request.duration) require(request.duration->count() > 0, "a duration is longer than nothing");
  if (const auto* value = std::get_if<Value>(&request.value)) check_value_of(*value, channel);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view payload(reinterpret_cast<const char*>(data), size);
  for (const ChannelSpec& channel : channels()) check_channel(payload, channel);
  const auto whole = decode_component_set(payload);
  if (const auto* refusal = std::get_if<Refusal>(&whole)) {
    check_refusal(*refusal);
  } else {
    for (const auto& [name, value] : std::get<ComponentSetRequest>(whole).channels) {
      for (const ChannelSpec& channel : channels()) {
        const auto checked = check_value(value, channel);
        if (const auto* refused = std::get_if<Refusal>(&checked)) check_refusal(*refused);
      }
    }
  }
  const auto run = decode_run(payload);
  if (const auto* refusal = std::get_if<Refusal>(&run)) {
    check_refusal(*refusal);
  } else {
    require(std::get<RunRequest>(run).arguments.is_map(), "arguments are a map");
    require(valid_utf8(dump_json(std::get<RunRequest>(run).arguments)), "arguments can be written as JSON");
  }
  (void)transaction_of(payload);
  return 0;
}
