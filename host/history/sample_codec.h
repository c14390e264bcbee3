// Samples of one series as bytes, in the order they are given: what a chunk holds, and a batch of the journal for each of its series.
// Layout: kind, count, times, quality by runs, values (bits for booleans, indexes into a list of texts). Pure functions, any thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "history/bytes.h"
#include "history/sample.h"

namespace m2ag::host::history {

struct DecodedSamples {
  Kind kind = Kind::number;
  std::vector<Sample> samples;
};

/// Times are written as distances from `base`. Appends to `out`.
void encode_samples(ByteWriter& out, Kind kind, std::span<const Sample> samples, Time base);

/// Looks at the beginning alone. Throws DamagedData.
Kind kind_of_samples(std::string_view bytes);

/// Throws DamagedData, also for times that are not sorted or no date, and for text beyond what `encode_samples` can have written.
DecodedSamples decode_samples(ByteReader& in, Time base);

}  // namespace m2ag::host::history
