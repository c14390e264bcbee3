// A change that is taken back unless it is confirmed in time, also when the connection to the broker is what it broke, and after a kill.
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "cli/reload.h"
#include "core/clock_state.h"
#include "system/vitals.h"

namespace m2ag::host {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSoon{10'000};

template <class TimePoint>
milliseconds since_epoch(TimePoint time) {
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch());
}

Moment moment() {
  return {boot_id(), since_epoch(std::chrono::steady_clock::now()), since_epoch(std::chrono::system_clock::now()),
          clock_synchronised()};
}

std::string late(const UnconfirmedChange& change) {
  return fmt::format("it was not confirmed within {} s", static_cast<double>(change.patience.count()) / 1000.0);
}

}  // namespace

void Reload::wait_for_confirmation(UnconfirmedChange change, const std::filesystem::path& revisions) {
  change.begun = moment();
  keep_unconfirmed(revisions, change);
  confirm_by_ = (since_epoch(host_->date()) + change.patience).count();
  unconfirmed_ = std::move(change);
  unconfirmed_place_ = revisions;
  take_back_after(unconfirmed_->patience);
  set_running();
}

void Reload::take_back_after(milliseconds rest) {
  // A name of its own: what an earlier one has left runs in vain.
  const unsigned number = unconfirmed_->number;
  loop_.settle(fmt::format("confirm {}", confirm_by_), rest, rest, [this, number] {
    const auto waits = [&] { return unconfirmed_ && unconfirmed_->number == number && !stopping_; };
    if (!waits()) return;
    guarded([this] { take_back(late(*unconfirmed_)); });
    if (waits()) take_back_after(kSoon);
  });
}

void Reload::take_back(const std::string& reason) {
  Problems ignored;
  look_for_edit(read_sources(config_, environment_, ignored));
  if (!unconfirmed_) return;
  const UnconfirmedChange change = *unconfirmed_;
  log_.warning("", "revision {} is taken back: {}", change.number, reason);
  bool written = true;
  const auto write = [&](const Descriptor&) {
    try {
      replace_files(change.before);
    } catch (const std::runtime_error& error) {
      // What runs counts. The next start finds that it waits, and tries again.
      log_.error("", "{}; the former descriptor runs all the same", error.what());
      written = false;
    }
    return Value::Map{};
  };
  const bool taken = take_draft(drafts_of(change.before, false), "rollback", write, {});
  if (!taken) log_.error("", "revision {} stays: what was before it is refused now", change.number);
  if (written) {
    end_waiting();
  } else {
    unconfirmed_.reset();
    set_running();
  }
  if (taken) tell_taken_back(change, reason);
}

void Reload::end_waiting() {
  if (!unconfirmed_) return;
  drop_unconfirmed(unconfirmed_place_);
  unconfirmed_.reset();
  set_running();
}

void Reload::look_for_edit(const Sources& sources) {
  if (!unconfirmed_) return;
  try {
    if (revision_files(sources) == unconfirmed_->after) return;
  } catch (const std::runtime_error&) {
    // It was made unreadable: not by us.
  }
  log_.info("", "revision {} is no longer waited for: the files were edited meanwhile, and what stands there counts",
            unconfirmed_->number);
  end_waiting();
}

void Reload::resume_waiting() {
  Problems ignored;
  const Sources sources = read_sources(config_, environment_, ignored);
  unconfirmed_place_ = Revisions(state_file_of(config_, sources, environment_)).folder();
  unconfirmed_ = find_unconfirmed(unconfirmed_place_);
  look_for_edit(sources);
  if (!unconfirmed_) return;
  const Moment now = moment();
  const auto rest = unconfirmed_->rest(now);
  if (!rest) return put_back(late(*unconfirmed_) + ", or when that was is not known");
  confirm_by_ = (now.date + *rest).count();
  log_.info("", "revision {} still waits for its confirmation", unconfirmed_->number);
  take_back_after(*rest);
}

void Reload::put_back(const std::string& reason) {
  const UnconfirmedChange change = *unconfirmed_;
  log_.warning("", "revision {} is taken back: {}", change.number, reason);
  try {
    replace_files(change.before);
  } catch (const std::runtime_error& error) {
    log_.error("", "{}; it is taken back without that, as soon as the device runs", error.what());
    return take_back_after(milliseconds(0));
  }
  end_waiting();
  tell_at_start_ = [this, change, reason] { tell_taken_back(change, reason); };
}

void Reload::tell_taken_back(const UnconfirmedChange& change, const std::string& reason) {
  const auto now = running().revision;
  host_->event("config_rolled_back", {{"from", change.number},
                                      {"origin", change.origin},
                                      {"revision", now ? Value(*now) : Value()},
                                      {"reason", reason}});
}

}  // namespace m2ag::host
