// The files of a descriptor, of the disk or of a revision, as they may be shown to others: without secrets. Immutable: any thread.
#pragma once

#include <m2ag/value.h>

#include <map>
#include <string>
#include <vector>

#include "config/environment.h"
#include "config/masking.h"
#include "config/types.h"
#include "store/texts.h"

namespace m2ag::host {

class ConfigView {
 public:
  /// `files` are all of them, the descriptor itself first; there must be one.
  ConfigView(std::vector<RevisionFile> files, const Environment& environment, const Types& types);

  const std::vector<RevisionFile>& files() const { return files_; }
  /// By its path, or the descriptor itself without one. Null when there is none.
  const RevisionFile* find(const std::string& path) const;
  /// The descriptor itself and the files of components.d: what is included may be shared with others.
  bool writable(const RevisionFile& file) const;
  /// Null when the text cannot be read, so that its secrets are not known.
  const MaskedText* masked(const RevisionFile& file) const;

  /// `file`, `text`, `etag`, and the same of the others as `files`. Where there is no text a `problem` says why.
  Value::Map to_value() const;

 private:
  Value::Map to_value(const RevisionFile& file) const;

  const std::vector<RevisionFile> files_;
  std::map<std::string, MaskedText> masked_;
  std::map<std::string, std::string> problems_;
};

/// What tells a text from another one: SHA-256 of its bytes.
std::string etag(const RevisionFile& file);

}  // namespace m2ag::host
