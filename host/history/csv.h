// Samples as lines of text, and back: what `export` writes and `import` reads. CSV (RFC 4180): `series,kind,unit,time,value,quality` with times
// as 2026-11-30T19:43:56.123Z and numbers that are read back as the same number. JSON: an array of objects, one a line, with the same
// names. Memory does not grow with what is written or read. One thread.
#pragma once

#include <functional>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "history/reader.h"
#include "history/writer.h"

namespace m2ag::host::history {

enum class Form { csv, json };

/// Gets the text in pieces; returns false to end.
using Sink = std::function<bool(std::string_view text)>;
/// Every now and then: how many samples so far.
using Progress = std::function<void(std::int64_t samples)>;

/// All samples of these series in [from, to), by series and time. How many it were. Each page is a query of its own, with the reader's
/// limits; what is written while it runs may be in it or not. Throws as the reader.
std::int64_t export_samples(Reader& reader, const std::vector<Series>& series, Time from, Time to, Form form,
                            const Sink& sink, const Progress& progress = {});

/// Writes what the CSV export wrote. What is there already is not doubled. How many samples were stored. Throws std::runtime_error with
/// `line N: …` for the first line that is none: what came before is stored.
std::int64_t import_csv(std::istream& in, Writer& writer, const Progress& progress = {});

/// `2026-11-30T19:43:56.123Z`; and back, where the fraction may be left out. Throws std::runtime_error for what is no such time.
std::string time_text(Time time);
Time parse_time(std::string_view text);

}  // namespace m2ag::host::history
