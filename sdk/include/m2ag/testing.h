// Everything a plugin's own test needs, with no host: a fake context with a clock that the test drives, recorded publications,
// simulated chips and lines. What the plugin posts and what its timers do runs inside `advance` and `run_posted`, on the test's thread.
// Over 400 lines, since a plugin's test includes this one header and links nothing.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin.h"
#include "testing_peers.h"

/// The plugin that the test program is linked with (m2ag_plugin_test in CMake).
extern "C" const m2ag::abi::Descriptor m2ag_plugin;

namespace m2ag::testing {

/// A plugin as the host sees it: `DescribedPlugin plugin(m2ag_plugin); auto relay = plugin.create("relay", context, settings);`
class DescribedPlugin {
 public:
  explicit DescribedPlugin(const abi::Descriptor& descriptor) {
    Plugin plugin;
    descriptor.describe(plugin);
    components_ = plugin.components();
    chips_ = plugin.simulated_chips();
  }
  /// Throws std::out_of_range when there is none.
  const ComponentSpec& type(std::string_view name) const { return find(components_, &ComponentSpec::type, name); }
  const SimulatedChipSpec& chip(std::string_view name) const { return find(chips_, &SimulatedChipSpec::chip, name); }
  std::unique_ptr<Component> create(std::string_view type_name, Context& context,
                                    const Value::Map& settings = {}) const {
    return type(type_name).create(context, settings);
  }
  std::shared_ptr<SimulatedI2cChip> create_chip(std::string_view name, const Value::Map& settings = {}) const {
    return chip(name).create(settings);
  }

 private:
  template <class Spec>
  static const Spec& find(const std::vector<Spec>& specs, std::string Spec::*member, std::string_view name) {
    const auto found = std::find_if(specs.begin(), specs.end(), [&](const Spec& spec) { return spec.*member == name; });
    if (found == specs.end()) throw std::out_of_range("the plugin has no \"" + std::string(name) + "\"");
    return *found;
  }
  std::vector<ComponentSpec> components_;
  std::vector<SimulatedChipSpec> chips_;
};

struct Publication {
  std::string channel;
  Value value;
};

/// A GPIO line with both its sides. The level is the electrical one.
class FakeLine : public std::enable_shared_from_this<FakeLine> {
 public:
  bool level() const { return output_ ? *output_ : driven_.value_or(pulled_up_); }
  bool held() const { return held_; }
  bool is_output() const { return output_.has_value(); }
  /// Each level that the output has had since it was requested, the initial one first.
  const std::vector<bool>& history() const { return history_; }
  /// The level that a crash would leave; nothing: whatever it was.
  std::optional<bool> at_crash() const { return at_crash_; }

  /// From outside, as a wire would. Edges reach the component's input at once.
  void drive(std::optional<bool> high) {
    const bool before = level();
    driven_ = high;
    if (level() != before && on_level_) on_level_(level());
  }

 private:
  friend class FakeContext;
  void set_output(bool high) {
    output_ = high;
    history_.push_back(high);
  }
  std::optional<bool> output_, driven_, at_crash_;
  bool pulled_up_ = false, held_ = false;
  std::vector<bool> history_;
  std::function<void(bool)> on_level_;
};

class FakeContext : public Context {
 public:
  explicit FakeContext(std::string component = "test", std::string device = "device")
      : component_(std::move(component)), device_(std::move(device)), peers_(component_) {}

  /// Time passes: timers that fall due run in their order, with what they post.
  void advance(std::chrono::microseconds duration) {
    const auto end = now() + duration;
    run_posted();
    while (auto task = take_due(end)) {
      task();
      run_posted();
    }
    const std::lock_guard lock(mutex_);
    now_ = end;
  }
  /// Runs what the plugin posted.
  void run_posted() {
    while (auto task = take_posted()) task();
  }

