#include "cli/reload.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <system_error>
#include <utility>

#include "cli/descriptor_check.h"
#include "cli/plugin_option.h"
#include "plugin/folders.h"
#include "tls/certificate.h"

namespace m2ag::host {
namespace {

// An editor writes in several steps, a copy takes a while.
constexpr std::chrono::milliseconds kQuiet{300};
constexpr std::chrono::milliseconds kMostDelay{1000};

/// Wrong certificates are told at once, in sentences; the host runs all the same, local work needs no broker.
void report_certificates(const Descriptor& descriptor, Log& log) {
  if (!descriptor.mqtt.tls) return;
  const TlsSection& tls = *descriptor.mqtt.tls;
  for (const FileProblem& problem : check_client_files(tls.ca, tls.cert, tls.key)) {
    log.write(problem.severity == Severity::error ? LogLevel::error : LogLevel::warning, "", problem.sentence);
  }
}

}  // namespace

Reload::Reload(MainLoop& loop, std::filesystem::path config, std::vector<std::filesystem::path> folders, Log& log,
               HostOptions options)
    : loop_(loop),
      config_(std::move(config)),
      folders_(std::move(folders)),
      environment_(Environment::of_process()),
      log_(log),
      options_(options) {}

Reload::~Reload() = default;

bool Reload::start() {
  catalog_ = scan_plugins(folders_, log_);
  // Plugins may take their time. Who stops the host meanwhile wants to hear of nothing else.
  if (!loop_.take_signals()) return true;
  guarded([&] { resume_waiting(); });
  if (!start_device()) return false;
  tried_ = sources_.files;
  std::string origin = tell_at_start_ ? "rollback" : "start";
  guarded([&] {
    texts_ = revision_files(sources_);
    record(origin);
  });
  if (tell_at_start_) tell_at_start_();
  watch();
  return true;
}

bool Reload::make_from_files() {
  Problems problems;
  sources_ = read_sources(config_, environment_, problems);
  const auto descriptor = bind_descriptor(sources_, config_, environment_, catalog_.get(), problems);
  std::fputs(problems.text().c_str(), stderr);
  if (!descriptor) return false;
  make_host(*descriptor, catalog_);
  return true;
}

bool Reload::start_device() {
  if (!unconfirmed_) return make_from_files();
  try {
    if (make_from_files()) return true;
  } catch (const std::exception& error) {
    log_.error("", "{}", error.what());
  }
  host_.reset();
  put_back("the device does not start with it");
  return make_from_files();
}

std::optional<unsigned> Reload::record(std::string& origin) {
  std::optional<unsigned> number;
  try {
    Revisions revisions(host_->descriptor()->state.file);
    if (revisions.take_rollback(texts_)) origin = "rollback";
    number = revisions.add(texts_, origin, std::chrono::system_clock::to_time_t(host_->date()));
  } catch (const std::exception& error) {
    log_.warning("", "the descriptor could not be kept as a revision: {}", error.what());
  }
  {
    const std::lock_guard lock(running_mutex_);
    running_.files = texts_;
    running_.revision = number;
  }
  set_running();
  return number;
}

void Reload::reload(const std::string& origin) {
  if (stopping_) return;
  options_.service.reloading();
  guarded([&] { take_file(origin, {}); });
  options_.service.ready();
}

void Reload::guarded(const std::function<void()>& task) {
  try {
    task();
  } catch (const std::exception& error) {
    log_.error("", "nothing is taken over: {}", error.what());
  }
}

void Reload::watch() {
  try {
    file_watch_.emplace();
    plugin_watch_.emplace();
  } catch (const std::system_error& error) {
    log_.warning("", "{}; ask for changes with SIGHUP or the request reload", error.what());
    return;
  }
  look_where_to_watch();
  loop_.watch(file_watch_->descriptor(), [this] {
    if (file_watch_->changed()) loop_.settle("files", kQuiet, kMostDelay, [this] { reload("file"); });
  });
  loop_.watch(plugin_watch_->descriptor(), [this] {
    if (!plugin_watch_->changed()) return;
    loop_.settle("plugins", kQuiet, kMostDelay, [this] { guarded([this] { plugins_changed(); }); });
  });
}

void Reload::look_where_to_watch() {
  if (!plugin_watch_) return;
  const auto folder = config_.parent_path();
  std::vector<std::filesystem::path> files = sources_.files;
  files.insert(files.end(), tried_.begin(), tried_.end());
  files.push_back(folder / "secrets.yaml");
  file_watch_->set(files, {folder / "components.d"}, ".yaml");
  plugin_watch_->set({}, plugin_folders(folders_), ".so");
}

bool Reload::stop() {
  stopping_ = true;
  refuse_waiting();
  return (!host_ || host_->stop()) && left_hosts_.empty();
}

void Reload::make_host(const Descriptor& descriptor, std::shared_ptr<const Catalog> catalog) {
  log_.set_least(descriptor.log.level);
  report_certificates(descriptor, log_);
  host_ = std::make_unique<DeviceHost>(descriptor, std::move(catalog), log_, options_);
  {
    const std::lock_guard lock(waiting_mutex_);
    refusing_ = false;
  }
  add_requests();
  set_running();
  host_->start();
}

std::shared_ptr<const Catalog> Reload::scan() {
  const auto before = catalog_;
  catalog_ = before->scan_again(plugin_folders(folders_), self_executable(), log_);
  for (const PluginChange& change : catalog_->changes_since(*before)) {
    Value::Map body{{"path", change.path.string()}};
    if (!change.name.empty()) body.insert({{"name", change.name}, {"version", change.version}});
    if (!change.reason.empty()) body.emplace("reason", change.reason);
    if (change.reason.empty())
      log_.info("", "{}: {} {} ({})", change.event, change.name, change.version, change.path.string());
    host_->event(change.event, std::move(body));
  }
  set_running();
  return catalog_;
}

void Reload::plugins_changed() {
  const auto before = catalog_;
  scan();
  look_where_to_watch();
  if (catalog_->changes_since(*before).empty()) return;
  // What was rejected may have waited for this plugin. Otherwise what runs is looked at once more, not what somebody edits just now.
  if (rejected_) take_file("file", {});
  if (host_ && host_->catalog() != catalog_) take(sources_, catalog_, "plugin", {});
}

void Reload::add_requests() {
  on_main_thread([this](const Value&, const RequestAnswer& answer) { take_file("request", answer); }, "reload");
  on_main_thread([this](const Value& arguments, const RequestAnswer& answer) { answer(restart_component(arguments)); },
                 "restart-component");
  add_config_changes();
}

Reload::Outcome Reload::restart_component(const Value& arguments) {
  const Value* id = arguments.find("component");
  if (id == nullptr || !id->is_text())
    return Refusal{"bad_arguments", "expected the id of a component: {\"component\": \"pump\"}"};
  try {
    const auto abandoned = host_->restart(id->as_text());
    return Value(Value::Map{{"component", *id}, {"abandoned", !abandoned.empty()}});
  } catch (const CommandError& error) {
    return Refusal{error.code(), error.what()};
  }
}

void Reload::on_main_thread(LongRequestHandler handler, const std::string& name) {
  host_->on_request(name, [this, handler = std::move(handler)](const Value& arguments, const RequestAnswer& answer) {
    hand_to_main_thread(handler, arguments, answer);
  });
}

void Reload::hand_to_main_thread(const LongRequestHandler& handler, const Value& arguments,
                                 const RequestAnswer& answer) {
  auto request = std::make_shared<const RequestAnswer>(answer);
  bool late = false;
  {
    const std::lock_guard lock(waiting_mutex_);
    late = refusing_;
    if (!late) waiting_.push_back(request);
  }
  if (late) return answer(Refusal{"unavailable", "the host stops; nothing was changed"});
  loop_.post([this, handler, arguments, request] {
    {
      const std::lock_guard lock(waiting_mutex_);
      if (std::erase(waiting_, request) == 0) return;  // refused already
    }
    try {
      handler(arguments, *request);
    } catch (const CommandError& error) {
      (*request)(Refusal{error.code(), error.what()});
    } catch (const std::exception& error) {
      (*request)(Refusal{"failed", error.what()});
    }
  });
}

void Reload::refuse_waiting() {
  std::vector<std::shared_ptr<const RequestAnswer>> waiting;
  {
    const std::lock_guard lock(waiting_mutex_);
    refusing_ = true;
    waiting.swap(waiting_);
  }
  for (const auto& request : waiting) (*request)(Refusal{"unavailable", "the host stops; nothing was changed"});
}

void Reload::take_file(const std::string& origin, const Answer& answer) {
  Problems problems;
  Sources sources = read_sources(config_, environment_, problems);
  tried_ = sources.files;
  look_where_to_watch();
  look_for_edit(sources);
  const auto catalog = scan();
  rejected_ = true;
  if (problems.has_errors()) {
    // The other half of the problems is told at the same time.
    bind_descriptor(sources, config_, environment_, catalog.get(), problems);
    return reject(problems, origin, answer);
  }
  texts_ = revision_files(sources);
  rejected_ = !take(std::move(sources), catalog, origin, answer);
}

bool Reload::take(Sources sources, std::shared_ptr<const Catalog> catalog, const std::string& origin,
                  const Answer& answer, const Commit& commit) {
  Problems problems;
  const auto next = bind_descriptor(sources, config_, environment_, catalog.get(), problems);
  const auto rejected = [&] {
    reject(problems, origin, answer);
    return false;
  };
  if (!next) return rejected();
  ApplyReport report{changes_between(*host_->descriptor(), *next), {}};
  if (report.changes.whole) {
    if (!host_->accepts(*next, *catalog, problems)) return rejected();
    if (commit) commit(*next, true);
    if (answer) answer(Value(report.to_value()));
    if (!replace_host(*next, catalog, report, origin)) return false;
    sources_ = std::move(sources);
    return true;
  }
  const auto done = host_->apply(*next, std::move(catalog), problems, [&](const Changes& changes) {
    if (commit) commit(*next, changes.mqtt);
  });
  if (!done) return rejected();
  sources_ = std::move(sources);
  if (done->changes.mqtt) report_certificates(*next, log_);
  applied(*done, origin, answer);
  return true;
}

bool Reload::replace_host(const Descriptor& next, const std::shared_ptr<const Catalog>& catalog, ApplyReport report,
                          const std::string& origin) {
  const auto before = host_->descriptor();
  const auto before_catalog = host_->catalog();
  log_.info("", "the device itself has changed: it is stopped and made anew");
  const bool other_topics = next.device.id != before->device.id || next.mqtt.base_topic != before->mqtt.base_topic;
  if (other_topics || !report.changes.removed.empty()) host_->forget_at_broker();
  refuse_waiting();
  if (!host_->stop()) left_hosts_.push_back(std::move(host_));
  host_.reset();
  try {
    make_host(next, catalog);
    applied(report, origin, {});
    return true;
  } catch (const std::exception& error) {
    log_.error("", "the changed device cannot be made: {}; the one before goes on", error.what());
    if (!make_again(*before, before_catalog)) return false;
    host_->event("config_rejected", {{"origin", origin}, {"problems", Value::List{Value(error.what())}}});
    return false;
  }
}

bool Reload::make_again(const Descriptor& before, const std::shared_ptr<const Catalog>& catalog) {
  try {
    make_host(before, catalog);
    return true;
  } catch (const std::exception& error) {
    log_.error("", "nor can the one before: {}; the host ends", error.what());
    host_.reset();
    lost_ = true;
    loop_.quit();
    return false;
  }
}

void Reload::applied(const ApplyReport& report, std::string origin, const Answer& answer) {
  told_.clear();
  Value::Map body = report.to_value();
  if (origin != "plugin") {
    if (const auto number = record(origin)) body.emplace("revision", *number);
  }
  if (answer) answer(Value(body));
  if (!report.changes.any()) {
    // Who asked wants to know that it was heard; a file that is only touched is no news.
    const bool asked = origin == "signal" || origin == "request";
    return log_.write(asked ? LogLevel::info : LogLevel::debug, "",
                      fmt::format("descriptor read again ({}): nothing is different", origin));
  }
  log_.info("", "descriptor taken over ({}): {}", origin, report.sentence());
  body.emplace("origin", origin);
  host_->event("config_applied", std::move(body));
}

void Reload::reject(const Problems& problems, const std::string& origin, const Answer& answer) {
  // A request and the file itself bring the same news twice.
  if (std::exchange(told_, problems.text()) == problems.text() && origin == "file") return;
  Value::List sentences;
  for (const Problem& problem : problems.sorted()) {
    if (problem.warning) continue;
    log_.error("", "{}", to_string(problem));
    sentences.emplace_back(to_string(problem));
  }
  const std::string text = fmt::format("the descriptor is not taken over ({}): {} problems; all runs on as before",
                                       origin, problems.errors());
  log_.error("", "{}", text);
  host_->event("config_rejected", {{"origin", origin}, {"problems", sentences}});
  if (answer) answer(Refusal{"rejected", problems.text() + text, {{"problems", problem_list(problems)}}});
}

}  // namespace m2ag::host
