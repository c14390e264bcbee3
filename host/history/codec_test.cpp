#include <bit>
#include <limits>
#include <random>

#include "catch.h"
#include "history/checksum.h"
#include "history/column.h"
#include "history/sample_codec.h"

using namespace m2ag::host::history;

namespace {

std::string encoded(Kind kind, const std::vector<Sample>& samples, Time base = 0) {
  ByteWriter out;
  encode_samples(out, kind, samples, base);
  return out.take();
}

std::vector<Sample> decoded(const std::string& bytes, Time base = 0) {
  ByteReader in(bytes);
  auto samples = decode_samples(in, base).samples;
  CHECK(in.left() == 0);
  return samples;
}

constexpr Time kStart = 1'700'000'000'000;

}  // namespace

TEST_CASE("integers and numbers at their limits come back") {
  const std::vector<std::int64_t> integers{
      0, -1, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(), 1, 127, 128};
  ByteWriter out;
  write_integers(out, integers);
  write_times(out, integers, -5);
  ByteReader in(out.bytes());
  CHECK(read_integers(in, integers.size()) == integers);
  CHECK(read_times(in, integers.size(), -5) == integers);

  using Limits = std::numeric_limits<double>;
  for (const std::vector<double>& numbers : {std::vector<double>{21.47, 21.5, -3.25, 0},
                                             {0.1 + 0.2, 1.0 / 3, 1e300, -Limits::denorm_min()},
                                             {Limits::max(), Limits::lowest(), Limits::min()},
                                             {9007199254740991.0, 0.5},
                                             {1e15, 0.000000001}}) {
    ByteWriter bytes;
    write_numbers(bytes, numbers);
    ByteReader again(bytes.bytes());
    CHECK(read_numbers(again, numbers.size()) == numbers);
  }
}

TEST_CASE("what a sensor publishes takes two bytes a sample at a steady interval") {
  std::vector<Sample> samples;
  for (int n = 0; n < 1000; ++n) samples.push_back({kStart + n * 10'000, (2147 + n % 7) / 100.0, {}, Quality::good});
  const auto bytes = encoded(Kind::number, samples);
  CHECK(bytes.size() < 2'020);
  CHECK(decoded(bytes) == samples);
}

TEST_CASE("random samples of each kind come back") {
  std::mt19937 random(1);
  for (int round = 0; round < 60; ++round) {
    const auto kind = static_cast<Kind>(round % 3);
    std::vector<Sample> samples(random() % 100);
    Time time = kStart;
    for (Sample& sample : samples) {
      sample.time = time += random() % 3 == 0 ? 0 : static_cast<Time>(random() % 100'000);
      sample.quality = static_cast<Quality>(round % 2 == 0 ? 0 : random() % 3);
      if (kind == Kind::number)
        sample.number = std::bit_cast<double>((std::uint64_t{random()} << 32U | random()) >> 2U);
      if (kind == Kind::boolean) sample.number = random() % 2 == 0 ? 0 : 1;
      if (kind == Kind::text) sample.text = std::string(random() % 5, static_cast<char>('a' + random() % 3));
    }
    REQUIRE(decoded(encoded(kind, samples, kStart - 7), kStart - 7) == samples);
  }
}

TEST_CASE("bytes that are cut off or changed are found, and read no further than they go") {
  std::vector<Sample> samples;
  for (int n = 0; n < 50; ++n) samples.push_back({kStart + n, 0, std::to_string(n % 4), Quality::uncertain});
  auto bytes = encoded(Kind::text, samples);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader in(std::string_view(bytes).substr(0, size));
    REQUIRE_THROWS_AS(decode_samples(in, 0), DamagedData);
  }
  seal(bytes);
  CHECK_NOTHROW(unseal(bytes));
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    auto damaged = bytes;
    damaged[n] = static_cast<char>(damaged[n] ^ 4);
    REQUIRE_THROWS_AS(unseal(damaged), DamagedData);
  }
  CHECK(crc32("123456789") == 0xCBF43926);  // the check value of the standard
  CHECK_THROWS_AS(unseal("abc"), DamagedData);
}

TEST_CASE("a few bytes cannot ask for much memory") {
  ByteWriter out;
  out.number(std::uint64_t{1} << 40U);
  ByteReader in(out.bytes());
  CHECK_THROWS_AS(decode_samples(in, 0), DamagedData);
}
