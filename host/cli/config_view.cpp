#include "cli/config_view.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "cli/revision_files.h"
#include "tls/digest.h"

namespace m2ag::host {

ConfigView::ConfigView(std::vector<RevisionFile> files, const Environment& environment, const Types& types)
    : files_(std::move(files)) {
  Problems ignored;
  const Sources sources = read_sources(files_.front().path, environment, drafts_of(files_, true), ignored);
  const auto places = secret_places(sources, types);
  for (const RevisionFile& file : files_) {
    // Where nobody includes it any more, nobody knows what is secret in it.
    const bool read = std::ranges::find(sources.files, std::filesystem::path(file.path)) != sources.files.end();
    const auto own = places.find(file.path);
    try {
      if (!read) throw std::runtime_error(file.path + ": is no part of the descriptor");
      masked_.try_emplace(file.path, file.text, file.path, own == places.end() ? Places{} : own->second);
    } catch (const std::runtime_error& error) {
      problems_.emplace(file.path, std::string(error.what()) +
                                       ": its text is not shown, since what is secret in it is not known; write it "
                                       "anew, or go back to an earlier revision");
    }
  }
}

const RevisionFile* ConfigView::find(const std::string& path) const {
  if (path.empty()) return &files_.front();
  const auto found = std::ranges::find(files_, path, &RevisionFile::path);
  return found == files_.end() ? nullptr : &*found;
}

bool ConfigView::writable(const RevisionFile& file) const {
  const std::filesystem::path folder = std::filesystem::path(files_.front().path).parent_path();
  return file.path == files_.front().path || std::filesystem::path(file.path).parent_path() == folder / "components.d";
}

const MaskedText* ConfigView::masked(const RevisionFile& file) const {
  const auto found = masked_.find(file.path);
  return found == masked_.end() ? nullptr : &found->second;
}

Value::Map ConfigView::to_value(const RevisionFile& file) const {
  Value::Map value{{"file", file.path}, {"etag", etag(file)}, {"text", Value()}};
  if (const MaskedText* masked = this->masked(file)) {
    value["text"] = masked->text();
  } else {
    value["problem"] = problems_.at(file.path);
  }
  return value;
}

Value::Map ConfigView::to_value() const {
  Value::Map value = to_value(files_.front());
  Value::List others;
  for (auto file = files_.begin() + 1; file != files_.end(); ++file) {
    Value::Map other = to_value(*file);
    other["writable"] = writable(*file);
    others.emplace_back(std::move(other));
  }
  value["files"] = std::move(others);
  return value;
}

std::string etag(const RevisionFile& file) { return sha256(file.text); }

}  // namespace m2ag::host
