// Columns of a blob: many integers or numbers, one behind the other, each as the difference to what it is likely to be. A reader is given
// how many there are, at most one per byte that is left; it throws DamagedData, never more.
//
// Times: the difference to the difference before (a steady interval is one byte). Numbers: as integers of the fewest decimal digits that
// give each of them exactly (what sensors publish), otherwise the bytes that differ from the number before.
#pragma once

#include <span>
#include <vector>

#include "history/bytes.h"

namespace m2ag::host::history {

void write_integers(ByteWriter& out, std::span<const std::int64_t> values);
std::vector<std::int64_t> read_integers(ByteReader& in, std::size_t count);

/// `base`: near the first, the same for reader and writer.
void write_times(ByteWriter& out, std::span<const std::int64_t> times, std::int64_t base);
std::vector<std::int64_t> read_times(ByteReader& in, std::size_t count, std::int64_t base);

/// Finite numbers. `rounded`: what is within a part in 10¹² of a decimal number may become that number (a sum of decimal numbers is one).
void write_numbers(ByteWriter& out, std::span<const double> values, bool rounded = false);
/// Throws DamagedData for what is not finite, too.
std::vector<double> read_numbers(ByteReader& in, std::size_t count);

}  // namespace m2ag::host::history
