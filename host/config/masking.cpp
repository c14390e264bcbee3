#include "config/masking.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "config/scalar_text.h"

namespace m2ag::host {
namespace {

void each_scalar(Node& node, const std::string& path, const std::function<void(Node&, const std::string&)>& visit) {
  if (node.is_scalar()) visit(node, path);
  for (std::size_t i = 0; i < node.items.size(); ++i) each_scalar(node.items[i], join_path(path, i), visit);
  for (Entry& entry : node.entries) each_scalar(entry.value, join_path(path, entry.key), visit);
}

/// But for where it stands. With a tag nobody knows whether it was quoted.
bool same(const Node& one, const Node& other) {
  const bool same_quotes = one.quoted == other.quoted || !one.tag.empty();
  return one.kind == other.kind && one.text == other.text && same_quotes && one.tag == other.tag &&
         std::ranges::equal(one.items, other.items, same) &&
         std::ranges::equal(one.entries, other.entries,
                            [](const Entry& a, const Entry& b) { return a.key == b.key && same(a.value, b.value); });
}

constexpr std::size_t kShortestRedacted = 3;

/// By its begin, so that a scalar with several aliases counts once; the last one first, so that no edit moves another.
using Edits = std::map<std::size_t, std::pair<std::size_t, std::string>, std::greater<>>;

std::string edited(std::string text, const Edits& edits) {
  for (const auto& [begin, edit] : edits) text.replace(begin, edit.first - begin, edit.second);
  return text;
}

bool names_a_file_or_secret(const Node& node) { return node.tag == "!secret" || node.tag == "!include"; }

Node read(const std::string& text, const std::string& name) {
  Problems problems;
  Node document = read_document(text, name, problems);
  if (document.is_invalid() || problems.has_errors()) throw std::runtime_error(to_string(problems.sorted().front()));
  return document;
}

bool reads_as(const std::string& text, const std::string& name, const Node& expected) {
  Problems ignored;
  const Node document = read_document(text, name, ignored);
  return !ignored.has_errors() && same(document, expected);
}

}  // namespace

MaskedText::MaskedText(std::string text, const std::string& name, const Places& places) {
  Node document = read(text, name);
  const ScalarText scalars(text);
  Edits edits;
  each_scalar(document, {}, [&](Node& node, const std::string& path) {
    const bool secret = places.contains({node.mark.line, node.mark.column}) && !names_a_file_or_secret(node);
    if (!secret || node.text.empty()) {
      if (node.text == kMask) literal_.insert(path);
      return;
    }
    const auto range = scalars.range(node);
    if (!range)
      throw std::runtime_error(fmt::format("{}: {}: the end of this value is not known", to_string(node.mark), path));
    edits[range->begin] = {range->end, quoted_scalar(kMask)};
    former_[path] = {node.text, node.quoted, text.substr(range->begin, range->end - range->begin)};
    node.text = kMask;
    node.quoted = true;
  });
  masked_ = edited(text, edits);
  if (!reads_as(masked_, name, document))
    throw std::runtime_error(name + ": its secrets cannot be taken out; write them as !secret NAME");
}

const MaskedText::Former* MaskedText::former(const Node& node, const std::string& path) const {
  if (node.text != kMask || names_a_file_or_secret(node)) return nullptr;
  const auto found = former_.find(path);
  return found == former_.end() ? nullptr : &found->second;
}

void MaskedText::amend(Node& document, Problems& problems) const {
  each_scalar(document, {}, [&](Node& node, const std::string& path) {
    if (const Former* value = former(node, path)) {
      node.text = value->text;
      node.quoted = value->quoted;
    } else if (node.text == kMask && !literal_.contains(path)) {
      problems.error(node.mark, path,
                     "expected a value, found \"***\", which stands for the secret that was here before, and there was "
                     "none: write the value, or !secret and a name");
    }
  });
}

std::string MaskedText::redact(std::string sentence) const {
  for (const auto& [path, value] : former_) {
    // What is as short stands in any sentence.
    if (value.text.size() < kShortestRedacted) continue;
    for (auto at = sentence.find(value.text); at != sentence.npos; at = sentence.find(value.text, at + kMask.size()))
      sentence.replace(at, value.text.size(), kMask);
  }
  return sentence;
}

std::optional<std::string> MaskedText::unmask(const std::string& changed, const std::string& name, const Node& document,
                                              bool as_written) const {
  const ScalarText scalars(changed);
  Edits edits;
  Node expected = document;
  each_scalar(expected, {}, [&](Node& node, const std::string& path) {
    const Former* value = former(node, path);
    if (value == nullptr) return;
    if (const auto range = scalars.range(node))
      edits[range->begin] = {range->end, as_written ? value->written : quoted_scalar(value->text)};
    node.text = value->text;
    node.quoted = as_written ? value->quoted : true;
  });
  std::string text = edited(changed, edits);
  if (!reads_as(text, name, expected)) return std::nullopt;
  return text;
}

std::string MaskedText::unmask(const std::string& changed, const std::string& name) const {
  const Node document = read(changed, name);
  // What is not touched stays byte for byte. But a text of several lines may stand in braces now.
  if (auto text = unmask(changed, name, document, true)) return *std::move(text);
  if (auto text = unmask(changed, name, document, false)) return *std::move(text);
  throw std::runtime_error(name + ": the secrets cannot be put back into this text; write them as !secret NAME");
}

}  // namespace m2ag::host
