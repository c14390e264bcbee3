#include "history/sample_codec.h"

#include <algorithm>
#include <map>

#include "history/column.h"

namespace m2ag::host::history {
namespace {

constexpr std::size_t kMostText = std::size_t{32} * 1024 * 1024;  // decoded from one blob

// The first integer: the count, the kind in two bits, and whether the quality is other than good somewhere.
constexpr unsigned kQualityBit = 4, kKindBits = 3, kHeaderBits = 3;

void write_quality(ByteWriter& out, std::span<const Sample> samples) {
  for (auto first = samples.begin(); first != samples.end();) {
    const auto last = std::find_if(first, samples.end(), [&](const Sample& s) { return s.quality != first->quality; });
    out.byte(static_cast<std::uint8_t>(first->quality));
    out.number(static_cast<std::uint64_t>(last - first));
    first = last;
  }
}

void read_quality(ByteReader& in, std::vector<Sample>& samples) {
  for (std::size_t n = 0; n < samples.size();) {
    const std::uint8_t quality = in.byte();
    const std::uint64_t run = in.number();
    if (quality > static_cast<std::uint8_t>(Quality::bad) || run == 0 || run > samples.size() - n)
      throw DamagedData("a quality is none");
    for (const std::size_t end = n + static_cast<std::size_t>(run); n < end; ++n)
      samples[n].quality = static_cast<Quality>(quality);
  }
}

void write_bits(ByteWriter& out, std::span<const Sample> samples) {
  for (std::size_t n = 0; n < samples.size(); n += 8) {
    unsigned bits = 0;
    for (std::size_t bit = 0; bit < 8 && n + bit < samples.size(); ++bit)
      bits |= samples[n + bit].number != 0 ? 1U << bit : 0U;
    out.byte(static_cast<std::uint8_t>(bits));
  }
}

void read_bits(ByteReader& in, std::vector<Sample>& samples) {
  for (std::size_t n = 0; n < samples.size(); n += 8) {
    const unsigned bits = in.byte();
    for (std::size_t bit = 0; bit < 8 && n + bit < samples.size(); ++bit) samples[n + bit].number = (bits >> bit) & 1U;
  }
}

void write_texts(ByteWriter& out, std::span<const Sample> samples) {
  std::map<std::string_view, std::int64_t> places;
  std::vector<std::string_view> texts;
  std::vector<std::int64_t> indexes;
  for (const Sample& sample : samples) {
    const auto [place, is_new] = places.emplace(sample.text, static_cast<std::int64_t>(texts.size()));
    if (is_new) texts.push_back(sample.text);
    indexes.push_back(place->second);
  }
  out.number(texts.size());
  for (const std::string_view text : texts) {
    out.number(text.size());
    out.text(text);
  }
  write_integers(out, indexes);
}

void read_texts(ByteReader& in, std::vector<Sample>& samples) {
  const std::uint64_t count = in.number();
  if (count > in.left()) throw DamagedData("there are fewer bytes than texts");
  std::vector<std::string_view> texts(static_cast<std::size_t>(count));
  for (std::string_view& text : texts) text = in.text(in.number());
  const auto indexes = read_integers(in, samples.size());
  std::size_t total = 0;
  for (std::size_t n = 0; n < samples.size(); ++n) {
    const auto index = static_cast<std::uint64_t>(indexes[n]);
    if (index >= texts.size()) throw DamagedData("a text is not there");
    const std::string_view text = texts[static_cast<std::size_t>(index)];
    total += text.size();
    if (text.size() > kMaxText || total > kMostText) throw DamagedData("there is too much text");
    samples[n].text = text;
  }
}

}  // namespace

Kind kind_of_samples(std::string_view bytes) {
  const std::uint64_t kind = ByteReader(bytes).number() & kKindBits;
  if (kind > static_cast<unsigned>(Kind::text)) throw DamagedData("samples of an unknown kind");
  return static_cast<Kind>(kind);
}

void encode_samples(ByteWriter& out, Kind kind, std::span<const Sample> samples, Time base) {
  const bool all_good = std::ranges::all_of(samples, [](const Sample& s) { return s.quality == Quality::good; });
  out.number(samples.size() << kHeaderBits | (all_good ? 0 : kQualityBit) | static_cast<unsigned>(kind));
  std::vector<std::int64_t> times(samples.size());
  std::ranges::transform(samples, times.begin(), &Sample::time);
  write_times(out, times, base);
  if (!all_good) write_quality(out, samples);
  if (kind == Kind::boolean) return write_bits(out, samples);
  if (kind == Kind::text) return write_texts(out, samples);
  std::vector<double> numbers(samples.size());
  std::ranges::transform(samples, numbers.begin(), &Sample::number);
  write_numbers(out, numbers);
}

DecodedSamples decode_samples(ByteReader& in, Time base) {
  const std::uint64_t header = in.number();
  const std::uint64_t count = header >> kHeaderBits;
  if ((header & kKindBits) > static_cast<unsigned>(Kind::text)) throw DamagedData("samples of an unknown kind");
  if (count > in.left()) throw DamagedData("there are fewer bytes than samples");
  DecodedSamples decoded{static_cast<Kind>(header & kKindBits), std::vector<Sample>(static_cast<std::size_t>(count))};
  auto& samples = decoded.samples;
  const auto times = read_times(in, samples.size(), base);
  for (std::size_t n = 0; n < samples.size(); ++n) {
    if (times[n] < (n == 0 ? kFirstTime : times[n - 1]) || times[n] > kLastTime) throw DamagedData("a time is wrong");
    samples[n].time = times[n];
  }
  if ((header & kQualityBit) != 0) read_quality(in, samples);
  switch (decoded.kind) {
    case Kind::boolean: read_bits(in, samples); break;
    case Kind::text: read_texts(in, samples); break;
    case Kind::number: {
      const auto numbers = read_numbers(in, samples.size());
      for (std::size_t n = 0; n < samples.size(); ++n) samples[n].number = numbers[n];
    }
  }
  return decoded;
}

}  // namespace m2ag::host::history
