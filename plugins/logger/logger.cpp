// The hub's memory: keeps what devices publish, and what else its sources name, in an SQLite file. What the broker has delivered is
// acknowledged when it is durable, so that neither a crash of the logger nor a full disk loses any of it.
#include <m2ag/m2ag.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "core/clock.h"
#include "core/clock_state.h"
#include "inbox.h"
#include "mqtt/reader/reader.h"
#include "recorder.h"

namespace logger {
namespace {

namespace history = m2ag::host::history;
namespace reader = m2ag::host::reader;
using namespace std::chrono_literals;

constexpr std::size_t kMostWaiting = 3 * 1024 * 1024;  // bytes
constexpr std::size_t kMostInBatch = 20'000;           // messages
const std::string kAsked = "asked";                    // a note: the filters that the broker's session may have
const std::string kReceipts = "receipts";              // a note: of what was stored last
constexpr const char* kNotConnected = "not connected to the broker yet";
constexpr auto kFirstRetry = 1s;
constexpr auto kLastRetry = 30s;

/// The device's date, which does not fall behind a later one that it knew before a power cut.
class DeviceClock final : public m2ag::host::Clock {
 public:
  explicit DeviceClock(const m2ag::Context& context) : context_(context) {}
  time_point now() const override { return context_.now(); }
  system_time_point system_now() const override { return context_.wall_time(); }
  /// By how much the machine's date is behind it.
  duration behind() const { return std::max<duration>(system_now() - std::chrono::system_clock::now(), {}); }

 private:
  const m2ag::Context& context_;
};

class Logger final : public m2ag::Component, public m2ag::Service, public m2ag::Sensor {
 public:
  using Params = logger::Params;

  Logger(m2ag::Context& context, Params params)
      : Component(context), params_(std::move(params)), clock_(this->context()) {
    check(params_);
  }

  void start() override {
    broker_ = context().broker();
    if (!broker_) throw m2ag::ConfigError("the descriptor names no broker (mqtt.url): there is nothing to log");
    writer_ = std::make_unique<history::Writer>(writer_settings(params_, context().state_folder()), clock_, events());
    tell_opening(writer_->report());
    failing_.clear();
    connection_ = kNotConnected;
    tell_online();  // not online for a moment first: who sees that publishes
    note({}, 0);
  }

  void run(std::stop_token stop) override {
    Recorder recorder(
        params_, broker_->base_topic, [&](const history::Series& wanted) { return series(wanted, stop); },
        writer_->note(kReceipts));
    Inbox inbox(kMostWaiting);
    reader::Reader* reading = nullptr;
    reader::Reader mqtt(asked_before(reader_settings(params_, *broker_, context().component())),
                        handlers(inbox, reading));
    reading = &mqtt;
    connection_ = kNotConnected;
    is_asked_ = false;
    tell_online();
    mqtt.start();
    bool is_stored = true;
    while (is_stored && !stop.stop_requested()) {
      if (context().broker() != broker_) throw m2ag::DeviceError("the broker is another one now");
      is_stored = step(recorder, inbox, mqtt, stop);
    }
    // What has arrived meanwhile, unless something before it is not stored: an acknowledgement would be one of that too.
    if (is_stored) step(recorder, inbox, mqtt, stop);
    mqtt.stop();
  }

  void stop() noexcept override { writer_.reset(); }

  void sample() override {
    history::WriterStats stats;
    std::size_t waiting = 0;
    {
      const std::lock_guard lock(mutex_);
      stats = stats_;
      waiting = waiting_;
    }
    publish("samples", static_cast<double>(stats.samples));
    publish("messages", static_cast<double>(stats.messages));
    publish("events", static_cast<double>(stats.happenings));
    publish("refused", static_cast<double>(stats.refused));
    publish("passed-over", static_cast<double>(stats.passed_over));
    publish("waiting", static_cast<double>(waiting));
    publish("size", static_cast<double>(stats.file_bytes + stats.log_bytes) / 1e6);
    publish("written", static_cast<double>(stats.pages_written) * 4096 / 1e6);
    publish("disk-low", stats.is_disk_low);
  }

 private:
  struct Stopped {};

  history::WriterEvents events() {
    history::WriterEvents events;
    events.damaged = [this](const history::Damage& damage) {
      context().log(m2ag::LogLevel::error, damage.sentence());
      publish("problem", damage.sentence());
    };
    events.lost = [this](std::int64_t blobs) {
      const std::string sentence = std::to_string(blobs) + " damaged batches of samples could not be read and are lost";
      context().log(m2ag::LogLevel::error, sentence);
      publish("problem", sentence);
    };
    events.disk_low = [this](bool is_low, std::uint64_t free) {
      const std::string left = std::to_string(free / 1'000'000) + " MB are free";
      context().log(is_low ? m2ag::LogLevel::warning : m2ag::LogLevel::info,
                    is_low ? "the disk is nearly full (" + left + "): of samples only rollups are kept, and no messages"
                           : "samples are kept again (" + left + ")");
    };
    return events;
  }

