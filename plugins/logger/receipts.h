// Which messages were stored that the broker may send once more, because it has not heard of it: after a lost connection, or a death between
// the write and the acknowledgement. A message that comes again has its packet identifier and the flag DUP (MQTT 5 §4.4); its contents are
// compared too, since an identifier is used again. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "mqtt/reader/batch.h"

namespace logger {

class Receipts {
 public:
  /// `text`: what next() gave when the newest batch was written; what is no such text is as good as none.
  explicit Receipts(std::string_view text = {});

  bool has(const m2ag::host::reader::Message& message) const;
  /// It is stored with the batch that is made now.
  void add(const m2ag::host::reader::Message& message);
  /// What the next batch has to keep: the receipts of this batch and of the one before. Empty without any.
  std::string next();

 private:
  std::array<std::uint32_t, 65'536> sums_{};  ///< by packet identifier; 0: none
  std::string before_, now_;                  ///< six bytes each: identifier and sum
};

}  // namespace logger
