// The blobs of the history: whatever is in them, a decoder ends with values or with DamagedData, takes no more memory than a small multiple
// of them, and what it gives out can be encoded and is then the same. The first byte says which decoder; checksums are put right, since
// they are what keeps most inputs away from the decoders.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "history/bucket_codec.h"
#include "history/checksum.h"
#include "history/chunk_form.h"
#include "history/error.h"
#include "history/journal.h"
#include "history/page_rows.h"
#include "history/sample_codec.h"
#include "require.h"

namespace {

using fuzz::require;
using namespace m2ag::host::history;

void check_samples(std::string_view bytes) {
  ByteReader in(bytes);
  const auto decoded = decode_samples(in, 0);
  require(decoded.samples.size() <= bytes.size(), "no more samples than bytes");
  ByteWriter out;
  encode_samples(out, decoded.kind, decoded.samples, 0);
  ByteReader again(out.bytes());
  const auto same = decode_samples(again, 0);
  require(again.left() == 0 && same.kind == decoded.kind && same.samples == decoded.samples,
          "samples are the same again");
  require(merge(decoded.samples, decoded.samples).size() == decoded.samples.size(),
          "what is there already adds nothing");
}

void check_buckets(std::string_view bytes) {
  ByteReader in(bytes);
  const auto decoded = decode_buckets(in);
  require(decoded.size() <= bytes.size(), "no more buckets than bytes");
  const unsigned header = static_cast<unsigned char>(bytes.front());
  const Series series{1, "a/b/c", (header & 2U) != 0 ? Kind::boolean : Kind::number, "", (header & 1U) != 0, 0};
  ByteWriter out;
  encode_buckets(out, series, decoded);
  ByteReader again(out.bytes());
  const auto same = decode_buckets(again);
  require(again.left() == 0 && same.size() == decoded.size(), "there are as many buckets again");
  for (std::size_t n = 0; n < same.size(); ++n) {
    auto rounded = same[n];
    require(std::abs(rounded.sum - decoded[n].sum) <= 1e-11 * std::abs(decoded[n].sum),
            "a sum is nearly the same again");
    rounded.sum = decoded[n].sum;
    require(rounded == decoded[n], "a bucket is the same again");
  }
  if (decoded.empty()) return;
  const Bucket joined = join(series, decoded, 60'000, decoded.front().start, decoded.back().start + 60'000);
  require(joined.count >= decoded.front().count, "joined buckets have all samples");
}

void check_journal(std::string_view bytes) {
  decode_journal(
      bytes, 0, [](SeriesId series) { return series % 2 == 0; },
      [](SeriesId series, Kind, const std::vector<Sample>&) {
        require(series % 2 == 0, "only what is wanted is decoded");
      });
}

void check_record(std::string_view bytes) {
  std::size_t size = 0;
  for (const PageValue& value : decode_record(bytes)) size += value.bytes.size();
  require(size <= bytes.size(), "values have no more bytes than their record");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] >= 0x80) {
    check_record(bytes);
    return 0;
  }
  try {
    switch (data[0] % 4) {
      case 0: check_samples(bytes); break;
      case 1: check_buckets(bytes); break;
      case 2: check_journal(bytes); break;
      default: {
        std::string sealed(bytes);
        seal(sealed);
        require(unseal(sealed) == bytes, "what was sealed can be unsealed");
        (void)unseal(bytes);
      }
    }
  } catch (const DamagedData&) {
  }
  return 0;
}
