// Bosch BMP280 (temperature, air pressure) and BME280 (humidity too) as components: settings, channels, and what is derived from them.
// By default the chip measures once a sample and sleeps in between, so that it does not warm itself.
#include <m2ag/m2ag.h>

#include <array>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "bmp280_chip.h"
#include "bmp280_driver.h"
#include "bmp280_weather.h"

namespace bmp280 {

namespace {

enum class Mode { forced, normal };

constexpr auto choices(Mode) {
  return std::array<std::pair<std::string_view, Mode>, 2>{{{"forced", Mode::forced}, {"normal", Mode::normal}}};
}

struct Params {
  m2ag::I2cConfig chip;
  int temperature_oversampling = 1;
  int pressure_oversampling = 1;
  int humidity_oversampling = 1;  // BME280
  int filter = 0;
  Mode mode = Mode::forced;
  microseconds standby{500'000};
  std::optional<double> altitude;            // m
  std::optional<double> sea_level_pressure;  // hPa
};

class Weather : public m2ag::Component, public m2ag::Sensor, public m2ag::Reconfigurable<Params> {
 public:
  Weather(m2ag::Context& context, Params params, const Model& model)
      : Component(context), params_(std::move(params)), model_(model) {}

  void start() override {
    expect_pressure_for(params_);
    take_chip();
    driver_->set_up();
  }

  void sample() override {
    const bool after_error = std::exchange(unfinished_, true);
    if (!driver_->in_order()) {
      driver_->set_up();
      if (!after_error) {  // of errors the host keeps count
        context().log(m2ag::LogLevel::warning,
                      driver_->where() + ": had lost its settings and was set up again; did it lose its supply?");
      }
    }
    const Reading reading = driver_->measure();
    unfinished_ = false;
    publish("temperature", reading.temperature);
    if (reading.pressure) publish_pressure(*reading.pressure);
    if (reading.humidity) publish_humidity(reading.temperature, *reading.humidity);
  }

  /// What the chip itself must know, the next sample tells it.
  void reconfigure(const Params& params) override {
    expect_pressure_for(params);
    const Settings before = settings();
    params_.temperature_oversampling = params.temperature_oversampling;
    params_.pressure_oversampling = params.pressure_oversampling;
    params_.humidity_oversampling = params.humidity_oversampling;
    params_.filter = params.filter;
    params_.altitude = params.altitude;
    params_.sea_level_pressure = params.sea_level_pressure;
    if (settings() == before) return;
    take_chip();
    unfinished_ = true;  // that it is to be set up is no surprise
  }

  void stop() noexcept override {
    if (!driver_) return;
    try {
      if (params_.mode == Mode::normal) driver_->sleep();
    } catch (const std::exception& error) {
      context().log(m2ag::LogLevel::debug, std::string("it could not be sent to sleep: ") + error.what());
    }
    driver_.reset();
  }

 private:
  void take_chip() {
    driver_.reset();
    driver_.emplace(model_, settings(), context().i2c(params_.chip), params_.chip.address);
  }

  Settings settings() const {
    return {.oversampling = {.temperature = params_.temperature_oversampling,
                             .pressure = params_.pressure_oversampling,
                             .humidity = model_.humidity ? params_.humidity_oversampling : 0},
            .filter = params_.filter,
            .normal = params_.mode == Mode::normal,
            .standby = params_.standby};
  }

  static void expect_pressure_for(const Params& params) {
    if (params.pressure_oversampling > 0 || (!params.altitude && !params.sea_level_pressure)) return;
    throw m2ag::ConfigError(std::string(params.altitude ? "altitude" : "sea_level_pressure") +
                            ": wants the pressure, which pressure_oversampling: 0 leaves out");
  }

  void publish_pressure(double pressure) {
    publish("pressure", pressure);
    if (params_.altitude) publish("sea-level-pressure", sea_level_pressure(pressure, *params_.altitude));
    if (params_.sea_level_pressure) publish("altitude", altitude(pressure, *params_.sea_level_pressure));
  }

  void publish_humidity(double temperature, double humidity) {
    publish("humidity", humidity);
    if (const auto dew = dew_point(temperature, humidity)) publish("dew-point", *dew);
  }

