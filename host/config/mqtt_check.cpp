#include "config/mqtt_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "config/hint.h"
#include "core/broker_url.h"
#include "core/topic.h"

namespace m2ag::host {
namespace {

constexpr std::size_t kLongestBaseTopic = 255;
constexpr std::size_t kLongestClientId = 1024;

}  // namespace

std::string url_problem(std::string_view url) {
  try {
    parse_broker_url(url);
    return {};
  } catch (const std::invalid_argument& error) {
    return printable(error.what(), 300);
  }
}

std::string base_topic_problem(std::string_view topic) {
  const auto levels = split(topic);
  const bool fits = valid_topic(topic) && topic.size() <= kLongestBaseTopic && !topic.starts_with('$') &&
                    std::none_of(levels.begin(), levels.end(), [](std::string_view level) { return level.empty(); });
  if (fits) return {};
  return fmt::format(
      "{} is no topic to build on: no empty level, no \"+\" or \"#\", no \"$\" at the front, at most {} bytes",
      quote(topic), kLongestBaseTopic);
}

std::string client_id_problem(std::string_view id) {
  return id.size() <= kLongestClientId ? std::string() : fmt::format("is longer than {} bytes", kLongestClientId);
}

}  // namespace m2ag::host
