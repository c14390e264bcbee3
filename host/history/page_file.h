// The pages of a SQLite file that SQLite may not be able to open any more, each as it was committed last: from the write-ahead log where
// that has it. Only reads. https://www.sqlite.org/fileformat2.html §1.2, §1.3, §4.1. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unordered_map>

namespace m2ag::host::history {

class PageFile {
 public:
  /// A file that cannot be read has no pages. Of the log counts what its checksums confirm, up to the last transaction that is complete.
  explicit PageFile(const std::filesystem::path& path);

  std::uint32_t count() const { return count_; }
  std::size_t page_size() const { return page_size_; }
  /// Pages are counted from 1. Empty when it cannot be read.
  std::string page(std::uint32_t number);

 private:
  void read_log();

  std::ifstream file_, log_;
  std::size_t page_size_;
  std::uint32_t count_ = 0;
  std::unordered_map<std::uint32_t, std::streamoff> in_log_;  ///< where in the log a page's newest content begins
};

/// Big-endian, as all numbers in the file are. `at + 4` must be within.
std::uint32_t big_endian_32(std::string_view bytes, std::size_t at);
std::uint32_t big_endian_16(std::string_view bytes, std::size_t at);

}  // namespace m2ag::host::history
