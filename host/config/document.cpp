#include "config/document.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "config/hint.h"
#include "config/syntax.h"
#include "config/text_lines.h"

namespace m2ag::host {
namespace {

/// Ends the reading of a document; thrown through the parser and caught in read_document.
struct Stopped {
  BytePlace place;
  std::string path;
  std::string sentence;
};

constexpr const char* kTooManyValues = "more than 100000 values, aliases and included files expanded";
constexpr const char* kTooDeep = "nested deeper than 64 levels";

/// Builds the tree from the parser's events. An alias stands in it as an `invalid` node with its anchor, until AliasExpansion.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const TextLines& lines, const std::string& name, Problems& problems, std::size_t& values_left)
      : lines_(lines), name_(name), problems_(problems), values_left_(values_left) {}

  Node take_root() { return std::move(root_); }
  bool has_aliases() const { return has_aliases_; }

  std::optional<OpenFlow> open_flow() const {
    // A pair in a list, [a: b], is a flow map without a brace.
    const auto open = std::find_if(frames_.rbegin(), frames_.rend(), [this](const Frame& frame) {
      return frame.flow && (character(frame.place) == '[' || character(frame.place) == '{');
    });
    if (open == frames_.rend()) return std::nullopt;
    return OpenFlow{open->place, character(open->place) == '['};
  }

  Mark mark(BytePlace place) const {
    return {name_, static_cast<int>(place.line) + 1,
            static_cast<int>(lines_.character_column(place.line, place.column)) + 1};
  }

  void OnDocumentStart(const YAML::Mark& where) override {
    if (++documents_ == 1) return;
    const SyntaxError second = explain_second_document(place(where), lines_);
    throw Stopped{second.place, {}, second.sentence};
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark&, const std::string&) override {}

  void OnNull(const YAML::Mark& where, YAML::anchor_t anchor) override {
    if (expects_key()) throw no_key(place(where));
    add(node(Node::Kind::null, null_place(place(where)), "", anchor));
  }

  void OnAlias(const YAML::Mark& where, YAML::anchor_t anchor) override {
    if (expects_key()) throw Stopped{place(where), path(), "an alias (*) cannot stand for a key"};
    has_aliases_ = true;
    add(node(Node::Kind::invalid, place(where), "", anchor));
  }

  void OnScalar(const YAML::Mark& where, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (tag != "?") {
      if (const auto open = find_open_quote(place(where), lines_)) throw Stopped{open->place, path(), open->sentence};
    }
    if (expects_key()) {
      begin_entry(place(where), tag, anchor, text);
      return;
    }
    Node scalar = node(Node::Kind::scalar, place(where), tag, anchor);
    scalar.text = text;
    scalar.quoted = tag == "!";
    add(std::move(scalar));
  }

