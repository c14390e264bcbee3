// Topics and filters. The input is a filter, a newline and a topic. Three ways to match must agree: matches(), the trie, and a slow one
// written from the text of MQTT 5 §4.7 alone.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/topic.h"
#include "core/topic_trie.h"
#include "require.h"

namespace {

using fuzz::require;
using Levels = std::vector<std::string_view>;

bool levels_match(const Levels& filter, std::size_t f, const Levels& topic, std::size_t t) {
  if (f == filter.size()) return t == topic.size();
  if (filter[f] == "#") return true;
  if (t == topic.size()) return false;
  return (filter[f] == "+" || filter[f] == topic[t]) && levels_match(filter, f + 1, topic, t + 1);
}

bool slow_match(std::string_view filter, std::string_view topic) {
  const Levels parts = m2ag::host::split(filter), levels = m2ag::host::split(topic);
  // §4.7.2: topics with $ are not for filters that begin with a wildcard.
  if (topic.starts_with('$') && (parts.front() == "#" || parts.front() == "+")) return false;
  return levels_match(parts, 0, levels, 0);
}

void check_split(std::string_view text) {
  std::string joined;
  for (const std::string_view level : m2ag::host::split(text)) {
    require(level.find('/') == std::string_view::npos, "a level has no slash");
    joined += joined.empty() && level.data() == text.data() ? std::string(level) : '/' + std::string(level);
  }
  require(joined == text, "the levels, joined, are the topic");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto newline = input.find('\n');
  const std::string_view filter = input.substr(0, newline);
  const std::string_view topic = newline == std::string_view::npos ? std::string_view() : input.substr(newline + 1);
  check_split(filter);
  const bool good_topic = m2ag::host::valid_topic(topic), good_filter = m2ag::host::valid_filter(filter);
  if (m2ag::host::valid_id(topic)) require(good_topic, "an id is a topic");
  if (good_topic) {
    require(m2ag::host::valid_utf8(topic), "a topic is UTF-8");
    require(m2ag::host::valid_filter(topic), "a topic is a filter of itself");
    require(m2ag::host::matches(topic, topic), "a topic matches itself");
  }
  if (!good_topic || !good_filter) return 0;
  const bool match = m2ag::host::matches(filter, topic);
  require(match == slow_match(filter, topic), "matches() says what MQTT 5 says");
  m2ag::host::TopicTrie<int> trie;
  const auto handle = trie.insert(filter, 1);
  trie.insert("a/+/b", 2);
  int found = 0;
  trie.match(topic, [&](int value) { found += value == 1; });
  require(found == (match ? 1 : 0), "the trie finds what matches() says, once");
  require(trie.erase(handle) && trie.size() == 1, "what was inserted can be taken out");
  trie.match(topic, [](int value) { require(value == 2, "what was taken out is not found"); });
  return 0;
}
