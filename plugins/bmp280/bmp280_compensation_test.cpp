// Raw readings to values, against the datasheet's example and against two other ways of computing them: the published floating point
// formulas as sums of monomials in long double, and the published ones for whole numbers.
#include "bmp280_compensation.h"

#include <cmath>

#include "bmp280_test_chip.h"
#include "catch.h"

using bmp280::test::ExampleChip;
using bmp280::test::ExampleDevice;

namespace {

using Words = std::array<int, 12>;  // T1 to T3, P1 to P9
using HumidityWords = std::array<int, 6>;
using Real = long double;

Real power(int exponent) { return std::ldexp(Real(1), exponent); }

// BST-BMP280-DS001 §8.1, multiplied out.
Real reference_fine(const Words& c, Real raw) {
  const Real distance = raw - 16 * Real(c[0]);
  return distance * c[1] / power(14) + distance * distance * c[2] / power(34);
}

Real reference_pascal(const Words& c, Real raw, Real fine) {
  const auto p = [&](std::size_t number) { return Real(c[2 + number]); };
  const Real u = fine / 2 - 64000;
  const Real offset = p(4) * power(4) + p(5) * u / power(13) + p(6) * u * u / power(29);
  const Real sensitivity = p(1) + p(1) * p(2) * u / power(34) + p(1) * p(3) * u * u / power(53);
  const Real linear = (power(20) - raw - offset) * 6250 / sensitivity;
  return p(7) / 16 + linear * (1 + p(8) / power(19)) + linear * linear * p(9) / power(35);
}

// BST-BME280-DS002 §8.1, multiplied out.
Real reference_humidity(const HumidityWords& h, Real raw, Real fine) {
  const Real v = (fine - 76800) / power(26);
  const Real gain = h[1] / power(16) * (1 + h[5] * v + h[5] * v * v * h[2]);
  const Real linear = gain * (raw - h[3] * 64 - h[4] * v * power(12));
  return linear - linear * linear * h[0] / power(19);
}

struct WholeNumbers {
  double celsius, pascal;
};

// BST-BMP280-DS001 §3.11.3: 32 and 64 bit, as the kernel's driver does it too. Its own resolution is 0.01 °C and 1/256 Pa.
WholeNumbers whole_numbers(const Words& c, std::int64_t raw_temperature, std::int64_t raw_pressure) {
  const std::int64_t coarse = (raw_temperature >> 4) - c[0];
  const std::int64_t fine =
      ((((raw_temperature >> 3) - 2 * c[0]) * c[1]) >> 11) + ((((coarse * coarse) >> 12) * c[2]) >> 14);
  const std::int64_t u = fine - 128000;
  const std::int64_t offset = u * u * c[8] + u * c[7] * (1LL << 17) + c[6] * (1LL << 35);
  const std::int64_t slope = ((u * u * c[5]) >> 8) + u * c[4] * (1LL << 12);
  const std::int64_t sensitivity = (((1LL << 47) + slope) * c[3]) >> 33;
  std::int64_t p = ((((1048576 - raw_pressure) << 31) - offset) * 3125) / sensitivity;
  const std::int64_t square = (c[11] * (p >> 13) * (p >> 13)) >> 25;
  p = ((p + square + ((c[10] * p) >> 19)) >> 8) + c[9] * 16;
  return {static_cast<double>((fine * 5 + 128) >> 8) / 100, static_cast<double>(p) / 256};
}

struct Raw {
  std::int32_t temperature, pressure;
};
struct Chip {
  Words words;
  std::array<Raw, 6> readings;
};

// The first is the datasheet's; the next three have sizes seen in chips; the last two are farther out than any. Each is read at about 25 °C and
// 1007 hPa, in its four corners (−40 and 85 °C with 300 and 1100 hPa), and at 0 °C and 1013 hPa.
constexpr std::array<Chip, 6> kChips = {{
    {{27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000},
     {{{519881, 415044}, {313866, 812999}, {712310, 415044}, {313866, 292066}, {712310, 842231}, {440064, 387964}}}},
    {{28009, 25654, 50, 39145, -10750, 3024, 5667, -120, -7, 15500, -14600, 6000},
     {{{530141, 327174}, {317480, 748489}, {725779, 332495}, {317480, 189138}, {725779, 790636}, {448144, 295726}}}},
    {{27738, 26292, -1000, 37853, -10619, 3024, 6788, -97, -7, 9900, -10230, 4285},
     {{{524061, 329953}, {316930, 737094}, {717565, 333873}, {316930, 197571}, {717565, 776845}, {443808, 299983}}}},
    {{28485, 26735, 50, 36738, -10635, 3024, 6980, -4, -7, 9900, -10230, 4285},
     {{{534443, 344848}, {330382, 741811}, {722180, 347067}, {330382, 218107}, {722180, 776923}, {455760, 316432}}}},
    {{26500, 25000, -1500, 34000, -11200, 3200, 1500, 300, -12, 12300, -12000, 4800},
     {{{508564, 476442}, {290963, 849888}, {713853, 475807}, {290963, 361969}, {713853, 872137}, {424000, 451348}}}},
    {{29500, 28000, 300, 41000, -9800, 2800, 9500, -300, -1, 18000, -16000, 7500},
     {{{547081, 238091}, {352166, 676151}, {725846, 241135}, {352166, 97421}, {725846, 723537}, {472000, 206275}}}},
}};

}  // namespace

