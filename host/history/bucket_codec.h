// Buckets of one series and level as bytes. Pure functions, any thread.
#pragma once

#include <span>
#include <vector>

#include "history/bucket.h"
#include "history/bytes.h"

namespace m2ag::host::history {

/// Sorted by start. What the kind of the series has no use for is not written.
void encode_buckets(ByteWriter& out, const Series& series, std::span<const Bucket> buckets);

/// Throws DamagedData.
std::vector<Bucket> decode_buckets(ByteReader& in);

}  // namespace m2ag::host::history
