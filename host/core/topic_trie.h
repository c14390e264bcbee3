// Finds the subscriptions whose filter matches a topic without trying each. Not thread-safe: its owner locks.
//
//   TopicTrie<int> trie;
//   auto handle = trie.insert("garage/+/temperature", 7);
//   trie.match("garage/air/temperature", [](int value) { … });
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/topic.h"

namespace m2ag::host {

template <class T>
class TopicTrie {
 public:
  /// Names one inserted value; never used twice, never 0.
  using Handle = std::uint64_t;

  TopicTrie() = default;
  TopicTrie(const TopicTrie&) = delete;  // nodes know their parents, so it does not move either
  TopicTrie& operator=(const TopicTrie&) = delete;

  /// The same filter may be inserted any number of times. Throws std::invalid_argument when the filter is not valid.
  Handle insert(std::string_view filter, T value) {
    if (!valid_filter(filter)) throw std::invalid_argument("not a valid topic filter: " + std::string(filter));
    Node* node = &root_;
    for (const std::string_view level : split(filter)) node = child(*node, level);
    const Handle handle = ++last_handle_;
    node->values.emplace(handle, std::move(value));
    places_.emplace(handle, node);
    return handle;
  }

  /// False when there is no such handle (any more).
  bool erase(Handle handle) {
    const auto place = places_.find(handle);
    if (place == places_.end()) return false;
    Node* node = place->second;
    places_.erase(place);
    node->values.erase(handle);
    while (node->parent != nullptr && node->values.empty() && node->children.empty()) {
      Node* parent = node->parent;
      parent->children.erase(parent->children.find(node->level));
      node = parent;
    }
    return true;
  }

  /// Calls `visit(const T&)` once for each value whose filter matches the valid `topic`, in no particular order.
  /// `visit` must not change the trie.
  template <class Visit>
  void match(std::string_view topic, Visit&& visit) const {
    const bool system = topic.starts_with('$');  // wildcards of the first level do not see these
    descend(root_, topic, !system, visit);
  }

  std::size_t size() const { return places_.size(); }

 private:
  struct Node {
    Node* parent = nullptr;
    std::string_view level;  ///< lies in the parent's key
    std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
    std::map<Handle, T> values;
  };

  static Node* child(Node& parent, std::string_view level) {
    const auto found = parent.children.find(level);
    if (found != parent.children.end()) return found->second.get();
    const auto made = parent.children.emplace(std::string(level), std::make_unique<Node>()).first;
    made->second->parent = &parent;
    made->second->level = made->first;
    return made->second.get();
  }

  static const Node* find(const Node& node, std::string_view level) {
    const auto found = node.children.find(level);
    return found == node.children.end() ? nullptr : found->second.get();
  }

  template <class Visit>
  static void give(const Node& node, Visit& visit) {
    for (const auto& [handle, value] : node.values) visit(value);
  }

  // The depth is that of the deepest filter, at most kMaxTopicLevels, whatever the topic is.
  template <class Visit>
  static void descend(const Node& node, std::string_view rest, bool wildcards, Visit& visit) {
    const std::size_t slash = rest.find('/');
    const std::string_view level = rest.substr(0, slash);
    const auto below = [&](const Node& next) {
      if (slash != std::string_view::npos) return descend(next, rest.substr(slash + 1), true, visit);
      give(next, visit);
      if (const Node* all = find(next, "#")) give(*all, visit);  // "a/#" matches "a" as well
    };
    if (wildcards) {
      if (const Node* all = find(node, "#")) give(*all, visit);
      if (const Node* any = find(node, "+")) below(*any);
    }
    if (const Node* exact = find(node, level)) below(*exact);
  }

  Node root_;
  std::unordered_map<Handle, Node*> places_;
  Handle last_handle_ = 0;
};

}  // namespace m2ag::host
