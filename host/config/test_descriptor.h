// For tests: a text read as a descriptor, with the types of test_types.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/descriptor.h"
#include "config/test_folder.h"
#include "config/test_types.h"

namespace m2ag::host {

struct Reading {
  std::optional<Descriptor> descriptor;
  std::string problems;
};

inline Reading read(std::string_view text, const Environment& environment = {}) {
  static const TestTypes types;
  static const TestFolder folder;
  folder.write("greenhouse.yaml", text);
  Problems problems;
  auto descriptor = read_descriptor(folder / "greenhouse.yaml", environment, &types, problems);
  return {std::move(descriptor), folder.without(problems.text())};
}

}  // namespace m2ag::host
