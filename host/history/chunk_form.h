// What is in the blobs of `chunks`: samples at level raw, buckets at the others, each with a checksum. Pure functions, any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "history/bucket.h"
#include "history/sample.h"

namespace m2ag::host::history {

std::string encode_chunk(const Series& series, std::span<const Sample> samples);
std::string encode_chunk(const Series& series, std::span<const Bucket> buckets);

/// Throws DamagedData, also when the samples are not of the kind of the series.
std::vector<Sample> decode_sample_chunk(const Series& series, std::string_view data);
std::vector<Bucket> decode_bucket_chunk(std::string_view data);

/// How many different samples of one series may have one time; what is beyond is left out.
inline constexpr std::size_t kMostAtOneTime = 64;

/// Two samples that are the same to the history: a message that was delivered twice.
inline bool is_same(const Sample& a, const Sample& b) {
  return a.time == b.time && a.number == b.number && a.text == b.text;
}

/// Both sorted by time. The stored ones come first where times are equal; what is the same is there once.
std::vector<Sample> merge(std::vector<Sample> stored, std::span<const Sample> fresh);
/// A fresh one replaces the stored one of the same start.
std::vector<Bucket> merge(std::vector<Bucket> stored, std::span<const Bucket> fresh);

inline Time time_of(const Sample& sample) { return sample.time; }
inline Time time_of(const Bucket& bucket) { return bucket.start; }

}  // namespace m2ag::host::history
