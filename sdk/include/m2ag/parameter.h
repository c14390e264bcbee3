// What a parameter is: one table row gives validation, `m2ag describe`, the JSON Schema, the UI's form and the reference page.
// Plain data, no threads. The rows are made by ParamTable (param_table.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "value.h"

namespace m2ag {

enum class ParamType {
  boolean,
  integer,
  number,
  text,
  duration,   ///< `250ms 10s 5m 1h`; as Value: integer, microseconds
  size,       ///< `64KiB`; as Value: integer, bytes
  gpio_line,  ///< a line's name, or a map {chip: label, offset: integer}
  list,       ///< `fields` has one row, the element's
  map,        ///< keys are ids; `fields` has one row, the element's
  group,      ///< a map with known keys: `fields`
};

struct ParamSpec {
  std::string name{};
  ParamType type = ParamType::text;
  std::string description{};
  std::string unit{};                          ///< of a number, as shown to people: "°C"
  std::optional<double> minimum{}, maximum{};  ///< inclusive; of a duration in microseconds, of a size in bytes
  std::vector<Value> choices{};                ///< when not empty, the only values allowed
  bool hexadecimal = false;                    ///< written 0x76 in messages and examples
  bool required = false;                       ///< has no default; must be given
  bool secret = false;                         ///< never printed, never published
  bool runtime = false;                        ///< a register: may be set while running
  Value default_value{};                       ///< null: none
  Value example{};                             ///< null: none
  std::vector<ParamSpec> fields{};
};

}  // namespace m2ag