  void OnSequenceStart(const YAML::Mark& where, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(Node::Kind::list, where, tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& where, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(Node::Kind::map, where, tag, anchor, style);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    BytePlace place;
    bool flow = false;
    bool has_key = false;    ///< the next event is the value of `key`
    bool duplicate = false;  ///< … which is thrown away
    std::string key;
    BytePlace key_place;
    std::unordered_map<std::string, int> key_lines;
  };

  static BytePlace place(const YAML::Mark& mark) {
    return {static_cast<std::size_t>(std::max(mark.line, 0)), static_cast<std::size_t>(std::max(mark.column, 0))};
  }

  char character(BytePlace place) const {
    const std::size_t offset = lines_.offset(place.line, place.column);
    return offset < lines_.text().size() ? lines_.text()[offset] : '\0';
  }

  /// Inside { } yaml-cpp takes a key that is too long for a value, and puts a key of nothing before it.
  Stopped no_key(BytePlace where) const {
    const std::string_view line = lines_.line(where.line);
    const std::size_t colon = line.find(':', where.column);
    const bool too_long = colon != line.npos && is_too_long_for_key(line.substr(where.column, colon - where.column));
    return {where, path(), too_long ? kKeyTooLong : "a key is missing before \":\""};
  }

  bool expects_key() const { return !frames_.empty() && frames_.back().node.is_map() && !frames_.back().has_key; }

  std::string path() const {
    std::string path;
    for (const Frame& frame : frames_) {
      if (frame.node.is_list()) path = join_path(path, frame.node.items.size());
      if (frame.has_key) path = join_path(path, frame.key);
    }
    return path;
  }

  Node node(Node::Kind kind, BytePlace where, const std::string& tag, YAML::anchor_t anchor) {
    if (values_left_ == 0) throw Stopped{where, {}, kTooManyValues};
    --values_left_;
    Node node;
    node.kind = kind;
    node.mark = mark(where);
    if (tag != "?" && tag != "!") node.tag = tag;
    node.anchor = anchor;
    return node;
  }

  /// yaml-cpp puts a missing value where the next token is, and a key without `:` gets a null at the key itself.
  BytePlace null_place(BytePlace where) const {
    if (frames_.empty()) return where;
    const Frame& frame = frames_.back();
    if (frame.node.is_map()) {
      if (where.line == frame.key_place.line && where.column == frame.key_place.column) {
        if (const auto open = open_flow())
          throw Stopped{open->place, {}, fmt::format("this \"{}\" is never closed", open->list ? "[" : "{")};
        throw Stopped{where, {}, fmt::format("no \": \" after {}", quote(frame.key))};
      }
      return where.line == frame.key_place.line ? where : frame.key_place;
    }
    const std::string_view before = lines_.text().substr(0, lines_.offset(where.line, where.column));
    const std::size_t last = before.find_last_not_of(" \t\r\n");
    if (last == before.npos || before[last] != '-') return where;
    const std::size_t line = lines_.line_of(last);
    return {line, last - lines_.start_of(line)};
  }

  void begin_entry(BytePlace where, const std::string& tag, YAML::anchor_t anchor, const std::string& text) {
    if (tag != "?" && tag != "!")
      throw Stopped{where, path(), fmt::format("a tag ({}) cannot stand before a key", printable(tag))};
    if (anchor != 0) throw Stopped{where, path(), "an anchor (&) cannot stand before a key; put it before the value"};
    Frame& frame = frames_.back();
    frame.has_key = true;
    frame.key = text;
    frame.key_place = where;
    const auto [known, inserted] = frame.key_lines.emplace(text, static_cast<int>(where.line) + 1);
    frame.duplicate = !inserted;
    if (frame.duplicate)
      problems_.error(mark(where), path(), fmt::format("duplicate key, the first is on line {}", known->second));
  }

  void open(Node::Kind kind, const YAML::Mark& where, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style) {
    if (expects_key())
      throw Stopped{place(where), path(),
                    "a key must be one word or text, not a list or map; is a bracket not closed?"};
    if (frames_.size() >= kMostDepth) throw Stopped{place(where), {}, kTooDeep};
    Frame frame;
    frame.node = node(kind, place(where), tag, anchor);
    frame.place = place(where);
    frame.flow = style == YAML::EmitterStyle::Flow;
    frames_.push_back(std::move(frame));
  }

  void close() {
    Node done = std::move(frames_.back().node);
    frames_.pop_back();
    add(std::move(done));
  }

  void add(Node value) {
    if (frames_.empty()) {
      root_ = std::move(value);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.is_list()) {
      frame.node.items.push_back(std::move(value));
      return;
    }
    if (!frame.duplicate) frame.node.entries.push_back({frame.key, mark(frame.key_place), std::move(value)});
    frame.has_key = false;
  }

  const TextLines& lines_;
  const std::string& name_;
  Problems& problems_;
  std::size_t& values_left_;
  std::vector<Frame> frames_;
  Node root_;
  int documents_ = 0;
  bool has_aliases_ = false;
};

/// Puts a copy of its anchor's value in place of each alias, in the order of the file: what an alias may name is then expanded already,
/// or contains the alias.
class AliasExpansion {
 public:
  AliasExpansion(Problems& problems, std::size_t& values_left) : problems_(problems), values_left_(values_left) {}

  /// False when the bound was reached: the tree is of no use.
  bool expand(Node& node, std::size_t depth) {
    if (node.is_invalid()) return replace(node, depth);
    if (node.anchor != 0) {
      anchors_[node.anchor] = &node;
      open_.push_back(&node);
    }
    for (Node& item : node.items) {
      if (!expand(item, depth + 1)) return false;
    }
    for (Entry& entry : node.entries) {
      if (!expand(entry.value, depth + 1)) return false;
    }
    if (node.anchor != 0) open_.pop_back();
    return true;
  }

 private:
  struct Extent {
    std::size_t values = 1;
    std::size_t height = 0;
  };

