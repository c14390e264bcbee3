#include "history/chunk_form.h"

#include <algorithm>

#include "history/bucket_codec.h"
#include "history/checksum.h"
#include "history/sample_codec.h"

namespace m2ag::host::history {
namespace {

std::string sealed(ByteWriter& out) {
  std::string data = out.take();
  seal(data);
  return data;
}

/// Whether `sample` may be added behind the samples of the same time at the end of `kept`.
bool is_new(const std::vector<Sample>& kept, const Sample& sample) {
  std::size_t same_time = 0;
  for (auto other = kept.rbegin(); other != kept.rend() && other->time == sample.time; ++other) {
    if (is_same(*other, sample) || ++same_time == kMostAtOneTime) return false;
  }
  return true;
}

}  // namespace

std::string encode_chunk(const Series& series, std::span<const Sample> samples) {
  ByteWriter out;
  encode_samples(out, series.kind, samples, 0);
  return sealed(out);
}

std::string encode_chunk(const Series& series, std::span<const Bucket> buckets) {
  ByteWriter out;
  encode_buckets(out, series, buckets);
  return sealed(out);
}

std::vector<Sample> decode_sample_chunk(const Series& series, std::string_view data) {
  ByteReader in(unseal(data));
  auto decoded = decode_samples(in, 0);
  if (decoded.kind != series.kind) throw DamagedData("samples of another kind than their series");
  return std::move(decoded.samples);
}

std::vector<Bucket> decode_bucket_chunk(std::string_view data) {
  ByteReader in(unseal(data));
  return decode_buckets(in);
}

std::vector<Sample> merge(std::vector<Sample> stored, std::span<const Sample> fresh) {
  std::vector<Sample> both;
  if (stored.empty() || fresh.empty() || stored.back().time < fresh.front().time) {
    both = std::move(stored);
    both.reserve(both.size() + fresh.size());
    for (const Sample& sample : fresh) {
      if (is_new(both, sample)) both.push_back(sample);
    }
    return both;
  }
  both.reserve(stored.size() + fresh.size());
  auto next = stored.begin();
  for (const Sample& sample : fresh) {
    for (; next != stored.end() && next->time <= sample.time; ++next) both.push_back(std::move(*next));
    if (is_new(both, sample)) both.push_back(sample);
  }
  std::move(next, stored.end(), std::back_inserter(both));
  return both;
}

std::vector<Bucket> merge(std::vector<Bucket> stored, std::span<const Bucket> fresh) {
  std::vector<Bucket> both;
  both.reserve(stored.size() + fresh.size());
  auto next = stored.begin();
  for (const Bucket& bucket : fresh) {
    for (; next != stored.end() && next->start < bucket.start; ++next) both.push_back(*next);
    if (next != stored.end() && next->start == bucket.start) ++next;
    both.push_back(bucket);
  }
  both.insert(both.end(), next, stored.end());
  return both;
}

}  // namespace m2ag::host::history
