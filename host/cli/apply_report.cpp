#include "cli/apply_report.h"

#include <fmt/format.h>

namespace m2ag::host {
namespace {

Value list(const std::vector<std::string>& words) { return Value::List(words.begin(), words.end()); }

}  // namespace

Value::Map ApplyReport::to_value() const {
  return {{"added", list(changes.added)},
          {"changed", list(changes.changed)},
          {"removed", list(changes.removed)},
          {"abandoned", list(abandoned)},
          {"mqtt", changes.mqtt},
          {"simulated", changes.simulated},
          {"device", changes.whole || changes.live}};
}

std::string ApplyReport::sentence() const {
  std::string text;
  const auto add = [&text](std::string part) { text += (text.empty() ? "" : "; ") + part; };
  const auto name = [&add](const char* what, const std::vector<std::string>& ids) {
    if (!ids.empty()) add(fmt::format("{} {}", what, fmt::join(ids, ", ")));
  };
  name("added", changes.added);
  name("changed", changes.changed);
  name("removed", changes.removed);
  name("abandoned", abandoned);
  if (changes.mqtt) add("another connection to the broker");
  if (changes.simulated) add("other simulated hardware");
  if (changes.live || changes.whole) add("the device's own settings");
  return text.empty() ? "nothing is different" : text;
}

}  // namespace m2ag::host
