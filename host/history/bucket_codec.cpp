#include "history/bucket_codec.h"

#include <algorithm>

#include "history/column.h"

namespace m2ag::host::history {
namespace {

constexpr unsigned kCounter = 1, kBoolean = 2, kFlagBits = 2;
constexpr std::int64_t kMostSamples = std::int64_t{1} << 40U;  // in one period; sums of them do not overflow

template <class T>
void write_column(ByteWriter& out, std::span<const Bucket> buckets, T Bucket::*member) {
  std::vector<std::int64_t> values(buckets.size());
  std::ranges::transform(buckets, values.begin(),
                         [&](const Bucket& b) { return static_cast<std::int64_t>(b.*member); });
  write_integers(out, values);
}

template <class T>
void read_column(ByteReader& in, std::vector<Bucket>& buckets, T Bucket::*member) {
  const auto values = read_integers(in, buckets.size());
  for (std::size_t n = 0; n < buckets.size(); ++n) buckets[n].*member = static_cast<T>(values[n]);
}

/// Numbers of one bucket stand side by side, since they are near each other. A period of one sample is that sample: there is one number.
void write_values(ByteWriter& out, std::span<const Bucket> buckets) {
  std::vector<double> values, sums;
  for (const Bucket& bucket : buckets) {
    values.push_back(bucket.last);
    if (bucket.count == 1) continue;
    values.insert(values.end(), {bucket.min, bucket.max});
    sums.push_back(bucket.sum);
  }
  write_numbers(out, values);
  write_numbers(out, sums, true);
}

std::size_t count_of_several(const std::vector<Bucket>& buckets) {
  return static_cast<std::size_t>(std::ranges::count_if(buckets, [](const Bucket& b) { return b.count > 1; }));
}

void read_values(ByteReader& in, std::vector<Bucket>& buckets) {
  const std::size_t several = count_of_several(buckets);
  const auto values = read_numbers(in, buckets.size() + 2 * several), sums = read_numbers(in, several);
  auto value = values.begin(), sum = sums.begin();
  for (Bucket& bucket : buckets) {
    bucket.last = bucket.min = bucket.max = bucket.sum = *value++;
    if (bucket.count == 1) continue;
    bucket.min = *value++;
    bucket.max = *value++;
    bucket.sum = *sum++;
  }
}

void write_increases(ByteWriter& out, std::span<const Bucket> buckets) {
  std::vector<double> values;
  for (const Bucket& bucket : buckets) {
    if (bucket.count > 1) values.insert(values.end(), {bucket.first, bucket.increase});
  }
  write_numbers(out, values);
}

void read_increases(ByteReader& in, std::vector<Bucket>& buckets) {
  const auto values = read_numbers(in, 2 * count_of_several(buckets));
  auto value = values.begin();
  for (Bucket& bucket : buckets) {
    bucket.first = bucket.last;
    if (bucket.count == 1) continue;
    bucket.first = *value++;
    bucket.increase = *value++;
  }
}

bool is_boolean(const Bucket& bucket) {
  const auto is_bit = [](double value) { return value == 0 || value == 1; };
  return is_bit(bucket.first) && is_bit(bucket.last) && bucket.sum >= 0 &&
         bucket.sum <= static_cast<double>(bucket.count);
}

/// What is not written for a boolean follows from the rest.
void complete_boolean(Bucket& bucket) {
  const auto count = static_cast<double>(bucket.count);
  bucket.min = bucket.sum >= count ? 1 : 0;
  bucket.max = bucket.sum > 0 ? 1 : 0;
}

}  // namespace

void encode_buckets(ByteWriter& out, const Series& series, std::span<const Bucket> buckets) {
  const bool has_bits = series.kind == Kind::boolean;
  out.number(buckets.size() << kFlagBits | (has_bits ? kBoolean : 0) | (series.counter ? kCounter : 0));
  std::vector<std::int64_t> starts(buckets.size());
  std::ranges::transform(buckets, starts.begin(), &Bucket::start);
  write_times(out, starts, 0);
  write_column(out, buckets, &Bucket::count);
  if (has_bits) {
    for (const auto member : {&Bucket::sum, &Bucket::first, &Bucket::last}) write_column(out, buckets, member);
    for (const auto member : {&Bucket::first_after, &Bucket::on}) write_column(out, buckets, member);
  } else {
    write_values(out, buckets);
  }
  if (series.counter) write_increases(out, buckets);
}

std::vector<Bucket> decode_buckets(ByteReader& in) {
  const std::uint64_t header = in.number();
  const std::uint64_t count = header >> kFlagBits;
  if (count > in.left()) throw DamagedData("there are fewer bytes than buckets");
  std::vector<Bucket> buckets(static_cast<std::size_t>(count));
  const auto starts = read_times(in, buckets.size(), 0);
  for (std::size_t n = 0; n < buckets.size(); ++n) {
    // A day may begin before 1970 in UTC.
    if (starts[n] > kLastTime || (n == 0 ? starts[n] < -width_of(Level::day) : starts[n] <= starts[n - 1]))
      throw DamagedData("the start of a bucket is wrong");
    buckets[n].start = starts[n];
  }
  read_column(in, buckets, &Bucket::count);
  if (std::ranges::any_of(buckets, [](const Bucket& b) { return b.count <= 0 || b.count > kMostSamples; }))
    throw DamagedData("the count of a bucket is wrong");
  if ((header & kBoolean) != 0) {
    for (const auto member : {&Bucket::sum, &Bucket::first, &Bucket::last}) read_column(in, buckets, member);
    for (const auto member : {&Bucket::first_after, &Bucket::on}) {
      read_column(in, buckets, member);
      // So that sums of a year of them do not overflow: no period is longer than 25 hours.
      const auto is_wrong = [&](const Bucket& b) { return b.*member < 0 || b.*member > 2 * width_of(Level::day); };
      if (std::ranges::any_of(buckets, is_wrong)) throw DamagedData("a time in a bucket is wrong");
    }
    if (!std::ranges::all_of(buckets, is_boolean)) throw DamagedData("a bucket of a boolean has another number");
    std::ranges::for_each(buckets, complete_boolean);
  } else {
    read_values(in, buckets);
  }
  if ((header & kCounter) != 0) read_increases(in, buckets);
  return buckets;
}

}  // namespace m2ag::host::history