  void tell_opening(const history::OpenReport& report) {
    if (report.is_new) context().log(m2ag::LogLevel::info, "a new history is begun: " + params_.file);
    if (report.was_interrupted && !report.damage)
      context().log(m2ag::LogLevel::info,
                    "the history was not closed the last time; it was looked through and is whole");
  }

  /// The broker keeps the session of a logger over its restart, with filters that the descriptor had then. Those are written down before they
  /// are asked for, and struck out when the broker has forgotten them.
  reader::Settings asked_before(reader::Settings settings) {
    wanted_.clear();
    for (const auto& each : settings.filters) wanted_ += each.filter + '\n';
    const std::string before = writer_->note(kAsked);
    had_session_ = !before.empty();
    std::istringstream lines(before);
    for (std::string filter; std::getline(lines, filter);) {
      const auto is_it = [&](const auto& each) { return each.filter == filter; };
      if (std::ranges::none_of(settings.filters, is_it)) settings.dropped.push_back(filter);
    }
    std::string all = wanted_;
    for (const std::string& each : settings.dropped) all += each + '\n';
    if (all != before) writer_->set_note(kAsked, all);
    return settings;
  }

  reader::Handlers handlers(Inbox& inbox, reader::Reader*& reading) {
    reader::Handlers handlers;
    handlers.on_batch = [&inbox, &reading](reader::Batch batch) {
      inbox.put(std::move(batch));
      if (!inbox.is_full()) return;
      reading->pause();
      if (!inbox.is_full()) reading->resume();  // was emptied in between
    };
    handlers.on_state = [this](const reader::State& state) {
      context().log(state.connected ? m2ag::LogLevel::info : m2ag::LogLevel::warning, state.sentence);
      if (state.connected && std::exchange(had_session_, true) && !state.session_present)
        context().log(m2ag::LogLevel::warning,
                      "the broker has forgotten this logger: what was published while it was away is not kept");
      {
        const std::lock_guard lock(mutex_);
        connection_ = state.connected ? std::string() : state.sentence;
        is_asked_ = is_asked_ || state.connected;
      }
      tell_online();
    };
    handlers.on_refused = [this](const std::string& filter, const std::string& reason) {
      context().log(m2ag::LogLevel::error, "the broker does not let us subscribe to " + filter + ": " + reason);
    };
    return handlers;
  }

  /// One transaction of what has come, and what keeps the file in order. False: what has come is not stored, and it is told to stop.
  bool step(Recorder& recorder, Inbox& inbox, reader::Reader& mqtt, const std::stop_token& stop) {
    const auto arrived = inbox.take(kMostInBatch, params_.batch_time, stop);
    mqtt.resume();
    if (!arrived.empty()) {
      history::Batch batch;
      const auto behind = std::chrono::duration_cast<std::chrono::system_clock::duration>(clock_.behind());
      recorder.set_clock_right(m2ag::host::clock_synchronised().value_or(true));
      try {
        for (const reader::Batch& each : arrived) {
          for (const reader::Message& message : each.messages()) recorder.add(message, each.received() + behind, batch);
        }
      } catch (const Stopped&) {
        return false;
      }
      if (!batch.empty()) batch.notes.push_back({kReceipts, recorder.receipts()});
      if (const auto problem = recorder.problem()) context().log(m2ag::LogLevel::warning, *problem);
      if (!params_.durable) mqtt.acknowledge(arrived.back().last());
      if (!store(batch, inbox, mqtt, stop)) return false;  // not acknowledged: it comes again
      mqtt.acknowledge(arrived.back().last());
    }
    try {
      strike_out();
      writer_->maintain();
      if (arrived.empty()) works();
    } catch (const std::runtime_error& error) {
      fails(error.what());
    }
    note(writer_->stats(), inbox.waiting());
    return true;
  }

  void strike_out() {
    {
      const std::lock_guard lock(mutex_);
      if (!is_asked_ || wanted_.empty()) return;
    }
    if (writer_->note(kAsked) != wanted_) writer_->set_note(kAsked, wanted_);
    wanted_.clear();
  }

  /// False: it was told to stop before it succeeded.
  bool store(history::Batch& batch, const Inbox& inbox, reader::Reader& mqtt, const std::stop_token& stop) {
    const auto write = [&] { writer_->write(batch); };
    if (try_once(write)) return true;
    mqtt.pause();  // the broker keeps what comes meanwhile
    note(writer_->stats(), inbox.waiting());
    return try_on(write, stop);
  }

  /// A new series is written too. Throws Stopped.
  history::Series series(const history::Series& wanted, const std::stop_token& stop) {
    history::Series found;
    const auto find = [&] { found = writer_->series(wanted); };
    if (!try_once(find) && !try_on(find, stop)) throw Stopped();
    return found;
  }

