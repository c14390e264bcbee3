// Descriptors: whatever the text, there is a descriptor or at least one problem, every problem can be printed and points into the text, and a
// text that is shown without its values comes back with them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "config/descriptor.h"
#include "config/masking.h"
#include "config/test_types.h"
#include "core/topic.h"
#include "require.h"

namespace {

using fuzz::require;
using namespace m2ag::host;

void check_problem(const Problem& problem, std::ptrdiff_t lines) {
  require(!problem.message.empty(), "a problem has a sentence");
  require(problem.mark.line >= 0 && problem.mark.line <= lines + 1, "a problem's line is one of the text");
  require(problem.mark.line == 0 || problem.mark.column >= 1, "columns count from 1");
  const std::string text = to_string(problem);
  require(valid_utf8(text), "a problem is UTF-8");
  require(text.find('\n') == std::string::npos, "a problem is one line");
}

void collect(const Node& node, Places& places) {
  if (node.is_scalar()) places.emplace(node.mark.line, node.mark.column);
  for (const Node& item : node.items) collect(item, places);
  for (const Entry& entry : node.entries) collect(entry.value, places);
}

/// As if every value were a secret: what is shown comes back as what it was.
void check_masking(std::string_view text) {
  Problems problems;
  Places places;
  collect(read_document(text, "device.yaml", problems), places);
  if (problems.has_errors()) return;
  const std::string before(text);
  try {
    const MaskedText masked(before, "device.yaml", places);
    require(masked.unmask(masked.text(), "device.yaml") == before, "a masked text comes back byte for byte");
  } catch (const std::runtime_error&) {
    // It is not shown then.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TestTypes types;
  static const Environment environment{{{"HOME", "/home/anna"}, {"EMPTY", ""}}, "greenhouse"};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Problems problems;
  check_masking(text);
  const auto descriptor = read_descriptor_text(text, "/nowhere/device.yaml", environment, &types, problems);
  require(descriptor.has_value() == !problems.has_errors(), "a descriptor or an error, never both, never neither");
  // YAML also breaks lines at a lone carriage return.
  const auto lines = std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }) + 1;
  for (const Problem& problem : problems.sorted()) {
    if (problem.mark.file.ends_with("device.yaml")) check_problem(problem, lines);
  }
  if (!descriptor) return 0;
  require(valid_id(descriptor->device.id), "a device has an id");
  for (const ComponentSection& component : descriptor->components)
    require(valid_id(component.id), "a component has an id");
  return 0;
}
