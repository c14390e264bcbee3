#include "system/breadcrumb.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <map>
#include <system_error>

#include "system/fixed_text.h"

namespace m2ag::host {
namespace {

constexpr std::size_t kRoom = 1024;
constexpr std::string_view kEnd = "end=1";  // without it the note was not written to its end

}  // namespace

std::optional<Breadcrumb> parse_breadcrumb(std::string_view text) {
  std::map<std::string_view, std::string_view> lines;
  bool whole = false;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos && !whole; end = text.find('\n')) {
    const std::string_view line = text.substr(0, end);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    lines.emplace(line.substr(0, equals), line.substr(equals + 1));
    whole = line == kEnd;
    text.remove_prefix(end + 1);
  }
  long long seconds = 0;
  const std::string_view time = lines["time"];
  const auto read = std::from_chars(time.data(), time.data() + time.size(), seconds);
  if (!whole || read.ec != std::errc() || lines["signal"].empty()) return std::nullopt;
  Breadcrumb crumb;
  crumb.component = lines["component"];
  crumb.plugin = lines["plugin"];
  crumb.fingerprint = lines["fingerprint"];
  crumb.call = lines["call"];
  crumb.signal = lines["signal"];
  crumb.time = std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
  return crumb;
}

void write_breadcrumb(int file, const CrashNote& note) noexcept {
  FixedText<kRoom> text;
  text << "component=" << note.component;
  text.end_line() << "plugin=" << note.plugin;
  text.end_line() << "fingerprint=" << note.fingerprint;
  text.end_line() << "call=" << note.call;
  text.end_line() << "signal=" << note.signal << note.detail;
  text.end_line() << "time=" << note.time;
  text.end_line() << kEnd;
  text.end_line();
  // Nowhere to complain when it fails; errno is the interrupted code's.
  const int saved = errno;
  [[maybe_unused]] const ssize_t written = ::pwrite(file, text.view().data(), text.view().size(), 0);
  errno = saved;
}

BreadcrumbFile::BreadcrumbFile(std::filesystem::path path)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), path_.string());
}

BreadcrumbFile::~BreadcrumbFile() {
  std::array<char, 1> first{};
  if (::pread(descriptor_, first.data(), 1, 0) <= 0 || first[0] == '\0') ::unlink(path_.c_str());
  ::close(descriptor_);
}

std::optional<Breadcrumb> BreadcrumbFile::read() const {
  std::array<char, kRoom> text{};
  const ssize_t length = ::pread(descriptor_, text.data(), text.size(), 0);
  return length <= 0 ? std::nullopt : parse_breadcrumb({text.data(), static_cast<std::size_t>(length)});
}

bool BreadcrumbFile::clear() {
  // Filled, not cut off: the handler writes over blocks that the disk has given already.
  const std::array<char, kRoom> nothing{};
  if (::pwrite(descriptor_, nothing.data(), nothing.size(), 0) == static_cast<ssize_t>(kRoom)) return true;
  if (::ftruncate(descriptor_, 0) != 0) ::unlink(path_.c_str());
  return false;
}

}  // namespace m2ag::host
