#include "core/topic_trie.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "catch.h"

using namespace m2ag::host;

namespace {

std::multiset<int> found(const TopicTrie<int>& trie, std::string_view topic) {
  std::multiset<int> values;
  trie.match(topic, [&](int value) { values.insert(value); });
  return values;
}

/// Few words and few levels, so that random filters and topics meet often.
std::string random_levels(std::mt19937& random, const std::vector<std::string>& words) {
  std::string text = words[random() % words.size()];
  for (auto more = random() % 4; more > 0; --more) text += "/" + words[random() % words.size()];
  return text;
}

}  // namespace

TEST_CASE("a trie finds each value whose filter matches, once") {
  TopicTrie<int> trie;
  trie.insert("garage/air/temperature", 1);
  trie.insert("garage/+/temperature", 2);
  trie.insert("garage/#", 3);
  trie.insert("#", 4);
  trie.insert("garage/+/temperature", 5);
  CHECK(found(trie, "garage/air/temperature") == std::multiset<int>{1, 2, 3, 4, 5});
  CHECK(found(trie, "garage/air/humidity") == std::multiset<int>{3, 4});
  CHECK(found(trie, "garage") == std::multiset<int>{3, 4});
  CHECK(found(trie, "$SYS/load").empty());
}

TEST_CASE("an erased value is not found again, the others are") {
  TopicTrie<int> trie;
  const auto first = trie.insert("a/+/c", 1);
  const auto second = trie.insert("a/+/c", 2);
  trie.insert("a/+", 3);
  CHECK(trie.erase(first));
  CHECK_FALSE(trie.erase(first));
  CHECK(found(trie, "a/b/c") == std::multiset<int>{2});
  CHECK(trie.erase(second));
  CHECK(found(trie, "a/b/c").empty());
  CHECK(found(trie, "a/b") == std::multiset<int>{3});
  CHECK(trie.size() == 1);
}

TEST_CASE("an invalid filter is refused and changes nothing") {
  TopicTrie<int> trie;
  CHECK_THROWS_WITH(trie.insert("a/#/b", 1), "not a valid topic filter: a/#/b");
  CHECK(trie.size() == 0);
  CHECK(found(trie, "a").empty());
}

TEST_CASE("a trie agrees with matches() on random filters and topics, while filters come and go") {
  std::mt19937 random(3);
  const std::vector<std::string> filter_words = {"a", "b", "", "$s", "+", "+", "#"};
  const std::vector<std::string> topic_words = {"a", "b", "", "$s"};
  TopicTrie<int> trie;
  struct Inserted {
    TopicTrie<int>::Handle handle;
    std::string filter;
    int value;
  };
  std::vector<Inserted> inserted;
  std::size_t hits = 0;
  for (int round = 0; round < 4000; ++round) {
    const std::string filter = random_levels(random, filter_words);
    if (valid_filter(filter)) inserted.push_back({trie.insert(filter, round), filter, round});
    if (inserted.size() > 60) {
      const auto victim = inserted.begin() + static_cast<std::ptrdiff_t>(random() % inserted.size());
      REQUIRE(trie.erase(victim->handle));
      inserted.erase(victim);
    }
    const std::string topic = random_levels(random, topic_words);
    if (topic.empty()) continue;
    std::multiset<int> expected;
    for (const Inserted& item : inserted) {
      if (matches(item.filter, topic)) expected.insert(item.value);
    }
    hits += expected.size();
    CAPTURE(topic);
    REQUIRE(found(trie, topic) == expected);
  }
  CHECK(hits > 1000);
  CHECK(trie.size() == inserted.size());
  for (const Inserted& item : inserted) REQUIRE(trie.erase(item.handle));
  CHECK(trie.size() == 0);
}

TEST_CASE("the deepest filter and a chain of wildcards are served") {
  TopicTrie<int> trie;
  std::string filter = "+";
  std::string topic = "a";
  for (std::size_t n = 1; n < kMaxTopicLevels; ++n) {
    filter += "/+";
    topic += "/a";
  }
  trie.insert(filter, 1);
  CHECK(found(trie, topic) == std::multiset<int>{1});
  CHECK(found(trie, topic + "/a").empty());
}
