#include "component/dry_run.h"

#include <cxxabi.h>
#include <fmt/format.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "component/instance_context.h"

namespace m2ag::host {
namespace {

/// Nothing that is asked of it has an effect, and there is no hardware.
class DryContext final : public InstanceContext {
 public:
  DryContext(std::string_view component, Services& services, std::shared_ptr<Lane> lane, Redaction redact)
      : InstanceContext(component, services, std::move(lane), std::move(redact)) {
    switch_off();
  }
  std::unique_ptr<I2cDevice> i2c(const I2cConfig&) override { none(); }
  std::unique_ptr<GpioOutput> gpio_output(const GpioLineConfig&, const GpioOutputOptions&) override { none(); }
  std::unique_ptr<GpioInput> gpio_input(const GpioLineConfig&, const GpioInputOptions&, EdgeHandler) override {
    none();
  }
  std::unique_ptr<SimulatedGpioLine> simulated_line(const GpioLineConfig&) override { none(); }
  std::string sysfs_read(const std::string&) override { none(); }
  void sysfs_write(const std::string&, std::string_view) override { none(); }
  std::optional<std::vector<std::string>> sysfs_list(const std::string&) override { none(); }
  std::string sysfs_real_path(const std::string&) override { none(); }

 private:
  [[noreturn]] static void none() { throw DeviceError("its constructor asks for hardware; that belongs into start()"); }
};

/// Shared with the lane, which may be left behind.
struct Progress {
  std::vector<InstanceConfig> configs;
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t done = 0;
  std::vector<DryRunProblem> problems;
};

}  // namespace

std::optional<std::string> construct(const InstanceConfig& config, const Value& settings, Services& services,
                                     const std::shared_ptr<Lane>& lane) {
  const Redaction redact(config.id, settings, config.secrets);
  const auto context = std::make_shared<DryContext>(config.id, services, lane, redact);
  try {
    const auto component = config.spec->create(*context, settings);
    return std::nullopt;
  } catch (const std::exception& error) {
    return redact(error.what());
  } catch (const ::abi::__forced_unwind&) {
    throw;
  } catch (...) {
    return "the plugin threw something that is no std::exception";
  }
}

std::vector<DryRunProblem> dry_run(const std::vector<InstanceConfig>& configs, Services& services,
                                   std::chrono::milliseconds patience) {
  const auto progress = std::make_shared<Progress>();
  progress->configs = configs;
  const auto lane = Lane::create(services.executor, "dry run", Lane::kDefaultCapacity, &services.log);
  for (const InstanceConfig& config : progress->configs) {
    lane->post(
        [progress, &config, &services, lane] {
          auto problem = construct(config, Registers(config, services).settings(), services, lane);
          const std::lock_guard lock(progress->mutex);
          if (problem) progress->problems.push_back({config.id, std::move(*problem)});
          ++progress->done;
          progress->changed.notify_all();
        },
        {"construct", config.id});
  }
  std::unique_lock lock(progress->mutex);
  if (!progress->changed.wait_for(lock, patience, [&] { return progress->done == configs.size(); })) {
    lock.unlock();
    lane->close();
    lock.lock();
    if (progress->done < configs.size()) {
      progress->problems.push_back(
          {configs[progress->done].id,
           fmt::format("its constructor did not return within {} s", std::chrono::duration<double>(patience).count())});
    }
  }
  return progress->problems;
}

}  // namespace m2ag::host
