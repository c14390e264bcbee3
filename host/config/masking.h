// A descriptor's file as it may be shown: `"***"` in the place of each secret that is written in it, and the way back, when the text comes
// again with changes. Immutable after construction; any thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "config/document.h"
#include "config/secret_places.h"

namespace m2ag::host {

/// What stands in the text is the YAML for it, in quotes: without them a `*` begins an alias.
inline constexpr std::string_view kMask = "***";

class MaskedText {
 public:
  /// `places` are the file's, `name` stands in its marks. Throws std::runtime_error, with the place, when the text cannot be read as YAML:
  /// what is secret in it is not known then.
  MaskedText(std::string text, const std::string& name, const Places& places);

  /// What may be shown.
  const std::string& text() const { return masked_; }

  /// Puts the former value in the place of each `***` of a changed document, by its path; one without is a problem.
  void amend(Node& document, Problems& problems) const;
  /// A sentence that may quote a former value, as one of a plugin's constructor may: with the mask in its place.
  std::string redact(std::string sentence) const;
  /// The same as `amend` for the text; what has no former value stays as it is. Throws std::runtime_error when that is not possible.
  std::string unmask(const std::string& changed, const std::string& name) const;

 private:
  struct Former {
    std::string text;
    bool quoted = false;
    std::string written;
  };
  /// Null when nothing was masked at that path.
  const Former* former(const Node& node, const std::string& path) const;
  /// Nothing when the text would not mean the same.
  std::optional<std::string> unmask(const std::string& changed, const std::string& name, const Node& document,
                                    bool as_written) const;

  std::string masked_;
  std::map<std::string, Former> former_;
  std::set<std::string> literal_;  ///< paths of what reads `***` and is no mask
};

}  // namespace m2ag::host
