// Words for what components of one device ask of one another (Context::set and the calls beside it): the name of a channel and an answer.
// Plain data, no threads.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "param_traits.h"

namespace m2ag {

/// "air/temperature" of a descriptor: a channel of a component of this device. "pump" alone is the component's main channel.
struct ChannelName {
  std::string component{}, channel{};

  /// "air/temperature", also a filter for Context::subscribe.
  std::string text() const { return channel.empty() ? component : component + '/' + channel; }
  friend bool operator==(const ChannelName&, const ChannelName&) = default;
};

/// What became of a set or a command.
struct Answer {
  std::string code{};      ///< empty: done. Else a word for programs: "locked", "unknown_component", "busy", …
  std::string sentence{};  ///< why not, for people
  Value data{};            ///< what the command returned
  bool ok() const { return code.empty(); }
};
using AnswerHandler = std::function<void(const Answer&)>;

template <>
struct ParamTraits<ChannelName> {
  static void describe(ParamSpec& spec) { spec.type = ParamType::text; }
  static ChannelName from(const Value& value) {
    const std::string& text = value.as_text();
    const auto slash = text.find('/');
    ChannelName name{text.substr(0, slash), slash == text.npos ? "" : text.substr(slash + 1)};
    const bool whole = !name.component.empty() && (slash == text.npos || !name.channel.empty());
    if (!whole || text.find_first_of("+#") != text.npos || name.channel.find('/') != text.npos) {
      throw ConfigError("expected \"component/channel\", or \"component\" for its main channel, found \"" + text +
                        "\"");
    }
    return name;
  }
  static Value to(const ChannelName& name) { return name.component.empty() ? Value() : Value(name.text()); }
};

}  // namespace m2ag
