// Keeps what came from `!secret` out of all that is said of a component: reasons, log lines, answers. A plugin, or the hardware it asks
// for, quotes its settings as it likes; a value is known here by its text. Used const by any thread.
#pragma once

#include <m2ag/value.h>

#include <string>
#include <string_view>
#include <vector>

namespace m2ag::host {

class Redaction {
 public:
  Redaction() = default;  ///< hides nothing
  /// `secrets`: paths in `settings` of the component `id`, as `components.api.token`.
  Redaction(std::string_view id, const Value& settings, const std::vector<std::string>& secrets);

  /// `text` with "(secret)" in the place of each secret, also of one that was cut. Shorter ones than kShortest are left: they would be
  /// found in every other word.
  std::string operator()(std::string_view text) const;

  static constexpr std::size_t kShortest = 4;

 private:
  std::vector<std::string> hidden_;
};

}  // namespace m2ag::host
