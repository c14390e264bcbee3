#include "history/page_file.h"

#include <bit>

namespace m2ag::host::history {
namespace {

constexpr std::size_t kDefaultPage = 4096, kLeastPage = 512, kMostPage = 65536, kLogHeader = 32, kFrameHeader = 24;
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::uint32_t kLogMagic = 0x377f0682;  // its lowest bit: the checksums are of big-endian words

std::string bytes_of(std::ifstream& file, std::streamoff at, std::size_t size) {
  std::string bytes(size, '\0');
  file.clear();
  if (!file.seekg(at) || !file.read(bytes.data(), static_cast<std::streamsize>(size))) return {};
  return bytes;
}

std::size_t page_size_of(std::ifstream& file) {
  const std::string header = bytes_of(file, 0, 100);
  if (header.size() < 100 || !header.starts_with(kMagic)) return kDefaultPage;
  const std::size_t size = big_endian_16(header, 16) == 1 ? kMostPage : big_endian_16(header, 16);
  return std::has_single_bit(size) && size >= kLeastPage ? size : kDefaultPage;
}

/// §4.2: of pairs of words, over all of the log so far.
struct LogChecksum {
  std::uint32_t first = 0, second = 0;

  void add(std::string_view bytes, bool is_big_endian) {
    const auto word = [&](std::size_t at) {
      const std::uint32_t value = big_endian_32(bytes, at);
      return is_big_endian ? value : __builtin_bswap32(value);
    };
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word(at) + second;
      second += word(at + 4) + first;
    }
  }
  bool is(std::string_view bytes, std::size_t at) const {
    return big_endian_32(bytes, at) == first && big_endian_32(bytes, at + 4) == second;
  }
};

}  // namespace

std::uint32_t big_endian_16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[at])) << 8U |
         static_cast<std::uint8_t>(bytes[at + 1]);
}

std::uint32_t big_endian_32(std::string_view bytes, std::size_t at) {
  return big_endian_16(bytes, at) << 16U | big_endian_16(bytes, at + 2);
}

PageFile::PageFile(const std::filesystem::path& path)
    : file_(path, std::ios::binary), log_(path.string() + "-wal", std::ios::binary), page_size_(page_size_of(file_)) {
  std::error_code none;
  const auto size = std::filesystem::file_size(path, none);
  if (!none) count_ = static_cast<std::uint32_t>(size / page_size_);
  read_log();
}

void PageFile::read_log() {
  const std::string header = bytes_of(log_, 0, kLogHeader);
  if (header.empty() || (big_endian_32(header, 0) & ~1U) != kLogMagic || big_endian_32(header, 8) != page_size_) return;
  const bool is_big_endian = (big_endian_32(header, 0) & 1U) != 0;
  LogChecksum sum;
  sum.add(std::string_view(header).substr(0, 24), is_big_endian);
  if (!sum.is(header, 24)) return;
  std::unordered_map<std::uint32_t, std::streamoff> open;  // of a transaction that is not complete yet
  for (auto at = static_cast<std::streamoff>(kLogHeader);;
       at += static_cast<std::streamoff>(kFrameHeader + page_size_)) {
    const std::string frame = bytes_of(log_, at, kFrameHeader + page_size_);
    if (frame.empty() || frame.compare(8, 8, header, 16, 8) != 0) return;  // the salts: of an earlier use of the log
    sum.add(std::string_view(frame).substr(0, 8), is_big_endian);
    sum.add(std::string_view(frame).substr(kFrameHeader), is_big_endian);
    if (!sum.is(frame, 16)) return;
    open[big_endian_32(frame, 0)] = at + static_cast<std::streamoff>(kFrameHeader);
    const std::uint32_t pages_after_commit = big_endian_32(frame, 4);
    if (pages_after_commit == 0) continue;
    for (const auto& [page, place] : open) in_log_[page] = place;
    open.clear();
    count_ = pages_after_commit;
  }
}

std::string PageFile::page(std::uint32_t number) {
  if (number == 0 || number > count_) return {};
  if (const auto found = in_log_.find(number); found != in_log_.end()) return bytes_of(log_, found->second, page_size_);
  return bytes_of(file_, static_cast<std::streamoff>(number - 1) * static_cast<std::streamoff>(page_size_), page_size_);
}

}  // namespace m2ag::host::history
