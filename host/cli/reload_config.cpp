// The requests that write the descriptor: `config-apply`, `config-confirm` and `rollback`.
#include <fmt/format.h>
#include <m2ag/error.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "cli/config_proposal.h"
#include "cli/reload.h"
#include "component/arguments.h"
#include "system/vitals.h"

namespace m2ag::host {
namespace {

using std::chrono::milliseconds;

ParamSpec revision_argument(bool required) {
  ParamSpec spec;
  spec.name = "revision";
  spec.type = ParamType::integer;
  spec.description = "its number";
  spec.required = required;
  spec.minimum = 1;
  spec.maximum = 4e9;
  return spec;
}

/// 0 when it is not given.
unsigned revision_of(const Value& arguments, bool required) {
  const Value asked = checked_arguments(arguments, {revision_argument(required)});
  const Value* number = asked.find("revision");
  return number == nullptr ? 0 : static_cast<unsigned>(number->as_integer());
}

}  // namespace

void Reload::add_config_changes() {
  const ConfigAccess access{config_, environment_, [this] { return running(); }};
  add_config_requests(*host_, access);
  BackgroundRequest& check = host_->background(
      "config-apply", [access](const Value& asked) { return check_before_apply(access, asked); }, kConfigCheckDeadline);
  host_->on_request("config-apply", [this, &check](const Value& arguments, const RequestAnswer& answer) {
    if (applying_.exchange(true))
      return answer(Refusal{"busy", "another one is under way: ask again when it has ended"});
    const RequestAnswer once = [this, answer](std::variant<Value, Refusal> outcome) {
      applying_ = false;
      answer(std::move(outcome));
    };
    check.begin(arguments, [this, arguments, once](const Outcome& outcome) {
      if (std::holds_alternative<Refusal>(outcome)) return once(outcome);
      hand_to_main_thread([this](const Value& asked, const RequestAnswer& done) { apply_proposal(asked, done); },
                          arguments, once);
    });
  });
  on_main_thread([this](const Value& arguments, const RequestAnswer& answer) { answer(confirm(arguments)); },
                 "config-confirm");
  on_main_thread([this](const Value& arguments, const RequestAnswer& answer) { roll_back(arguments, answer); },
                 "rollback");
}

bool Reload::take_draft(const Drafts& drafts, const std::string& origin,
                        const std::function<Value::Map(const Descriptor& next)>& write, const Answer& answer) {
  Problems problems;
  Sources sources = read_sources(config_, environment_, drafts, problems);
  const auto catalog = scan();
  if (problems.has_errors()) {
    bind_descriptor(sources, config_, environment_, catalog.get(), problems);
    reject(problems, origin, answer);
    return false;
  }
  tried_ = sources.files;
  auto before = std::exchange(texts_, revision_files(sources, drafts));
  Value::Map said;
  bool answered = !answer;
  const Answer say = [&](const Outcome& outcome) {
    if (std::exchange(answered, true)) return;
    answer(std::holds_alternative<Refusal>(outcome) ? outcome : Outcome(Value(said)));
  };
  bool taken = false;
  try {
    taken = take(std::move(sources), catalog, origin, say, [&](const Descriptor& next, bool last) {
      said = write(next);
      if (last) say(Value(said));
    });
  } catch (const std::exception&) {
    texts_ = std::move(before);
    throw;
  }
  if (taken) {
    rejected_ = false;
    look_where_to_watch();
  } else {
    texts_ = std::move(before);
  }
  return taken;
}

void Reload::apply_proposal(const Value& arguments, const Answer& answer) {
  const ConfigProposal proposal = apply_arguments_of(arguments);
  if (unconfirmed_) return answer(Refusal{"busy", unconfirmed_sentence(unconfirmed_->number)});
  // Once more: between the check and this somebody may have edited the file.
  const ConfigView disk = view_of_disk(config_, environment_, *catalog_);
  const RevisionFile target = target_of(proposal, disk);
  if (const auto conflict = conflict_of(proposal, target)) return answer(*conflict);
  const RevisionFile next{target.path, unmasked_text(proposal, disk)};
  bool written = false;
  const auto write = [&](const Descriptor& descriptor) {
    const Revisions revisions(descriptor.state.file);
    const unsigned number = revisions.number_for(texts_);
    Value::Map said{{"revision", number}, {"etag", etag(next)}};
    try {
      require_replaceable(target.path);
      if (proposal.confirm) {
        wait_for_confirmation({number, proposal.origin, {}, *proposal.confirm, {target}, texts_}, revisions.folder());
        said["confirm_by"] = confirm_by_;
      }
      replace_files({next});
    } catch (const std::runtime_error& error) {
      end_waiting();
      throw std::runtime_error(fmt::format("{}; nothing was changed", error.what()));
    }
    written = true;
    return said;
  };
  if (take_draft(drafts_of({next}, false), proposal.origin, write, answer) || !written) return;
  // The device could not be made anew with it, and the one before goes on.
  end_waiting();
  replace_files({target});
}

void Reload::roll_back(const Value& arguments, const Answer& answer) {
  const unsigned wanted = revision_of(arguments, false);
  const auto now = files_now();
  Revisions revisions(host_->descriptor()->state.file);
  const auto target = choose_revision(revisions.all(), wanted, now);
  if (!target) {
    return answer(Refusal{"unknown_revision",
                          fmt::format("there is no {}; request/revisions lists them",
                                      wanted != 0 ? fmt::format("revision {}", wanted) : "earlier revision")});
  }
  bool written = false;
  const auto write = [&](const Descriptor& next) {
    if (unconfirmed_) log_.info("", "revision {} is no longer waited for: somebody goes back", unconfirmed_->number);
    end_waiting();
    write_back(revisions, *target, now, std::chrono::system_clock::to_time_t(host_->date()));
    written = true;
    return Value::Map{{"revision", Revisions(next.state.file).number_for(texts_)}, {"from", target->number}};
  };
  if (take_draft(drafts_of(target->files, true), "rollback", write, answer) || !written) return;
  replace_files(now);
}

std::vector<RevisionFile> Reload::files_now() const {
  Problems ignored;
  return revision_files(read_sources(config_, environment_, ignored));
}

RunningConfig Reload::running() const {
  const std::lock_guard lock(running_mutex_);
  return running_;
}

void Reload::set_running() {
  if (!host_) return;
  const std::lock_guard lock(running_mutex_);
  running_.descriptor = host_->descriptor();
  running_.catalog = catalog_;
  running_.unconfirmed = unconfirmed_ ? std::optional(unconfirmed_->number) : std::nullopt;
  running_.confirm_by = confirm_by_;
}

Reload::Outcome Reload::confirm(const Value& arguments) {
  const unsigned number = revision_of(arguments, true);
  if (!unconfirmed_)
    return Refusal{"refused", "nothing waits for a confirmation: it was confirmed or taken back already"};
  if (unconfirmed_->number != number) {
    return Refusal{"refused", fmt::format("revision: expected {}, which waits for its confirmation, found {}",
                                          unconfirmed_->number, number)};
  }
  log_.info("", "revision {} is confirmed", number);
  end_waiting();
  return Value(Value::Map{{"revision", number}});
}

}  // namespace m2ag::host
