#include "cli/config_requests.h"

#include <fmt/format.h>
#include <m2ag/error.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "cli/apply_report.h"
#include "cli/config_proposal.h"
#include "cli/descriptor_check.h"
#include "component/arguments.h"
#include "config/schema.h"
#include "core/json.h"
#include "core/message.h"
#include "store/revisions.h"

namespace m2ag::host {
namespace {

constexpr std::chrono::seconds kDeadline{10};
// Several may look at a device at the same time.
constexpr std::size_t kMostWaiting = 16;

using Answer = std::variant<Value, Refusal>;

/// An answer that is too long for a broker would never arrive, without a word.
Answer bounded(Value value, const char* way_out) {
  const std::size_t size = dump_json(value).size();
  if (size <= kMaxConfigPayload) return value;
  return Refusal{"too_long", fmt::format("the answer has {} KiB, more than {}: {}", size / 1024,
                                         kMaxConfigPayload / 1024, way_out)};
}

Value number_or_null(const std::optional<unsigned>& number) { return number ? Value(*number) : Value(); }

Answer config(const ConfigAccess& access, const Value& arguments) {
  checked_arguments(arguments, {});
  const RunningConfig running = access.running();
  const ConfigView disk = view_of_disk(access.config, access.environment, *running.catalog);
  Value::Map value = disk.to_value();
  value["revision"] = number_or_null(running.revision);
  value["applied_etag"] = running.files.empty() ? Value() : Value(etag(running.files.front()));
  value["matches"] = running.files == disk.files();
  if (running.unconfirmed)
    value["unconfirmed"] = Value::Map{{"revision", *running.unconfirmed}, {"confirm_by", running.confirm_by}};
  return bounded(std::move(value), "read the files on the device");
}

/// All of the device's components when it is made anew as a whole.
std::vector<std::string> restarted(const Changes& changes, const Descriptor& before, const Descriptor& next) {
  if (!changes.whole) return changes.changed;
  std::vector<std::string> ids;
  for (const ComponentSection& each : next.components) {
    if (each.enabled && find_component(before, each.id) != nullptr) ids.push_back(each.id);
  }
  return ids;
}

Value plan_of(const Descriptor& before, const Descriptor& next) {
  const Changes changes = changes_between(before, next);
  Value::Map plan = ApplyReport{changes, {}}.to_value();
  plan.erase("abandoned");
  const auto ids = restarted(changes, before, next);
  plan["restart"] = Value::List(ids.begin(), ids.end());
  return plan;
}

Answer config_check(const ConfigAccess& access, const Value& arguments) {
  const ConfigProposal proposal = check_arguments_of(arguments);
  const RunningConfig running = access.running();
  const ConfigView disk = view_of_disk(access.config, access.environment, *running.catalog);
  Problems problems;
  const auto next = check_proposal(proposal, disk, access.config, access.environment, *running.catalog, problems);
  return bounded(Value::Map{{"valid", next.has_value()},
                            {"problems", problem_list(problems)},
                            {"changes", next ? plan_of(*running.descriptor, *next) : Value()}},
                 "use m2ag check on the device");
}

Value::Map about(const Revision& revision, const RunningConfig& running) {
  return {{"number", revision.number},
          {"time", revision.time * 1000},
          {"origin", revision.origin},
          {"current", revision.number == running.revision},
          {"etag", revision.files.empty() ? Value() : Value(etag(revision.files.front()))}};
}

Answer revisions(const ConfigAccess& access, const Value& arguments) {
  checked_arguments(arguments, {});
  const RunningConfig running = access.running();
  Value::List list;
  for (const Revision& revision : Revisions(running.descriptor->state.file).all())
    list.emplace_back(about(revision, running));
  std::ranges::reverse(list);
  return list;
}

Answer revision(const ConfigAccess& access, const Value& arguments) {
  ParamSpec number;
  number.name = "number";
  number.type = ParamType::integer;
  number.description = "of the revision";
  number.required = true;
  number.minimum = 1;
  number.maximum = 4e9;
  const auto asked = static_cast<unsigned>(checked_arguments(arguments, {number}).find("number")->as_integer());
  const RunningConfig running = access.running();
  const auto found = Revisions(running.descriptor->state.file).find(asked);
  if (!found || found->files.empty())
    return Refusal{"unknown_revision", fmt::format("there is no revision {}; request/revisions lists them", asked)};
  Value::Map value = ConfigView(found->files, access.environment, *running.catalog).to_value();
  value.merge(about(*found, running));
  return bounded(std::move(value), "read it on the device, beside its database");
}

template <class Spec>
Value::Map offered(const PluginDescription& plugin, const Spec& spec, std::string Spec::*name) {
  return {{"type", spec.*name},
          {"plugin", plugin.name},
          {"version", plugin.version},
          {"file", plugin.path.string()},
          {"description", spec.description}};
}

Answer plugins(const ConfigAccess& access, const Value& arguments) {
  checked_arguments(arguments, {});
  const auto catalog = access.running().catalog;
  Value::List types, chips, refused;
  for (const PluginDescription& plugin : catalog->plugins()) {
    for (const ComponentSpec& spec : plugin.components) types.emplace_back(offered(plugin, spec, &ComponentSpec::type));
    for (const SimulatedChipSpec& spec : plugin.chips)
      chips.emplace_back(offered(plugin, spec, &SimulatedChipSpec::chip));
  }
  for (const RefusedPlugin& plugin : catalog->refused())
    refused.emplace_back(Value::Map{{"file", plugin.path.string()}, {"reason", plugin.reason}});
  const auto& left_out = catalog->left_out();
  return bounded(Value::Map{{"types", std::move(types)},
                            {"chips", std::move(chips)},
                            {"refused", std::move(refused)},
                            {"left_out", Value::List(left_out.begin(), left_out.end())}},
                 "use m2ag plugins on the device");
}

Answer schema(const ConfigAccess& access, const Value& arguments) {
  const Value asked = checked_arguments(arguments, {text_argument("type", "only of components of this type", false)});
  const auto catalog = access.running().catalog;
  const Value* type = asked.find("type");
  // With all types it would be longer than an answer may be.
  if (type == nullptr) return bounded(from_json(descriptor_schema({}, {})), "use m2ag schema on the device");
  const ComponentSpec* spec = catalog->find_type(type->as_text());
  if (spec == nullptr) return Refusal{"unknown_type", catalog->unknown_type(type->as_text())};
  return bounded(from_json(component_schema(*spec)), "use m2ag schema on the device");
}

}  // namespace

void add_config_requests(DeviceHost& host, const ConfigAccess& access) {
  const auto shared = std::make_shared<const ConfigAccess>(access);
  const auto add = [&](const char* name, Answer (*work)(const ConfigAccess&, const Value&), Clock::duration deadline) {
    BackgroundRequest& request = host.background(
        name, [shared, work](const Value& asked) { return work(*shared, asked); }, deadline, kMostWaiting);
    host.on_request(name,
                    [&request](const Value& asked, RequestAnswer answer) { request.begin(asked, std::move(answer)); });
  };
  add("config", config, kDeadline);
  add("config-check", config_check, kConfigCheckDeadline);
  add("revisions", revisions, kDeadline);
  add("revision", revision, kDeadline);
  add("plugins", plugins, kDeadline);
  add("schema", schema, kDeadline);
}

std::string unconfirmed_sentence(unsigned number) {
  return fmt::format(
      "revision {} waits for its confirmation: send request/config-confirm, or wait until it is taken back", number);
}

std::variant<Value, Refusal> check_before_apply(const ConfigAccess& access, const Value& arguments) {
  const ConfigProposal proposal = apply_arguments_of(arguments);
  const RunningConfig running = access.running();
  if (running.unconfirmed) return Refusal{"busy", unconfirmed_sentence(*running.unconfirmed)};
  const ConfigView disk = view_of_disk(access.config, access.environment, *running.catalog);
  if (auto conflict = conflict_of(proposal, target_of(proposal, disk))) return *std::move(conflict);
  Problems problems;
  if (!check_proposal(proposal, disk, access.config, access.environment, *running.catalog, problems))
    return rejection(problems);
  return Value();
}

}  // namespace m2ag::host