  Params params_;
  const Model& model_;
  std::optional<Driver> driver_;
  bool unfinished_ = false;  ///< the last sample threw
};

class Bmp280 final : public Weather {
 public:
  using Params = bmp280::Params;
  Bmp280(m2ag::Context& context, Params params) : Weather(context, std::move(params), kBmp280) {}
};

class Bme280 final : public Weather {
 public:
  using Params = bmp280::Params;
  Bme280(m2ag::Context& context, Params params) : Weather(context, std::move(params), kBme280) {}
};

template <class T>
void describe_settings(m2ag::ComponentBuilder<T>& type, const Model& model) {
  type.i2c(&Params::chip, {0x76, 0x77})
      .param("temperature_oversampling", &Params::temperature_oversampling, "samples in one temperature reading")
      .one_of({1, 2, 4, 8, 16})
      .runtime()
      .param("pressure_oversampling", &Params::pressure_oversampling,
             "samples in one pressure reading: more give less noise; 0: no pressure")
      .one_of({0, 1, 2, 4, 8, 16})
      .runtime();
  if (model.humidity) {
    type.param("humidity_oversampling", &Params::humidity_oversampling,
               "samples in one humidity reading; 0: no humidity")
        .one_of({0, 1, 2, 4, 8, 16})
        .runtime();
  }
  type.param("filter", &Params::filter, "coefficient of the chip's low-pass filter, 0 for none")
      .one_of({0, 2, 4, 8, 16})
      .runtime()
      .param("mode", &Params::mode,
             "`forced`: one measurement each interval, asleep in between; `normal`: again and again")
      .param("standby", &Params::standby, "pause between two measurements of the normal mode");
  for (const microseconds each : model.standby) type.last_param().choices.emplace_back(each.count());
  type.param("altitude", &Params::altitude, "height of the place above the sea, for the channel `sea-level-pressure`")
      .range(-500, 9000)
      .unit("m")
      .runtime()
      .param("sea_level_pressure", &Params::sea_level_pressure,
             "pressure at sea level as the weather service has it, for the channel `altitude`")
      .range(850, 1100)
      .unit("hPa")
      .runtime()
      .interval(std::chrono::seconds(10));
}

template <class T>
void describe_channels(m2ag::ComponentBuilder<T>& type, const Model& model) {
  type.channel("temperature", "°C", "Temperature")
      .quantity("temperature")
      .precision(2)
      .channel("pressure", "hPa", "Air pressure at the place of the sensor")
      .quantity("atmospheric_pressure")
      .precision(2);
  if (model.humidity) {
    type.channel("humidity", "%", "Relative humidity")
        .quantity("humidity")
        .precision(2)
        .channel("dew-point", "°C", "Temperature at which this air would be saturated")
        .quantity("temperature")
        .precision(2);
  }
  type.channel("sea-level-pressure", "hPa", "Air pressure at sea level; only with `altitude`")
      .quantity("atmospheric_pressure")
      .precision(2)
      .channel("altitude", "m", "Height above the sea; only with `sea_level_pressure`")
      .quantity("distance")
      .precision(1);
}

void describe_simulated(m2ag::ParamTable<SimulatedChipParams>& chip) {
  using Chip = SimulatedChipParams;
  chip.param("temperature", &Chip::temperature, "temperature around which it drifts")
      .range(-40, 85)
      .unit("°C")
      .param("pressure", &Chip::pressure, "pressure around which it drifts")
      .range(300, 1100)
      .unit("hPa")
      .param("temperature_drift", &Chip::temperature_drift, "how far the temperature goes to either side")
      .range(0, 60)
      .unit("°C")
      .param("pressure_drift", &Chip::pressure_drift, "how far the pressure goes to either side")
      .range(0, 400)
      .unit("hPa")
      .param("period", &Chip::period, "time of one swing to both sides and back")
      .param("fail_every", &Chip::fail_every,
             "each transfer of that number finds nobody: 20 lets every twentieth fail; 0: none")
      .range(0, 1'000'000);
}

void describe(m2ag::Plugin& plugin) {
  auto bmp = plugin.component<Bmp280>("bmp280", "Bosch BMP280: temperature and air pressure");
  describe_settings(bmp, kBmp280);
  describe_channels(bmp, kBmp280);
  auto bme = plugin.component<Bme280>("bme280", "Bosch BME280: temperature, air pressure and humidity");
  describe_settings(bme, kBme280);
  describe_channels(bme, kBme280);

  auto& bmp_chip = plugin.simulated_chip<SimulatedBmp280>("bmp280", "BMP280 that measures what it is told");
  describe_simulated(bmp_chip);
  bmp_chip.param("id", &SimulatedChipParams::id, "what it says it is; 0x60 is a BME280").hexadecimal();
  auto& bme_chip = plugin.simulated_chip<SimulatedBme280>("bme280", "BME280 that measures what it is told");
  describe_simulated(bme_chip);
  bme_chip.param("humidity", &SimulatedChipParams::humidity, "humidity around which it drifts")
      .range(0, 100)
      .unit("%")
      .param("humidity_drift", &SimulatedChipParams::humidity_drift, "how far the humidity goes to either side")
      .range(0, 50)
      .unit("%");
}

}  // namespace

}  // namespace bmp280

M2AG_PLUGIN("bmp280", "1.1.0", plugin) { bmp280::describe(plugin); }
