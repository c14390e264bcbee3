#include "history/bucket.h"

#include <algorithm>

namespace m2ag::host::history {
namespace {

bool counts(const Sample& sample) { return sample.quality != Quality::bad; }

void take_first(Bucket& bucket, double value) { bucket.min = bucket.max = bucket.first = value; }

void take_more(Bucket& bucket, const Bucket& part) {
  bucket.count += part.count;
  bucket.sum += part.sum;
  bucket.min = std::min(bucket.min, part.min);
  bucket.max = std::max(bucket.max, part.max);
  bucket.last = part.last;
}

/// What only some series have is 0 in the others: it is not stored there.
void clean(const Series& series, Bucket& bucket) {
  if (series.kind != Kind::boolean) bucket.first_after = bucket.on = 0;
  if (!series.counter) bucket.increase = 0;
  if (series.kind != Kind::boolean && !series.counter) bucket.first = 0;
}

}  // namespace

Bucket bucket_of(const Series& series, std::span<const Sample> samples, Time start, Time end) {
  Bucket bucket;
  bucket.start = start;
  Time since = start;
  for (const Sample& sample : samples) {
    if (!counts(sample)) continue;
    const double value = sample.number;
    if (bucket.count++ == 0) {
      take_first(bucket, value);
      bucket.first_after = sample.time - start;
    } else {
      bucket.increase += increase(bucket.last, value);
      if (bucket.last != 0) bucket.on += sample.time - since;
    }
    bucket.sum += value;
    bucket.min = std::min(bucket.min, value);
    bucket.max = std::max(bucket.max, value);
    bucket.last = value;
    since = sample.time;
  }
  if (bucket.count > 0 && bucket.last != 0) bucket.on += end - since;
  clean(series, bucket);
  return bucket;
}

Bucket join(const Series& series, std::span<const Bucket> parts, Time width, Time start, Time end) {
  Bucket bucket;
  bucket.start = start;
  Time since = start;  // the last value holds from here on
  for (const Bucket& part : parts) {
    if (part.count == 0) continue;
    if (bucket.count == 0) {
      take_first(bucket, part.first);
      bucket.min = part.min;
      bucket.max = part.max;
      bucket.first_after = part.start + part.first_after - start;
    } else {
      bucket.increase += increase(bucket.last, part.first);
      if (bucket.last != 0) bucket.on += part.start + part.first_after - since;
    }
    bucket.increase += part.increase;
    bucket.on += part.on;
    take_more(bucket, part);
    since = part.start + width;
  }
  if (bucket.count > 0 && bucket.last != 0) bucket.on += end - since;
  clean(series, bucket);
  return bucket;
}

Bucket fold(const Series& series, const Bucket& bucket, const Bucket& more, Time end) {
  if (bucket.count == 0) return more;
  Bucket both = bucket;
  both.increase += increase(bucket.last, more.first) + more.increase;
  both.on += more.on;
  // The last value was taken to hold until the end; it holds until the first of the others.
  if (bucket.last != 0) both.on = std::max<Time>(0, both.on - (end - (bucket.start + more.first_after)));
  take_more(both, more);
  both.first_after = std::min(bucket.first_after, more.first_after);
  clean(series, both);
  return both;
}

}  // namespace m2ag::host::history