TEST_CASE("the datasheet's worked example") {
  const auto calibration =
      bmp280::parse_calibration(std::span<const std::uint8_t, 24>(&ExampleChip().registers[0x88], 24));
  CHECK(calibration.t1 == 27504);
  CHECK(calibration.t3 == -1000);
  CHECK(calibration.p1 == 36477);
  CHECK(calibration.p9 == 6000);
  const double fine = bmp280::fine_temperature(calibration, 519888);
  CHECK(fine == Approx(128422.2869948));
  CHECK(bmp280::celsius(fine) == Approx(25.08).margin(0.005));
  CHECK(bmp280::pascal(calibration, 415148, fine).value() == Approx(100653.27).margin(0.005));

  // And the two other ways, so that they are worth comparing with.
  const Real reference = reference_fine(kChips[0].words, 519888);
  CHECK(static_cast<double>(reference) == Approx(128422.2869948));
  CHECK(static_cast<double>(reference_pascal(kChips[0].words, 415148, reference)) == Approx(100653.27).margin(0.005));
  const WholeNumbers whole = whole_numbers(kChips[0].words, 519888, 415148);
  CHECK(whole.celsius == Approx(25.08));
  CHECK(whole.pascal == Approx(100653.27).margin(0.05));
}

TEST_CASE("36 readings of six calibrations, corners among them, agree with two other computations") {
  for (const Chip& chip : kChips) {
    ExampleDevice device;
    device.chip->set_calibration(chip.words);
    device.component->start();
    for (const Raw& raw : chip.readings) {
      CAPTURE(chip.words[0], raw.temperature, raw.pressure);
      device.chip->set_reading(static_cast<std::uint32_t>(raw.pressure), static_cast<std::uint32_t>(raw.temperature));
      device.sample();
      const double temperature = device.last("temperature"), pressure = device.last("pressure") * 100;
      const Real fine = reference_fine(chip.words, raw.temperature);
      CHECK(temperature == Approx(static_cast<double>(fine) / 5120).epsilon(0).margin(1e-9));
      CHECK(pressure ==
            Approx(static_cast<double>(reference_pascal(chip.words, raw.pressure, fine))).epsilon(0).margin(1e-6));
      const WholeNumbers whole = whole_numbers(chip.words, raw.temperature, raw.pressure);
      CHECK(std::abs(temperature - whole.celsius) <= 0.01);
      CHECK(std::abs(pressure - whole.pascal) <= 1);
    }
  }
}

TEST_CASE("humidity agrees with another computation, at -40 to 85 °C") {
  constexpr std::array<HumidityWords, 4> kWords = {
      {{75, 355, 0, 334, 50, 30}, {75, 362, 0, 313, 50, 30}, {75, 370, 0, 301, 0, 30}, {0, 340, 200, -120, -75, -30}}};
  for (const HumidityWords& words : kWords) {
    ExampleChip chip;
    chip.set_humidity_calibration(words);
    const auto calibration = bmp280::parse_humidity_calibration(
        chip.registers[0xA1], std::span<const std::uint8_t, 7>(&chip.registers[0xE1], 7));
    CHECK(calibration.h2 == words[1]);
    CHECK(calibration.h4 == words[3]);
    CHECK(calibration.h5 == words[4]);
    CHECK(calibration.h6 == words[5]);
    for (const double celsius : {-40.0, 0.0, 25.08, 85.0}) {
      for (const std::int32_t raw : {0, 19282, 24977, 30622, 39826, 65535}) {
        CAPTURE(words[3], celsius, raw);
        const Real expected = reference_humidity(words, raw, Real(celsius) * 5120);
        CHECK(bmp280::relative_humidity(calibration, raw, celsius * 5120) ==
              Approx(static_cast<double>(expected)).epsilon(0).margin(1e-6));
      }
    }
  }
  // From the formula of the datasheet with exact fractions.
  const bmp280::HumidityCalibration usual{.h1 = 75, .h3 = 0, .h2 = 355, .h4 = 334, .h5 = 50, .h6 = 30};
  CHECK(bmp280::relative_humidity(usual, 30622, 25.08 * 5120) == Approx(50.00415400074).epsilon(0).margin(1e-6));
  CHECK(bmp280::relative_humidity(usual, 38600, 85 * 5120.0) == Approx(99.90442231839).epsilon(0).margin(1e-6));
}

TEST_CASE("a calibration of zeros gives no pressure instead of a division by zero") {
  CHECK_FALSE(bmp280::pascal(bmp280::Calibration{}, 415148, 128422.0));
}
