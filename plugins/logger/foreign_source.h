// Topics of other makers as series: a topic pattern, and which JSON pointers of the payload are values. Immutable: any thread.
#pragma once

#include <m2ag/m2ag.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "topic_pattern.h"

namespace logger {

/// One value of a message, with the name of its series.
struct Reading {
  std::string series;
  m2ag::Value value;
};

/// An entry of `sources` in the descriptor.
struct ForeignSettings {
  std::string topic;
  std::string series;
  std::map<std::string, std::string> values;

  static void describe(m2ag::ParamTable<ForeignSettings>& table);
};

class ForeignSource {
 public:
  /// Throws m2ag::ConfigError for what is no topic filter, series name or JSON pointer (RFC 6901).
  explicit ForeignSource(const ForeignSettings& settings);

  const std::string& filter() const { return pattern_.filter(); }
  bool matches(std::string_view topic) const { return pattern_.match(topic).has_value(); }
  /// The readings of this message: none when the topic is not one of the source's, or nothing that it looks for is there. With `values` the
  /// payload is JSON and each value there is a reading of the series SERIES/NAME; without, the whole payload is one of SERIES.
  /// `problem`: a sentence when the topic is one of ours and the payload is not what it should be.
  std::vector<Reading> read(std::string_view topic, std::string_view payload, std::string& problem) const;

 private:
  TopicPattern pattern_;
  SeriesTemplate series_;
  std::map<std::string, std::string> pointers_;  ///< by name
};

}  // namespace logger
