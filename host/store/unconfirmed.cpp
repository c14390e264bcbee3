#include "store/unconfirmed.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <system_error>
#include <utility>

#include "store/durable_file.h"

namespace m2ag::host {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using std::chrono::milliseconds;

constexpr const char* kName = "unconfirmed";

}  // namespace

std::optional<milliseconds> UnconfirmedChange::rest(const Moment& now) const {
  const bool same_boot = !now.boot.empty() && now.boot == begun.boot;
  if (!same_boot && !now.synchronised.value_or(true)) return std::nullopt;
  const milliseconds passed = same_boot ? now.since_boot - begun.since_boot : now.date - begun.date;
  if (passed < milliseconds(0) || passed >= patience) return std::nullopt;
  return patience - passed;
}

void keep_unconfirmed(const fs::path& revisions, const UnconfirmedChange& change) {
  drop_unconfirmed(revisions);
  std::vector<RevisionFile> files = change.before;
  files.insert(files.end(), change.after.begin(), change.after.end());
  make_text_folder(revisions, kName, files,
                   {{"number", change.number},
                    {"origin", change.origin},
                    {"boot", change.begun.boot},
                    {"since_boot", change.begun.since_boot.count()},
                    {"date", change.begun.date.count()},
                    {"patience", change.patience.count()},
                    {"before", change.before.size()}});
}

std::optional<UnconfirmedChange> find_unconfirmed(const fs::path& revisions) {
  auto kept = read_text_folder(revisions / kName);
  if (!kept) return std::nullopt;
  try {
    const Json& about = kept->about;
    UnconfirmedChange change;
    change.number = about.at("number").get<unsigned>();
    change.origin = about.at("origin").get<std::string>();
    change.begun = {about.at("boot").get<std::string>(), milliseconds(about.at("since_boot").get<std::int64_t>()),
                    milliseconds(about.at("date").get<std::int64_t>())};
    change.patience = milliseconds(about.at("patience").get<std::int64_t>());
    const auto count = std::min(about.at("before").get<std::size_t>(), kept->files.size());
    const auto middle = kept->files.begin() + static_cast<std::ptrdiff_t>(count);
    change.before.assign(std::move_iterator(kept->files.begin()), std::move_iterator(middle));
    change.after.assign(std::move_iterator(middle), std::move_iterator(kept->files.end()));
    return change;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

void drop_unconfirmed(const fs::path& revisions) {
  std::error_code error;
  if (fs::remove_all(revisions / kName, error) > 0) sync_folder(revisions);
}

}  // namespace m2ag::host
