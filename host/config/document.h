// One YAML file as a tree that remembers where each key and value stands. Bounded against hostile input: size, depth, values after
// alias expansion. Knows YAML only: what !include, !secret, ${…}, << and the keys mean is decided elsewhere (sources.h, bind.h).
// Functions without state: any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.h"

namespace m2ag::host {

struct Entry;

struct Node {
  enum class Kind {
    null,
    scalar,
    list,
    map,
    invalid,  ///< something stands here that a Problem speaks of already: pass over it in silence
  };

  Kind kind = Kind::null;
  std::string text;            ///< of a scalar, as written (quotes and escapes resolved)
  bool quoted = false;         ///< quoted or a block scalar: text, whatever it looks like
  bool secret = false;         ///< from !secret: must never be printed
  std::string tag;             ///< "!include", "!secret", "tag:yaml.org,2002:int"; empty when none was written
  Mark mark;                   ///< of the value
  std::vector<Node> items;     ///< of a list
  std::vector<Entry> entries;  ///< of a map, in the order of the file, each key once
  std::size_t anchor = 0;      ///< used while reading only

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_list() const { return kind == Kind::list; }
  bool is_map() const { return kind == Kind::map; }
  bool is_invalid() const { return kind == Kind::invalid; }

  /// The entry of a map, or nullptr.
  const Entry* find(std::string_view key) const;
  Entry* find(std::string_view key);
};

struct Entry {
  std::string key;
  Mark key_mark;
  Node value;
};

inline constexpr std::size_t kMostBytes = 1024 * 1024;
inline constexpr std::size_t kMostDepth = 64;
inline constexpr std::size_t kMostValues = 100'000;

/// Reads one document. `name` stands in the marks. What is wrong goes to `problems`; when nothing could be read the node is `invalid`.
/// `values_left` is what remains of `kMostValues` and is lowered by what was read, so that several files can share one bound.
Node read_document(std::string_view text, const std::string& name, Problems& problems, std::size_t& values_left);
Node read_document(std::string_view text, const std::string& name, Problems& problems);

/// `components.pump` and `line` → `components.pump.line`.
std::string join_path(const std::string& path, std::string_view key);
/// `filters` and 2 → `filters[2]`.
std::string join_path(const std::string& path, std::size_t index);

}  // namespace m2ag::host