  bool replace(Node& alias, std::size_t depth) {
    const auto target = anchors_.find(alias.anchor);
    if (target == anchors_.end()) return true;  // the anchor stands under a duplicate key, which has its problem
    if (std::find(open_.begin(), open_.end(), target->second) != open_.end()) {
      problems_.error(alias.mark, {}, "this alias stands inside the value it names");
      return true;
    }
    const Extent extent = measure(*target->second);
    if (extent.values > values_left_) {
      problems_.error(alias.mark, {}, kTooManyValues);
      return false;
    }
    if (depth + extent.height > kMostDepth) {
      problems_.error(alias.mark, {}, kTooDeep);
      return false;
    }
    values_left_ -= extent.values;
    Node copy = *target->second;
    alias = std::move(copy);
    return true;
  }

  static Extent measure(const Node& node) {
    Extent extent;
    const auto add = [&extent](const Node& child) {
      const Extent inner = measure(child);
      extent.values += inner.values;
      extent.height = std::max(extent.height, inner.height + 1);
    };
    for (const Node& item : node.items) add(item);
    for (const Entry& entry : node.entries) add(entry.value);
    return extent;
  }

  Problems& problems_;
  std::size_t& values_left_;
  std::map<std::size_t, const Node*> anchors_;
  std::vector<const Node*> open_;
};

Node invalid_node(const std::string& name) {
  Node node;
  node.kind = Node::Kind::invalid;
  node.mark = {name, 1, 1};
  return node;
}

/// What yaml-cpp would pass over or choke on without a word.
bool check_text(std::string_view text, const TextLines& lines, const TreeBuilder& builder, Problems& problems,
                const std::string& name) {
  if (text.size() > kMostBytes) {
    problems.error({name, 0, 0}, {}, "the file is larger than 1 MiB");
    return false;
  }
  if (const auto bad = find_bad_byte(text)) {
    const std::size_t line = lines.line_of(bad->offset);
    const Mark mark = builder.mark({line, bad->offset - lines.start_of(line)});
    problems.error(mark, {},
                   bad->control ? fmt::format("a control character (0x{:02x})", bad->byte)
                                : fmt::format("not UTF-8 (byte 0x{:02x}); save the file as UTF-8", bad->byte));
    return false;
  }
  for (std::size_t i = 0; i < lines.count(); ++i) {
    const std::string_view line = lines.line(i);
    if (line.starts_with('%')) {
      if (line.starts_with("%YAML ")) continue;
      problems.error(builder.mark({i, 0}), {}, "a line cannot begin with \"%\"; put the text in quotes");
      return false;
    }
    if (line.find_first_not_of(" \t") != line.npos && !line.starts_with('#')) break;
  }
  return true;
}

}  // namespace

const Entry* Node::find(std::string_view key) const {
  const auto entry = std::find_if(entries.begin(), entries.end(), [key](const Entry& each) { return each.key == key; });
  return entry == entries.end() ? nullptr : &*entry;
}

Entry* Node::find(std::string_view key) { return const_cast<Entry*>(std::as_const(*this).find(key)); }

std::string join_path(const std::string& path, std::string_view key) {
  const bool plain = key.size() <= 63 && !key.empty() &&
                     std::none_of(key.begin(), key.end(), [](char c) { return (c >= 0 && c <= 0x20) || c == 0x7F; });
  return fmt::format("{}{}{}", path, path.empty() ? "" : ".", plain ? std::string(key) : quote(key));
}

std::string join_path(const std::string& path, std::size_t index) { return fmt::format("{}[{}]", path, index); }

Node read_document(std::string_view text, const std::string& name, Problems& problems, std::size_t& values_left) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark
  problems.meet(name);
  const TextLines lines(text);
  TreeBuilder builder(lines, name, problems, values_left);
  if (!check_text(text, lines, builder, problems, name)) return invalid_node(name);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stopped& stopped) {
    problems.error(builder.mark(stopped.place), stopped.path, stopped.sentence);
    return invalid_node(name);
  } catch (const YAML::Exception& error) {
    const BytePlace place{static_cast<std::size_t>(std::max(error.mark.line, 0)),
                          static_cast<std::size_t>(std::max(error.mark.column, 0))};
    const SyntaxError syntax = explain(error.msg, place, lines, builder.open_flow());
    problems.error(builder.mark(syntax.place), {}, syntax.sentence);
    return invalid_node(name);
  }
  Node root = builder.take_root();
  if (root.mark.line == 0) root.mark = {name, 1, 1};
  if (builder.has_aliases() && !AliasExpansion(problems, values_left).expand(root, 0)) return invalid_node(name);
  return root;
}

Node read_document(std::string_view text, const std::string& name, Problems& problems) {
  std::size_t values_left = kMostValues;
  return read_document(text, name, problems, values_left);
}

}  // namespace m2ag::host
