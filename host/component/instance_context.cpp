#include "component/instance_context.h"

#include "component/instance.h"
#include "component/lane_timer.h"

namespace m2ag::host {
namespace {

constexpr std::size_t kWaitingEdges = 65'536;  ///< of one input: a minute of a thousand a second

/// Keeps a GPIO input together with the token that its edges ask for, so that none is delivered after its end.
class GuardedInput final : public GpioInput {
 public:
  GuardedInput(std::unique_ptr<GpioInput> input, std::shared_ptr<EdgeHandler> handler)
      : handler_(std::move(handler)), input_(std::move(input)) {}
  bool read() override { return input_->read(); }

 private:
  std::shared_ptr<EdgeHandler> handler_;
  std::unique_ptr<GpioInput> input_;
};

}  // namespace

InstanceContext::InstanceContext(std::weak_ptr<Instance> instance, std::string_view component, Services& services,
                                 std::shared_ptr<Lane> lane)
    : instance_(std::move(instance)), component_(component), services_(services), lane_(std::move(lane)) {
  if (const auto owner = instance_.lock()) redact_ = owner->redact();
}

InstanceContext::InstanceContext(std::string_view component, Services& services, std::shared_ptr<Lane> lane,
                                 Redaction redact)
    : component_(component), services_(services), lane_(std::move(lane)), redact_(std::move(redact)) {}

std::function<void()> InstanceContext::guarded(std::function<void()> task) {
  return [weak = weak_from_this(), task = std::move(task)] {
    const auto self = weak.lock();
    if (!self || !self->active_) return;
    const auto instance = self->instance_.lock();
    if (!instance) return;
    instance->call_plugin(task);
  };
}

void InstanceContext::publish(std::string_view channel, Value value) {
  if (!active_) return;
  if (const auto instance = instance_.lock()) instance->publish(channel, std::move(value));
}

void InstanceContext::log(LogLevel level, std::string_view message) {
  if (services_.log.enabled(level)) services_.log.write(level, component_, redact_(message));
}

void InstanceContext::post(std::function<void()> task) { lane_->post(guarded(std::move(task)), {"post", component_}); }

Handle InstanceContext::after(std::chrono::microseconds delay, std::function<void()> task) {
  return lane_timer(services_.scheduler, lane_, delay, {"timer", component_}, guarded(std::move(task)));
}

Handle InstanceContext::every(std::chrono::microseconds interval, std::function<void()> task) {
  return lane_ticker(services_.scheduler, lane_, interval, {"timer", component_}, guarded(std::move(task)));
}

void InstanceContext::fail(std::string reason) {
  lane_->post(guarded([reason = std::move(reason)] { throw DeviceError(reason); }), {"fail", component_});
}

std::optional<Value> InstanceContext::saved(std::string_view key) const { return services_.store.get(component_, key); }

std::optional<Value> InstanceContext::overdue(std::string_view channel) const {
  const auto instance = instance_.lock();
  return instance ? instance->overdue(channel) : std::nullopt;
}

void InstanceContext::save(std::string_view key, Value value) {
  if (active_) services_.store.save(component_, key, std::move(value));
}

Handle InstanceContext::subscribe(std::string_view filter, std::function<void(const ChannelUpdate&)> handler) {
  return services_.subscriptions.add(
      filter, lane_, [weak = weak_from_this(), handler = std::move(handler)](const ChannelUpdate& update) {
        const auto self = weak.lock();
        if (self) self->guarded([&] { handler(update); })();
      });
}

std::chrono::steady_clock::time_point InstanceContext::now() const { return services_.clock.now(); }

std::unique_ptr<I2cDevice> InstanceContext::i2c(const I2cConfig& config) { return services_.hardware.i2c(config); }

std::unique_ptr<GpioOutput> InstanceContext::gpio_output(const GpioLineConfig& line, const GpioOutputOptions& options) {
  return services_.hardware.gpio_output(line, options, services_.device + "/" + std::string(component_));
}

std::unique_ptr<GpioInput> InstanceContext::gpio_input(const GpioLineConfig& line, const GpioInputOptions& options,
                                                       EdgeHandler on_edge) {
  auto handler = std::make_shared<EdgeHandler>(std::move(on_edge));
  // On the hardware's thread: only hands the edge to the lane. What a component that hangs does not fetch is dropped beyond a bound, and
  // shows as a gap in the numbers.
  auto waiting = std::make_shared<std::atomic<std::size_t>>(0);
  auto forward = [self = weak_from_this(), lane = lane_, weak = std::weak_ptr(handler), waiting,
                  instance = instance_](const GpioEdge& edge) {
    const auto owner = instance.lock();  // by its id the supervisor sees whose call takes long
    if (!owner || *waiting >= kWaitingEdges) return;
    ++*waiting;
    lane->post(
        [self, weak, edge, waiting, owner] {
          --*waiting;
          const auto context = self.lock();
          if (!context) return;
          context->guarded([&weak, &edge] {
            if (const auto alive = weak.lock()) (*alive)(edge);
          })();
        },
        {"edge", owner->config().id});
  };
  auto lost = [self = weak_from_this()](const std::string& reason) {
    if (const auto context = self.lock()) context->fail(reason);
  };
  auto input = services_.hardware.gpio_input(line, options, services_.device + "/" + std::string(component_),
                                             std::move(forward), std::move(lost));
  return std::make_unique<GuardedInput>(std::move(input), std::move(handler));
}

std::unique_ptr<SimulatedGpioLine> InstanceContext::simulated_line(const GpioLineConfig& line) {
  return services_.hardware.simulated_line(line);
}

std::string InstanceContext::sysfs_read(const std::string& path) { return services_.hardware.sysfs_read(path); }

void InstanceContext::sysfs_write(const std::string& path, std::string_view text) {
  services_.hardware.sysfs_write(path, text);
}

std::optional<std::vector<std::string>> InstanceContext::sysfs_list(const std::string& path) {
  return services_.hardware.sysfs_list(path);
}

std::string InstanceContext::sysfs_real_path(const std::string& path) {
  return services_.hardware.sysfs_real_path(path);
}

bool InstanceContext::has_broker() const { return services_.connection.configured(); }

std::optional<BrokerAccess> InstanceContext::broker() const { return services_.connection.broker(); }

std::string InstanceContext::state_folder() const {
  return std::filesystem::absolute(services_.store.file()).lexically_normal().parent_path().string();
}

bool InstanceContext::connected() const { return services_.connection.connected(); }

Handle InstanceContext::on_connection(std::function<void(bool)> handler) {
  return services_.connection.add(lane_, {"connection", component_},
                                  [self = weak_from_this(), handler = std::move(handler)](bool connected) {
                                    if (const auto context = self.lock())
                                      context->guarded([&handler, connected] { handler(connected); })();
                                  });
}

std::chrono::system_clock::time_point InstanceContext::wall_time() const { return services_.clock.system_now(); }

}  // namespace m2ag::host
