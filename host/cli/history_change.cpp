#include "cli/history_change.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "core/clock.h"
#include "history/writer.h"

namespace m2ag::host {
namespace {

history::WriterSettings settings_of(const std::filesystem::path& file, const std::string& zone) {
  history::WriterSettings settings;
  settings.file = file;
  settings.zone = zone;
  settings.synchronous = history::Synchronous::full;
  settings.least_free = 0;  // a disk that is full says so
  return settings;
}

history::WriterEvents told() {
  history::WriterEvents events;
  events.damaged = [](const history::Damage& damage) { fmt::print(stderr, "m2ag history: {}\n", damage.sentence()); };
  return events;
}

}  // namespace

void import_history(const std::filesystem::path& file, const std::string& zone, const std::string& input,
                    const history::Progress& progress) {
  std::ifstream opened;
  if (input != "-") {
    opened.open(input, std::ios::binary);
    if (!opened || std::filesystem::is_directory(input))
      throw std::runtime_error(
          fmt::format("{}: cannot be read: {}", input, opened ? std::strerror(EISDIR) : std::strerror(errno)));
  }
  const SystemClock clock;
  history::Writer writer(settings_of(file, zone), clock, told());
  std::int64_t count = 0;
  try {
    count = history::import_csv(input == "-" ? std::cin : opened, writer, progress);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("{}: {}", input, error.what()));
  }
  writer.compact();
  const auto stats = writer.stats();
  fmt::print("{} samples of {} read, {} of them were there already\n", count, input, stats.duplicates);
}

void vacuum_history(const std::filesystem::path& file, const std::string& zone) {
  if (!std::filesystem::exists(file)) throw std::runtime_error(fmt::format("{}: there is no such file", file.string()));
  const SystemClock clock;
  history::Writer writer(settings_of(file, zone), clock, told());
  const auto before = writer.stats();
  writer.compact();
  writer.vacuum();
  const auto after = writer.stats();
  fmt::print("{}: {} bytes, before {}\n", file.string(), after.file_bytes + after.log_bytes,
             before.file_bytes + before.log_bytes);
}

}  // namespace m2ag::host
