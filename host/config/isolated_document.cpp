#include "config/isolated_document.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace m2ag::host {
namespace {

using Json = nlohmann::json;

/// A scalar is {"text", "quoted", "secret"}, a list a list, a map {"map": [[key, value], …]}: the order of its keys counts.
Json to_json(const Node& node) {
  if (node.is_scalar()) return {{"text", node.text}, {"quoted", node.quoted}, {"secret", node.secret}};
  if (node.is_list()) {
    Json list = Json::array();
    for (const Node& item : node.items) list.push_back(to_json(item));
    return list;
  }
  if (!node.is_map()) return nullptr;
  Json entries = Json::array();
  for (const Entry& entry : node.entries) entries.push_back(Json::array({entry.key, to_json(entry.value)}));
  return {{"map", std::move(entries)}};
}

Node from_json(const Json& json) {
  Node node;
  if (json.is_array()) {
    node.kind = Node::Kind::list;
    for (const Json& item : json) node.items.push_back(from_json(item));
  } else if (json.contains("map")) {
    node.kind = Node::Kind::map;
    for (const Json& entry : json.at("map"))
      node.entries.push_back({entry.at(0).get<std::string>(), {}, from_json(entry.at(1))});
  } else if (!json.is_null()) {
    node.kind = Node::Kind::scalar;
    node.text = json.at("text").get<std::string>();
    node.quoted = json.at("quoted").get<bool>();
    node.secret = json.at("secret").get<bool>();
  }
  return node;
}

Node text(std::string text) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = std::move(text);
  node.quoted = true;
  return node;
}

Node map() {
  Node node;
  node.kind = Node::Kind::map;
  return node;
}

void set(Node& map, std::string_view key, Node value) {
  if (Entry* entry = map.find(key)) {
    entry->value = std::move(value);
  } else {
    map.entries.push_back({std::string(key), {}, std::move(value)});
  }
}

}  // namespace

std::filesystem::path isolated_state_file(const std::string& state_file, std::string_view id) {
  return std::filesystem::absolute(state_file + ".isolated") / fmt::format("{}.db", id);
}

std::string isolated_document(const Descriptor& descriptor, std::string_view id) {
  Node root = *descriptor.document;
  Node components = map(), state = map();
  if (const Entry* all = root.find("components")) {
    if (const Entry* one = all->value.find(id)) components.entries.push_back(*one);
  }
  if (components.entries.empty()) throw std::runtime_error(fmt::format("no component {} in the descriptor", id));
  std::erase_if(components.entries.front().value.entries, [](const Entry& each) { return each.key == "isolation"; });
  set(root, "components", std::move(components));
  set(state, "file", text(isolated_state_file(descriptor.state.file, id).string()));
  set(root, "state", std::move(state));
  // A broker ends the older of two clients of one id. No id of a device has a dot, so that none is met by chance.
  if (Entry* mqtt = root.find("mqtt"))
    set(mqtt->value, "client_id", text(fmt::format("{}.{}", descriptor.mqtt.client_id, id)));
  return to_json(root).dump();
}

Sources read_isolated_document(std::string_view text, const std::filesystem::path& file) {
  Sources sources;
  try {
    sources.root = from_json(Json::parse(text));
  } catch (const Json::exception& error) {
    throw std::runtime_error(fmt::format("the descriptor of an isolated component cannot be read: {}", error.what()));
  }
  sources.files = {file};
  return sources;
}

}  // namespace m2ag::host
