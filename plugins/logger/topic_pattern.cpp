#include "topic_pattern.h"

#include <m2ag/error.h>

#include <algorithm>
#include <utility>

#include "core/topic.h"

namespace logger {
namespace {

std::vector<std::string_view> split(std::string_view topic) {
  std::vector<std::string_view> levels;
  for (std::size_t begin = 0;;) {
    const std::size_t end = topic.find('/', begin);
    levels.push_back(topic.substr(begin, end - begin));
    if (end == std::string_view::npos) return levels;
    begin = end + 1;
  }
}

/// The number in "{12}" at the start of `text`, 0 when there is none.
std::size_t placeholder(std::string_view text) {
  std::size_t number = 0;
  std::size_t at = 1;
  for (; at < text.size() && at < 4 && text[at] >= '0' && text[at] <= '9'; ++at)
    number = number * 10 + static_cast<std::size_t>(text[at] - '0');
  return at > 1 && at < text.size() && text[at] == '}' ? number : 0;
}

}  // namespace

TopicPattern::TopicPattern(std::string filter) : filter_(std::move(filter)) {
  if (filter_.empty() || filter_.size() > 1024) throw m2ag::ConfigError("expected a topic filter of 1 to 1024 bytes");
  if (!m2ag::host::valid_utf8(filter_) || filter_.find('\0') != std::string::npos)
    throw m2ag::ConfigError("expected a topic filter in UTF-8 without zero bytes");
  if (filter_.starts_with("$share/"))
    throw m2ag::ConfigError("\"" + filter_ +
                            "\": a shared subscription gets only a part of the messages, expected a plain filter");
  const auto levels = split(filter_);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::string_view level = levels[i];
    const bool wildcard = level == "+" || level == "#";
    if (level == "#" && i + 1 < levels.size())
      throw m2ag::ConfigError("\"" + filter_ + "\": # may only be the last level");
    if (!wildcard && level.find_first_of("+#") != std::string_view::npos)
      throw m2ag::ConfigError("\"" + filter_ + "\": + and # stand for whole levels");
    wildcards_ += wildcard ? 1 : 0;
    levels_.emplace_back(level);
  }
}

std::optional<std::vector<std::string_view>> TopicPattern::match(std::string_view topic) const {
  std::vector<std::string_view> found;
  if (topic.starts_with('$') && (levels_.front() == "+" || levels_.front() == "#")) return std::nullopt;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    if (levels_[i] == "#") {
      found.push_back(begin <= topic.size() ? topic.substr(begin) : std::string_view());
      return found;
    }
    if (begin > topic.size()) return std::nullopt;  // the topic has fewer levels
    const std::size_t end = std::min(topic.find('/', begin), topic.size());
    const std::string_view level = topic.substr(begin, end - begin);
    if (levels_[i] == "+") {
      found.push_back(level);
    } else if (levels_[i] != level) {
      return std::nullopt;
    }
    begin = end + 1;
  }
  if (begin <= topic.size()) return std::nullopt;  // the topic has more
  return found;
}

SeriesTemplate::SeriesTemplate(std::string text, const TopicPattern& pattern) : text_(std::move(text)) {
  if (text_.empty()) throw m2ag::ConfigError("expected the name of a series, such as zigbee/{1}");
  for (std::size_t at = text_.find('{'); at != std::string::npos; at = text_.find('{', at + 1)) {
    const std::size_t number = placeholder(std::string_view(text_).substr(at));
    if (number > 0 && number <= pattern.wildcards()) continue;
    if (pattern.wildcards() == 0)
      throw m2ag::ConfigError("\"" + text_ + "\": \"" + pattern.filter() + "\" has no wildcard that { could stand for");
    throw m2ag::ConfigError("\"" + text_ + "\": {1} to {" + std::to_string(pattern.wildcards()) +
                            "} stand for the wildcards of \"" + pattern.filter() + "\", which has " +
                            std::to_string(pattern.wildcards()));
  }
}

std::string SeriesTemplate::fill(const std::vector<std::string_view>& wildcards) const {
  std::string name;
  for (std::size_t at = 0; at < text_.size();) {
    const std::size_t number = text_[at] == '{' ? placeholder(std::string_view(text_).substr(at)) : 0;
    if (number == 0) {
      name += text_[at++];
      continue;
    }
    name += wildcards.at(number - 1);
    at = text_.find('}', at) + 1;
  }
  return name;
}

}  // namespace logger
