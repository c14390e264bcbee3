#include "cli/isolated_report.h"

#include <array>

#include "component/register_requests.h"
#include "core/json.h"

namespace m2ag::host {
namespace {

constexpr std::chrono::seconds kPatience{2};
constexpr std::size_t kMostBytes = 128 * 1024;

std::string text(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  return value != nullptr && value->is_text() ? value->as_text() : std::string();
}

bool flag(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  return value != nullptr && value->is_bool() && value->as_bool();
}

std::uint64_t count(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  return value != nullptr && value->is_integer() ? static_cast<std::uint64_t>(value->as_integer()) : 0;
}

InstanceState state_of(std::string_view word) {
  constexpr std::array kStates{InstanceState::stopped, InstanceState::starting,    InstanceState::running,
                               InstanceState::failed,  InstanceState::quarantined, InstanceState::stuck};
  for (const InstanceState state : kStates) {
    if (to_string(state) == word) return state;
  }
  return InstanceState::starting;
}

}  // namespace

void IsolatedReport::apply(const EventPtr& event) {
  const bool mine = event->kind == EventKind::status || event->kind == EventKind::availability ||
                    event->kind == EventKind::register_value;
  if (!mine) return;
  // Instance publishes with its lock held: only what takes no lock of its, or of the supervisor's, is asked here.
  const std::lock_guard lock(mutex_);
  if (event->kind == EventKind::availability) newest_.insert_or_assign("online", event->value);
  if (event->kind == EventKind::register_value) newest_.insert_or_assign("registers", registers_of(*instance_));
  if (event->kind == EventKind::status) {
    newest_.insert_or_assign("state", text(event->value, "state"));
    newest_.insert_or_assign("reason", text(event->value, "reason"));
  }
  send_locked();
}

void IsolatedReport::listens(bool listens) {
  std::unique_lock lock(mutex_);
  newest_.insert_or_assign("listens", listens);
  heard_ = false;
  send_locked();
  if (listens) has_heard_.wait_for(lock, kPatience, [this] { return heard_; });
}

void IsolatedReport::heard() {
  const std::lock_guard lock(mutex_);
  heard_ = true;
  has_heard_.notify_all();
}

bool IsolatedReport::answered(const HandedAnswer& answer) {
  Value::Map map{{"answered", static_cast<std::int64_t>(answer.number)}};
  if (answer.is_wanted) {
    map.emplace("ok", answer.ok);
    map.emplace("code", answer.code);
    map.emplace("message", answer.message);
    map.emplace("data", answer.data);
  }
  std::string message = dump_json(std::move(map));
  if (message.size() > kMostBytes) return false;
  const std::lock_guard lock(mutex_);
  answers_.push_back(std::move(message));
  send_answers_locked();
  return true;
}

void IsolatedReport::repeat() {
  const std::lock_guard lock(mutex_);
  send_locked();
  send_answers_locked();
}

void IsolatedReport::send_answers_locked() {
  while (!answers_.empty() && send_(answers_.front())) answers_.pop_front();
}

void IsolatedReport::send_locked() {
  if (instance_) {
    newest_.insert_or_assign("failures", instance_->failures());
    newest_.insert_or_assign("errors", instance_->errors());
  }
  std::string message = dump_json(newest_);
  if (message.size() > kMostBytes) {
    // One datagram holds no more; without a word the host would take this process for stuck.
    Value::Map less = newest_;
    less.erase("registers");
    message = dump_json(std::move(less));
  }
  send_(message);
}

std::optional<IsolatedWords> read_isolated_words(std::string_view message) {
  std::string error;
  const auto map = parse_json(message, error);
  if (!map || !map->is_map()) return std::nullopt;
  IsolatedWords words;
  if (map->find("answered") != nullptr) {
    HandedAnswer answer{count(*map, "answered"), map->find("ok") != nullptr, flag(*map, "ok"),
                        text(*map, "code"),      text(*map, "message"),      {}};
    if (const Value* data = map->find("data")) answer.data = *data;
    words.answer = std::move(answer);
    return words;
  }
  words.state = {state_of(text(*map, "state")), text(*map, "reason"),  flag(*map, "online"),
                 count(*map, "failures"),       count(*map, "errors"), Value()};
  if (const Value* registers = map->find("registers")) words.state.registers = *registers;
  words.listens = flag(*map, "listens");
  words.error = text(*map, "error");
  return words;
}

std::string isolated_error(std::string_view sentence) {
  return dump_json(Value::Map{{"error", std::string(sentence)}});
}

}  // namespace m2ag::host
