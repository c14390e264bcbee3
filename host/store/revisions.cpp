#include "store/revisions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "store/durable_file.h"

namespace m2ag::host {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Revisions::Revisions(const fs::path& state) : folder_(std::filesystem::path(state).replace_extension(".revisions")) {}

fs::path Revisions::place_of(unsigned number) const { return folder_ / fmt::format("{:04}", number); }

std::vector<unsigned> Revisions::numbers() const {
  std::vector<unsigned> numbers;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder_, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    unsigned number = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (problem == std::errc() && end == name.data() + name.size()) numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

std::vector<Revision> Revisions::all() const {
  std::vector<Revision> revisions;
  for (const unsigned number : numbers()) {
    if (auto revision = find(number)) revisions.push_back(std::move(*revision));
  }
  return revisions;
}

std::optional<Revision> Revisions::newest() const {
  auto revisions = all();
  if (revisions.empty()) return std::nullopt;
  return std::move(revisions.back());
}

std::optional<Revision> Revisions::find(unsigned number) const {
  auto kept = read_text_folder(place_of(number));
  if (!kept) return std::nullopt;
  try {
    return Revision{number, kept->about.at("time").get<std::int64_t>(), kept->about.at("origin").get<std::string>(),
                    std::move(kept->files)};
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

unsigned Revisions::number_for(const std::vector<RevisionFile>& files) const {
  const auto before = newest();
  if (before && before->files == files) return before->number;
  const auto known = numbers();
  return known.empty() ? 1 : known.back() + 1;
}

unsigned Revisions::add(const std::vector<RevisionFile>& files, const std::string& origin, std::int64_t time) {
  const auto known = numbers();
  const unsigned number = number_for(files);
  if (std::ranges::binary_search(known, number)) return number;
  make_text_folder(folder_, place_of(number).filename(), files, {{"time", time}, {"origin", origin}});
  std::error_code error;
  for (std::size_t i = 0; i + kMost < known.size() + 1; ++i) fs::remove_all(place_of(known[i]), error);
  return number;
}

void Revisions::mark_rollback(unsigned number) const {
  write_durably(folder_ / "rollback", std::to_string(number), kPrivate);
}

bool Revisions::take_rollback(const std::vector<RevisionFile>& files) const {
  const auto text = read_whole(folder_ / "rollback");
  if (!text) return false;
  unsigned number = 0;
  std::from_chars(text->data(), text->data() + text->size(), number);
  const auto marked = find(number);
  if (!marked || marked->files != files) return false;  // its files are perhaps yet to be written
  std::error_code error;
  fs::remove(folder_ / "rollback", error);
  return true;
}

}  // namespace m2ag::host
