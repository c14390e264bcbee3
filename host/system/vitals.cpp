#include "system/vitals.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "core/clock_state.h"

namespace m2ag::host {
namespace {

/// The number behind `key` in a file of lines "Key:   123 kB", in bytes.
std::optional<std::int64_t> kibibytes(const char* file, std::string_view key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ':') continue;
    std::istringstream rest(line.substr(key.size() + 1));
    std::int64_t amount = 0;
    if (rest >> amount) return amount * 1024;
  }
  return std::nullopt;
}

std::string address_text(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  } else if (address.sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    if (!IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr)) inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  }
  return text;
}

}  // namespace

Value::Map process_vitals(const std::filesystem::path& state) {
  Value::Map out;
  if (const auto rss = kibibytes("/proc/self/status", "VmRSS")) out.emplace("rss", *rss);
  if (const auto free = kibibytes("/proc/meminfo", "MemAvailable")) out.emplace("memory_free", *free);
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    out.emplace("cpu", seconds(usage.ru_utime) + seconds(usage.ru_stime));
  }
  double load = 0;
  if (std::ifstream in("/proc/loadavg"); in >> load) out.emplace("load", load);
  struct statvfs disk {};
  if (statvfs(state.parent_path().empty() ? "." : state.parent_path().c_str(), &disk) == 0) {
    out.emplace("disk_free", static_cast<std::int64_t>(disk.f_bavail * disk.f_frsize));
  }
  return out;
}

std::string boot_id() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

std::string time_quality() { return clock_synchronised().value_or(false) ? "ntp" : "unsynchronised"; }

Value::List network_addresses() {
  Value::List out;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return out;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
  for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
    const bool useful =
        each->ifa_addr != nullptr && (each->ifa_flags & IFF_UP) != 0 && (each->ifa_flags & IFF_LOOPBACK) == 0;
    if (!useful) continue;
    if (std::string text = address_text(*each->ifa_addr); !text.empty()) out.emplace_back(std::move(text));
  }
  return out;
}

}  // namespace m2ag::host