  bool try_once(const std::function<void()>& work) {
    try {
      work();
      works();
      return true;
    } catch (const std::runtime_error& error) {
      fails(error.what());
      return false;
    }
  }

  /// Until it succeeds; false: it was told to stop before.
  bool try_on(const std::function<void()>& work, const std::stop_token& stop) {
    for (std::chrono::seconds wait = kFirstRetry;; wait = std::min(wait * 2, std::chrono::seconds(kLastRetry))) {
      {
        std::unique_lock lock(mutex_);
        retry_.wait_for(lock, stop, wait, [] { return false; });
      }
      if (stop.stop_requested()) return false;
      if (try_once(work)) return true;
    }
  }

  void works() {
    {
      const std::lock_guard lock(mutex_);
      if (failing_.empty()) return;
      failing_.clear();
    }
    context().log(m2ag::LogLevel::info, "the history can be written again");
    tell_online();
  }

  void fails(const std::string& reason) {
    {
      const std::lock_guard lock(mutex_);
      if (failing_ == reason) return;
      failing_ = reason;
    }
    context().log(m2ag::LogLevel::error, reason + "; trying again, the broker keeps what comes");
    tell_online();
  }

  /// Who sees it online may publish: it is kept.
  void tell_online() {
    const std::lock_guard lock(mutex_);
    const std::string& reason = failing_.empty() ? connection_ : failing_;
    context().set_online(reason.empty(), reason);
  }

  void note(const history::WriterStats& stats, std::size_t waiting) {
    const std::lock_guard lock(mutex_);
    stats_ = stats;
    waiting_ = waiting;
  }

  const Params params_;
  const DeviceClock clock_;
  std::optional<m2ag::BrokerAccess> broker_;
  std::unique_ptr<history::Writer> writer_;  // on the service's thread while that runs
  std::string wanted_;                       // its filters, a line each; empty once they are written down alone
  std::mutex mutex_;                         // what follows
  std::string failing_;                      // why the file cannot be written
  std::string connection_;                   // why there is none to the broker
  bool had_session_ = false;                 // on the reader's thread
  bool is_asked_ = false;                    // the broker has answered SUBSCRIBE
  std::condition_variable_any retry_;
  history::WriterStats stats_;
  std::size_t waiting_ = 0;
};

}  // namespace

M2AG_PLUGIN("logger", "1.0.0", plugin) {
  auto component = plugin.component<Logger>("logger", "Keeps what devices publish in an SQLite file");
  component.param("file", &Params::file, "the history; a relative name is beside the device database")
      .param("zone", &Params::zone, "time zone whose midnights begin the days of the rollups")
      .example("Europe/Berlin")
      .param("devices", &Params::devices, "keep values, statuses and events of all devices below the base topic")
      .param("sources", &Params::sources, "topics of other makers that become series")
      .param("messages", &Params::messages, "topic filters whose messages are kept as they are")
      .param("keep", &Params::keep, "which samples of which series are kept; all, without an entry that matches")
      .param("counters", &Params::counters, "filters of series that only grow; their rollups have the increase")
      .param("durable", &Params::durable, "acknowledge a message to the broker when it is on the disk, not before")
      .param("batch_time", &Params::batch_time, "how long messages are gathered for one write; 30 s spares an SD card")
      .range(std::chrono::milliseconds(10), std::chrono::minutes(5))
      .param("retention", &Params::retention, "how long what is kept; without an entry that matches, for ever")
      .param("messages_for", &Params::messages_for, "how long messages are kept; 0: for ever")
      .range(std::chrono::milliseconds(0), std::chrono::hours(24 * 365 * 100))
      .param("messages_megabytes", &Params::messages_megabytes, "what messages may take; 0: no bound")
      .unit("MB")
      .range(0, 1e7)
      .param("events_for", &Params::events_for, "how long events and statuses are kept; 0: for ever")
      .range(std::chrono::milliseconds(0), std::chrono::hours(24 * 365 * 100))
      .param("least_free_megabytes", &Params::least_free_megabytes,
             "with less on the disk only rollups are kept; 0: never")
      .unit("MB")
      .range(0, 1e6)
      .interval(std::chrono::seconds(10))
      .channel("samples", "", "samples stored since the start")
      .precision(0)
      .channel("messages", "", "messages stored since the start")
      .precision(0)
      .channel("events", "", "events and statuses stored since the start")
      .precision(0)
      .channel("refused", "", "samples that were not stored: too old, or no number")
      .precision(0)
      .channel("passed-over", "", "messages that were not kept because the disk is nearly full")
      .precision(0)
      .channel("waiting", "", "messages that wait to be stored")
      .precision(0)
      .channel("size", "MB", "of the file")
      .quantity("data_size")
      .precision(1)
      .channel("written", "MB", "written to the disk since the start, about")
      .quantity("data_size")
      .precision(1)
      .boolean("disk-low", "too little space: only rollups are kept")
      .quantity("problem")
      .text("problem", {}, "the last damage that was found");
}

}  // namespace logger
