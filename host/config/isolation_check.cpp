#include "config/isolation_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "config/hint.h"

namespace m2ag::host {
namespace {

using Found = std::function<void(const Node&, const std::string& path)>;

/// The texts among a component's settings that a plugin may read as names.
void each_text(const Node& node, const ParamSpec& spec, const std::string& path, const Found& found) {
  switch (spec.type) {
    case ParamType::text:
      if (node.is_scalar() && !node.secret && !spec.secret && spec.choices.empty()) found(node, path);
      break;
    case ParamType::list:
      for (std::size_t i = 0; i < node.items.size() && !spec.fields.empty(); ++i)
        each_text(node.items[i], spec.fields.front(), join_path(path, i), found);
      break;
    case ParamType::map:
      for (const Entry& entry : node.entries) {
        if (!spec.fields.empty()) each_text(entry.value, spec.fields.front(), join_path(path, entry.key), found);
      }
      break;
    case ParamType::group:
      for (const ParamSpec& field : spec.fields) {
        if (const Entry* entry = node.find(field.name))
          each_text(entry->value, field, join_path(path, field.name), found);
      }
      break;
    default: break;
  }
}

bool names(std::string_view text, const ComponentSection& section, const ComponentSpec& spec) {
  if (!text.starts_with(section.id)) return false;
  text.remove_prefix(section.id.size());
  return text.empty() || (text.front() == '/' && std::ranges::any_of(spec.channels, [&](const ChannelSpec& channel) {
                            return channel.name == text.substr(1);
                          }));
}

}  // namespace

void check_isolation(const Node& components, const std::vector<ComponentSection>& sections, const Types& types,
                     Problems& problems) {
  if (std::ranges::none_of(sections, &ComponentSection::isolated)) return;
  for (const ComponentSection& section : sections) {
    const ComponentSpec* spec = types.find_type(section.type);
    const Entry* entry = components.find(section.id);
    if (spec == nullptr || entry == nullptr || !section.enabled) continue;
    const auto check = [&](const Node& node, const std::string& path) {
      for (const ComponentSection& other : sections) {
        if (&other == &section || !other.enabled || (!section.isolated && !other.isolated)) continue;
        const ComponentSpec* of_other = types.find_type(other.type);
        if (of_other == nullptr || !names(node.text, other, *of_other)) continue;
        problems.error(node.mark, path,
                       fmt::format("{} names a component in another process, which is not reached from here: take "
                                   "\"isolation: process\" of {} away",
                                   quote(node.text), section.isolated ? section.id : other.id));
        return;
      }
    };
    ParamSpec own;
    own.type = ParamType::group;
    own.fields = spec->params;
    each_text(entry->value, own, join_path("components", section.id), check);
  }
}

}  // namespace m2ag::host