  /// A chip that answers on a bus. The same object may be looked at by the test.
  void attach_chip(const I2cConfig& where, std::shared_ptr<SimulatedI2cChip> chip) {
    chips_[{where.bus, where.address}] = std::move(chip);
  }
  /// The line of that name, made when it is not there yet.
  FakeLine& line(const std::string& name) {
    auto& line = lines_[name];
    if (!line) line = std::make_shared<FakeLine>();
    return *line;
  }
  /// A line that the component holds; nothing after a stop() that let go of everything.
  std::optional<std::string> held_line() const {
    for (const auto& [name, line] : lines_) {
      if (line->held()) return name;
    }
    return std::nullopt;
  }
  /// What /sys shows at a path.
  void set_sysfs(const std::string& path, std::string text) { sysfs_[path] = std::move(text); }
  /// What is at the path and below goes away, as a device that is pulled out does.
  void remove_sysfs(const std::string& path) {
    const auto below = [&path](const auto& entry) {
      return entry.first == path || entry.first.starts_with(path + "/");
    };
    std::erase_if(sysfs_, below);
    std::erase_if(sysfs_links_, below);
  }
  /// `sysfs_real_path(path)` is `target`. What lies below is set at `path` itself.
  void set_sysfs_link(const std::string& path, std::string target) { sysfs_links_[path] = std::move(target); }
  /// Reading, writing or listing the path throws `reason`, such as "Input/output error"; an empty one ends that.
  void set_sysfs_error(const std::string& path, const std::string& reason) {
    sysfs_errors_.erase(path);
    if (!reason.empty()) sysfs_errors_.emplace(path, reason);
  }
  /// What an earlier run saved.
  void set_saved(const std::string& key, Value value) { saved_[key] = std::move(value); }
  /// A `for` ended before the start.
  void set_overdue(const std::string& channel, Value after) { overdue_[channel] = std::move(after); }
  /// These components name this one in their setting `parameter`.
  void set_named_by(const std::string& parameter, std::vector<std::string> components) {
    const std::lock_guard lock(mutex_);
    named_by_[parameter] = std::move(components);
  }
  /// What `type_of` says of a component; an empty type: there is none. This one's own is not known before either.
  void set_type_of(const std::string& component, std::string type) {
    const std::lock_guard lock(mutex_);
    types_[component] = std::move(type);
  }
  /// What `broker` gives; nothing until this is called.
  void set_broker(BrokerAccess broker) {
    const std::lock_guard lock(mutex_);
    broker_ = std::move(broker);
  }
  /// A folder of the test's own; "/nonexistent" until this is called.
  void set_state_folder(std::string folder) {
    const std::lock_guard lock(mutex_);
    state_folder_ = std::move(folder);
  }

