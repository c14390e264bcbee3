#include "proc.h"

#include <m2ag/error.h>

#include <locale>
#include <map>
#include <sstream>

namespace proc {

namespace {

[[noreturn]] void unexpected(const char* file, const std::string& text) {
  throw m2ag::DeviceError(std::string("/proc/") + file + ": not as expected: \"" + text.substr(0, 80) + "\"");
}

}  // namespace

std::array<double, 3> load(const std::string& text) {
  std::array<double, 3> means{};
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  for (double& mean : means) {
    if (!(stream >> mean) || mean < 0) unexpected("loadavg", text);
  }
  return means;
}

double uptime(const std::string& text) {
  double seconds = 0;
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  if (!(stream >> seconds) || seconds < 0) unexpected("uptime", text);
  return seconds;
}

Memory memory(const std::string& text) {
  std::map<std::string, double> kibibytes;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string key;
    double amount = 0;
    if (words >> key >> amount) kibibytes[key] = amount;
  }
  const double total = kibibytes["MemTotal:"], swap = kibibytes["SwapTotal:"];
  const auto available = kibibytes.find("MemAvailable:");
  if (total <= 0 || available == kibibytes.end() || available->second > total) unexpected("meminfo", text);
  Memory memory{100 * (total - available->second) / total, available->second / 1024, std::nullopt};
  if (swap > 0) memory.swap = 100 * (swap - kibibytes["SwapFree:"]) / swap;
  return memory;
}

Ticks ticks(const std::string& text) {
  // user nice system idle iowait irq softirq steal; what follows is contained in the first two.
  std::array<std::uint64_t, 8> times{};
  std::istringstream stream(text);
  std::string name;
  if (!(stream >> name) || name != "cpu") unexpected("stat", text);
  for (std::uint64_t& time : times) {
    if (!(stream >> time)) unexpected("stat", text);
  }
  return {times[0] + times[1] + times[2] + times[5] + times[6] + times[7], times[3] + times[4]};
}

std::optional<double> usage(const Ticks& before, const Ticks& after) {
  // The time waiting for input may go back a little (proc(5), iowait).
  const std::uint64_t busy = after.busy > before.busy ? after.busy - before.busy : 0;
  const std::uint64_t idle = after.idle > before.idle ? after.idle - before.idle : 0;
  if (busy + idle == 0) return std::nullopt;
  return 100 * static_cast<double>(busy) / static_cast<double>(busy + idle);
}

}  // namespace proc
