// An MQTT topic filter that also tells what its wildcards stood for. Immutable: any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logger {

class TopicPattern {
 public:
  /// `filter` as in MQTT 5 section 4.7: `+` is one level, `#` at the end any number of them. Throws m2ag::ConfigError.
  explicit TopicPattern(std::string filter);

  const std::string& filter() const { return filter_; }
  /// How many wildcards it has.
  std::size_t wildcards() const { return wildcards_; }
  /// What each wildcard stands for in `topic`, as views into it; nothing when the topic does not match. Topics that begin with `$` are not
  /// matched by a wildcard at the start (section 4.7.2).
  std::optional<std::vector<std::string_view>> match(std::string_view topic) const;

 private:
  std::string filter_;
  std::vector<std::string> levels_;
  std::size_t wildcards_ = 0;
};

/// `text` with {1}, {2} … as what the wildcards stand for.
class SeriesTemplate {
 public:
  /// Throws m2ag::ConfigError when it names a wildcard that the pattern has not, or is no series name otherwise.
  SeriesTemplate(std::string text, const TopicPattern& pattern);
  std::string fill(const std::vector<std::string_view>& wildcards) const;

 private:
  std::string text_;
};

}  // namespace logger