  /// The broker comes or goes; who asked for it is told at once. Connected from the start.
  void set_connected(bool connected) {
    std::vector<std::weak_ptr<ConnectionHandler>> handlers;
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(connected_, connected) == connected) return;
      handlers = connection_handlers_;
    }
    for (const auto& weak : handlers) {
      if (const auto handler = weak.lock()) (*handler)(connected);
    }
  }
  /// As under a descriptor that names no broker.
  void set_without_broker() {
    const std::lock_guard lock(mutex_);
    has_broker_ = connected_ = false;
  }
  /// The date alone jumps, as when the network sets it; either way.
  void jump_date(std::chrono::microseconds step) {
    const std::lock_guard lock(mutex_);
    date_ += step;
  }

  /// Another component of the device, or one more channel of it; the first is its main channel. Online from the start.
  void add_peer(const std::string& component, ChannelSpec spec) { peers_.add(component, std::move(spec)); }
  /// A new value of it: what `value` returns, and to the subscriptions.
  void peer_publishes(const ChannelName& channel, const Value& value) {
    deliver(channel.component, channel.channel, value);
  }
  void set_peer_online(const std::string& component, bool online) {
    peers_.set_online(component, online, poster());
    run_posted();
  }
  /// It refuses what it is asked; an empty code ends that.
  void peer_refuses(const std::string& component, std::string code, std::string sentence = {}) {
    peers_.refuse(component, std::move(code), std::move(sentence));
  }
  /// What the plugin asked of others, and the refusals of what it asked without a handler.
  const std::vector<PeerCall>& peer_calls() const { return peers_.calls(); }
  const std::vector<Answer>& peer_refusals() const { return peers_.refusals(); }
  /// Why the plugin says that its values do not hold; nothing while it says nothing or that it is online.
  const std::optional<std::string>& offline_reason() const { return offline_reason_; }

  /// To be looked at while no thread of the plugin publishes.
  const std::vector<Publication>& publications() const { return publications_; }
  /// The newest value of a channel, or null.
  Value last(std::string_view channel) const {
    const std::lock_guard lock(mutex_);
    const auto newest = std::find_if(publications_.rbegin(), publications_.rend(),
                                     [channel](const Publication& each) { return each.channel == channel; });
    return newest == publications_.rend() ? Value() : newest->value;
  }
  const std::vector<std::string>& log_lines() const { return log_lines_; }
  const std::optional<std::string>& failure() const { return failure_; }

  // Context
  std::string_view component() const override { return component_; }
  std::string_view device() const override { return device_; }
  void publish(std::string_view channel, Value value) override {
    if (value.is_number() && !std::isfinite(value.as_number())) throw std::invalid_argument("not a finite number");
    const std::lock_guard lock(mutex_);
    publications_.push_back({std::string(channel), std::move(value)});
  }
  void log(LogLevel, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    log_lines_.emplace_back(message);
  }
  void post(std::function<void()> task) override {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
  }
  Handle after(std::chrono::microseconds delay, std::function<void()> task) override {
    return add_timer(delay, {}, std::move(task));
  }
  Handle every(std::chrono::microseconds interval, std::function<void()> task) override {
    return add_timer(interval, interval, std::move(task));
  }
  void fail(std::string reason) override {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(reason);
  }
  std::optional<Value> saved(std::string_view key) const override {
    const std::lock_guard lock(mutex_);
    const auto entry = saved_.find(key);
    return entry == saved_.end() ? std::nullopt : std::optional(entry->second);
  }
  void save(std::string_view key, Value value) override {
    const std::lock_guard lock(mutex_);
    saved_[std::string(key)] = std::move(value);
  }
  /// The test calls `deliver`.
  Handle subscribe(std::string_view filter, std::function<void(const ChannelUpdate&)> handler) override {
    auto entry = std::make_shared<Subscription>(Subscription{std::string(filter), std::move(handler)});
    const std::lock_guard lock(mutex_);
    subscriptions_.push_back(entry);
    return entry;
  }
  /// A value of another component, to the subscriptions whose filter names it (exactly, or with `+`).
  void deliver(const std::string& component, const std::string& channel, const Value& value) {
    peers_.set_value({component, channel}, value);
    std::vector<std::weak_ptr<Subscription>> subscriptions;
    {
      const std::lock_guard lock(mutex_);
      subscriptions = subscriptions_;
    }
    for (const auto& weak : subscriptions) {
      const auto entry = weak.lock();
      if (!entry) continue;
      const auto slash = entry->filter.find('/');
      const std::string first = entry->filter.substr(0, slash), second = entry->filter.substr(slash + 1);
      if ((first == "+" || first == component) && (second == "+" || second == channel))
        entry->handler({component, channel, value});
    }
  }
  std::chrono::steady_clock::time_point now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }

  std::unique_ptr<I2cDevice> i2c(const I2cConfig& config) override {
    return std::make_unique<ChipDevice>(*this, config);
  }
  std::unique_ptr<GpioOutput> gpio_output(const GpioLineConfig& config, const GpioOutputOptions& options) override {
    auto held = hold(config);
    held->history_.clear();
    held->set_output(options.initial != options.active_low);
    return std::make_unique<Output>(std::move(held), options.active_low);
  }
  std::unique_ptr<GpioInput> gpio_input(const GpioLineConfig& config, const GpioInputOptions& options,
                                        EdgeHandler on_edge) override {
    auto held = hold(config);
    held->pulled_up_ = options.bias == Bias::pull_up;
    return std::make_unique<Input>(*this, std::move(held), options, std::move(on_edge));
  }
  std::unique_ptr<SimulatedGpioLine> simulated_line(const GpioLineConfig& config) override {
    return std::make_unique<Outside>(line(name_of(config)).shared_from_this());
  }
  std::string sysfs_read(const std::string& path) override {
    check_sysfs(path);
    return sysfs_.at(path);
  }
  void sysfs_write(const std::string& path, std::string_view text) override {
    check_sysfs(path);
    sysfs_[path] = std::string(text);
  }
  std::optional<std::vector<std::string>> sysfs_list(const std::string& path) override {
    fail_sysfs(path);
    std::vector<std::string> names;
    for (const auto* entries : {&sysfs_, &sysfs_links_}) {
      for (const auto& [file, ignored] : *entries) {
        if (!file.starts_with(path + "/")) continue;
        const std::string rest = file.substr(path.size() + 1);
        names.push_back(rest.substr(0, rest.find('/')));
      }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    if (names.empty()) return std::nullopt;
    return names;
  }
  std::string sysfs_real_path(const std::string& path) override {
    const auto link = sysfs_links_.find(path);
    if (link != sysfs_links_.end()) return link->second;
    if (!sysfs_.contains(path) && !sysfs_list(path)) throw DeviceError(path + ": No such file or directory");
    return path;
  }
  bool has_broker() const override {
    const std::lock_guard lock(mutex_);
    return has_broker_;
  }
  bool connected() const override {
    const std::lock_guard lock(mutex_);
    return connected_;
  }
  Handle on_connection(std::function<void(bool)> handler) override {
    auto entry = std::make_shared<ConnectionHandler>(std::move(handler));
    const std::lock_guard lock(mutex_);
    connection_handlers_.push_back(entry);
    return entry;
  }
  std::chrono::system_clock::time_point wall_time() const override {
    const std::lock_guard lock(mutex_);
    return date_ + std::chrono::duration_cast<std::chrono::system_clock::duration>(now_.time_since_epoch());
  }
  void set(const ChannelName& channel, Value value, AnswerHandler done = {}) override {
    peers_.set(channel, std::move(value), std::move(done), poster(),
               [this](const std::string& component, const std::string& name, const Value& now) {
                 deliver(component, name, now);
               });
  }
  void run(std::string_view component, std::string_view command, Value arguments, AnswerHandler done = {}) override {
    peers_.run(component, command, std::move(arguments), std::move(done), poster());
  }
  Handle on_availability(std::string_view component, std::function<void(bool)> handler) override {
    return peers_.watch(component, std::move(handler), poster());
  }
  std::optional<Value> value(const ChannelName& channel) const override { return peers_.value(channel); }
  ChannelSpec channel(const ChannelName& channel) const override { return peers_.find(channel); }
  void set_online(bool online, std::string reason = {}) override {
    const std::lock_guard lock(mutex_);
    offline_reason_ = online ? std::nullopt : std::optional(std::move(reason));
  }
  std::optional<Value> overdue(std::string_view channel) const override {
    const std::lock_guard lock(mutex_);
    const auto entry = overdue_.find(channel);
    return entry == overdue_.end() ? std::nullopt : std::optional(entry->second);
  }
  std::vector<std::string> named_by(std::string_view parameter) const override {
    const std::lock_guard lock(mutex_);
    const auto entry = named_by_.find(parameter);
    return entry == named_by_.end() ? std::vector<std::string>() : entry->second;
  }
  std::optional<BrokerAccess> broker() const override {
    const std::lock_guard lock(mutex_);
    return broker_;
  }
  std::string state_folder() const override {
    const std::lock_guard lock(mutex_);
    return state_folder_;
  }
  std::optional<std::string> type_of(std::string_view component) const override {
    const std::lock_guard lock(mutex_);
    const auto entry = types_.find(component);
    return entry == types_.end() || entry->second.empty() ? std::nullopt : std::optional(entry->second);
  }

 private:
  using Clock = std::chrono::steady_clock;
  using ConnectionHandler = std::function<void(bool)>;
  struct Timer {
    std::weak_ptr<int> alive;
    Clock::time_point due;
    std::optional<std::chrono::microseconds> interval;
    std::function<void()> task;
  };
  struct Subscription {
    std::string filter;
    std::function<void(const ChannelUpdate&)> handler;
  };

  class ChipDevice : public I2cDevice {
   public:
    ChipDevice(FakeContext& context, I2cConfig config) : context_(context), config_(std::move(config)) {}
    std::uint8_t read_byte(std::uint8_t reg) override { return chip().read(reg); }
    void write_byte(std::uint8_t reg, std::uint8_t value) override { chip().write(reg, value); }
    void read_block(std::uint8_t reg, std::span<std::uint8_t> out) override {
      for (std::uint8_t& byte : out) byte = chip().read(reg++);
    }
    void write_block(std::uint8_t reg, std::span<const std::uint8_t> bytes) override {
      for (const std::uint8_t byte : bytes) chip().write(reg++, byte);
    }
    std::string where() const override {
      static constexpr char kDigits[] = "0123456789abcdef";
      return std::string("0x") + kDigits[config_.address >> 4] + kDigits[config_.address & 15] + " on " + config_.bus;
    }

   private:
    SimulatedI2cChip& chip() {
      const auto entry = context_.chips_.find({config_.bus, config_.address});
      if (entry == context_.chips_.end()) throw DeviceError("no device answered at " + where());
      return *entry->second;
    }
    FakeContext& context_;
    I2cConfig config_;
  };
  class Output : public GpioOutput {
   public:
    Output(std::shared_ptr<FakeLine> line, bool active_low) : line_(std::move(line)), active_low_(active_low) {}
    ~Output() override {
      line_->output_.reset();
      line_->at_crash_.reset();
      line_->held_ = false;
    }
    void write(bool active) override { line_->set_output(active != active_low_); }
    void at_crash(bool active) override { line_->at_crash_ = active != active_low_; }
    bool read() override { return line_->level() != active_low_; }

   private:
    std::shared_ptr<FakeLine> line_;
    bool active_low_;
  };
  class Input : public GpioInput {
   public:
    Input(FakeContext& context, std::shared_ptr<FakeLine> line, const GpioInputOptions& options, EdgeHandler on_edge)
        : line_(std::move(line)), active_low_(options.active_low) {
      line_->on_level_ = [&context, low = active_low_, handler = std::move(on_edge), sequence = 0U](bool high) mutable {
        if (handler) handler({high != low, context.now().time_since_epoch(), ++sequence});
      };
    }
    ~Input() override {
      line_->on_level_ = nullptr;
      line_->pulled_up_ = false;
      line_->held_ = false;
    }
    bool read() override { return line_->level() != active_low_; }

   private:
    std::shared_ptr<FakeLine> line_;
    bool active_low_;
  };
  class Outside : public SimulatedGpioLine {
   public:
    explicit Outside(std::shared_ptr<FakeLine> line) : line_(std::move(line)) {}
    void drive(bool high) override { line_->drive(high); }
    void release() override { line_->drive(std::nullopt); }
    bool level() const override { return line_->level(); }

   private:
    std::shared_ptr<FakeLine> line_;
  };

  void fail_sysfs(const std::string& path) const {
    const auto error = sysfs_errors_.find(path);
    if (error != sysfs_errors_.end()) throw DeviceError(path + ": " + error->second);
  }
  void check_sysfs(const std::string& path) const {
    fail_sysfs(path);
    if (!sysfs_.contains(path)) throw DeviceError(path + ": No such file or directory");
  }
  static std::string name_of(const GpioLineConfig& config) {
    return config.name.empty() ? config.chip + "/" + std::to_string(config.offset) : config.name;
  }
  std::shared_ptr<FakeLine> hold(const GpioLineConfig& config) {
    auto held = line(name_of(config)).shared_from_this();
    if (held->held_) throw DeviceError("line " + name_of(config) + " is busy");
    held->held_ = true;
    return held;
  }
  Handle add_timer(std::chrono::microseconds delay, std::optional<std::chrono::microseconds> interval,
                   std::function<void()> task) {
    auto alive = std::make_shared<int>(0);
    const std::lock_guard lock(mutex_);
    timers_.push_back({alive, now_ + delay, interval, std::move(task)});
    return alive;
  }
  /// The task of the next timer that is due by `end`, at whose time it then is; empty when there is none.
  std::function<void()> take_due(Clock::time_point end) {
    const std::lock_guard lock(mutex_);
    std::erase_if(timers_, [](const Timer& timer) { return timer.alive.expired(); });
    const auto next =
        std::min_element(timers_.begin(), timers_.end(), [](const Timer& a, const Timer& b) { return a.due < b.due; });
    if (next == timers_.end() || next->due > end) return {};
    now_ = std::max(now_, next->due);
    auto task = next->task;
    if (next->interval) {
      next->due += *next->interval;
    } else {
      timers_.erase(next);
    }
    return task;
  }
  std::function<void()> take_posted() {
    const std::lock_guard lock(mutex_);
    if (posted_.empty()) return {};
    auto task = std::move(posted_.front());
    posted_.pop_front();
    return task;
  }

  FakePeers::Post poster() {
    return [this](std::function<void()> task) { post(std::move(task)); };
  }

  std::string component_, device_;
  FakePeers peers_;
  std::optional<std::string> offline_reason_;
  mutable std::mutex mutex_;  // a plugin's threads may call too; its tasks run without it
  Clock::time_point now_{std::chrono::hours(1)};
  std::chrono::system_clock::time_point date_{std::chrono::seconds(1'577'836'800)};  // 2020-01-01
  bool has_broker_ = true, connected_ = true;
  std::vector<std::weak_ptr<ConnectionHandler>> connection_handlers_;
  std::vector<Timer> timers_;
  std::deque<std::function<void()>> posted_;
  std::map<std::pair<std::string, std::uint8_t>, std::shared_ptr<SimulatedI2cChip>> chips_;
  std::map<std::string, std::shared_ptr<FakeLine>> lines_;
  std::map<std::string, std::string> sysfs_, sysfs_links_, sysfs_errors_;
  std::map<std::string, Value, std::less<>> saved_, overdue_;
  std::map<std::string, std::vector<std::string>, std::less<>> named_by_;
  std::map<std::string, std::string, std::less<>> types_;
  std::optional<BrokerAccess> broker_;
  std::string state_folder_ = "/nonexistent";
  std::vector<Publication> publications_;
  std::vector<std::string> log_lines_;
  std::optional<std::string> failure_;
  std::vector<std::weak_ptr<Subscription>> subscriptions_;
};

}  // namespace m2ag::testing
