// Checks a node of a descriptor against a parameter table and gives the complete settings. All mistakes are found in one run, each at
// its key or value. Functions without state: any thread.
#pragma once

#include <m2ag/parameter.h>

#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"

namespace m2ag::host {

/// A map with every key that has a value or a default: booleans, integers, numbers and texts as their type says, durations as integer
/// microseconds, sizes as integer bytes, lines as text or {chip, offset}. A node that is null counts as an empty map.
/// When problems were added the map lacks what was wrong. `owner` and `path` are where a missing key is complained of.
Value bind_settings(const Node& node, const std::vector<ParamSpec>& specs, const Mark& owner, const std::string& path,
                    Problems& problems);

struct BindOptions {
  bool unknown_keys = false;                    ///< pass over keys the table does not have, without a word
  std::vector<std::string>* secrets = nullptr;  ///< gets the path of each value that came from !secret
};
Value bind_settings(const Node& node, const std::vector<ParamSpec>& specs, const Mark& owner, const std::string& path,
                    Problems& problems, const BindOptions& options);

/// One value against one row, such as a register's new value. Null when it does not fit; the problems say why.
Value bind_value(const Node& node, const ParamSpec& spec, const std::string& path, Problems& problems);

/// The entries of a map, or of what counts as an empty one; a problem, and none, otherwise.
const std::vector<Entry>& entries_of(const Node& node, const std::string& path, std::string_view expected,
                                     Problems& problems);

/// Out of what was bound: null, and an empty text, when it is not there.
Value take(Value::Map& settings, std::string_view key);
std::string take_text(Value::Map& settings, std::string_view key);

/// A value that came as JSON, as a node without marks, so that it passes the same rules: `bind_settings(to_node(arguments), command.params, {}, "", problems)`.
Node to_node(const Value& value);

}  // namespace m2ag::host
