#include "history/page_rows.h"

#include <algorithm>
#include <optional>

namespace m2ag::host::history {
namespace {

constexpr std::size_t kFirstPageHeader = 100, kMostColumns = 16, kEntry = 5;
constexpr std::uint8_t kKeyedInner = 2, kKeyedLeaf = 10, kTableLeaf = 13;
constexpr std::uint8_t kFreePage = 2, kFirstOverflow = 3, kOverflow = 4, kMostType = 5;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

/// Takes a varint away: seven bits a byte, the highest first, all eight of the ninth.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (std::size_t n = 0; n < 9 && n < bytes.size(); ++n) {
    const std::uint8_t next = byte_at(bytes, n);
    value = n == 8 ? value << 8U | next : value << 7U | (next & 0x7fU);
    if (n == 8 || next < 0x80) {
      bytes.remove_prefix(n + 1);
      return value;
    }
  }
  return {};
}

/// Of the pages that follow a page of pointers, that one says what they are used for.
class PageUse {
 public:
  explicit PageUse(PageFile& file) : file_(file), described_(static_cast<std::uint32_t>(file.page_size() / kEntry)) {}

  bool may_have_rows(std::uint32_t number) {
    if (number < 2) return true;
    const std::uint32_t pointers = number - (number - 2) % (described_ + 1);
    if (number == pointers) return false;
    if (pointers != read_) read(pointers);
    if (!is_sound_) return true;
    const std::uint8_t type = byte_at(page_, kEntry * (number - pointers - 1));
    return type != kFreePage && type != kFirstOverflow && type != kOverflow;
  }

 private:
  void read(std::uint32_t pointers) {
    read_ = pointers;
    page_ = file_.page(pointers);
    is_sound_ = !page_.empty();
    const std::uint32_t last = std::min(file_.count(), pointers + described_);
    for (std::uint32_t n = 0; is_sound_ && n < last - pointers; ++n) {
      const std::uint8_t type = byte_at(page_, kEntry * n);
      is_sound_ = type >= 1 && type <= kMostType && big_endian_32(page_, kEntry * n + 1) <= file_.count();
    }
  }

  PageFile& file_;
  const std::uint32_t described_;  ///< how many pages one of pointers has
  std::uint32_t read_ = 0;
  std::string page_;
  bool is_sound_ = false;
};

class Cells {
 public:
  Cells(PageFile& file, const std::function<void(const PageRow&)>& take) : file_(file), take_(take) {}

  void read(std::uint32_t number, std::string_view page) {
    const std::size_t header = number == 1 ? kFirstPageHeader : 0;
    const std::uint8_t type = byte_at(page, header);
    if (type != kKeyedInner && type != kKeyedLeaf && type != kTableLeaf) return;
    const std::size_t pointers = header + (type == kKeyedInner ? 12 : 8);
    const std::size_t count = std::min<std::size_t>(big_endian_16(page, header + 3), (page.size() - pointers) / 2);
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t at = big_endian_16(page, pointers + 2 * n);
      const std::size_t skipped = type == kKeyedInner ? 4 : 0;  // the page on its left
      if (at + skipped < page.size()) cell(type, page.substr(at + skipped));
    }
  }

 private:
  void cell(std::uint8_t type, std::string_view bytes) {
    const auto size = take_varint(bytes);
    if (!size || *size == 0 || *size > std::uint64_t{file_.count()} * file_.page_size()) return;
    PageRow row;
    row.is_keyed = type != kTableLeaf;
    if (!row.is_keyed) {
      const auto rowid = take_varint(bytes);
      if (!rowid) return;
      row.rowid = static_cast<std::int64_t>(*rowid);
    }
    row.values = decode_record(payload(bytes, static_cast<std::size_t>(*size), row.is_keyed));
    if (!row.values.empty()) take_(row);
  }

  /// §1.6: how much of a payload is in its cell, and where the rest is. Empty when not all of it is there.
  std::string payload(std::string_view bytes, std::size_t size, bool is_keyed) {
    const std::size_t usable = file_.page_size();
    const std::size_t most = is_keyed ? (usable - 12) * 64 / 255 - 23 : usable - 35;
    const std::size_t least = (usable - 12) * 32 / 255 - 23;
    if (size <= most) return std::string(size <= bytes.size() ? bytes.substr(0, size) : std::string_view());
    const std::size_t fitting = least + (size - least) % (usable - 4);
    const std::size_t here = fitting <= most ? fitting : least;
    if (here + 4 > bytes.size()) return {};
    std::string all(bytes.substr(0, here));
    for (std::uint32_t next = big_endian_32(bytes, here); all.size() < size;) {
      const std::string page = file_.page(next);
      if (page.empty()) return {};
      all += std::string_view(page).substr(4, size - all.size());
      next = big_endian_32(page, 0);
    }
    return all;
  }

  PageFile& file_;
  const std::function<void(const PageRow&)>& take_;
};

std::int64_t integer_of(std::string_view bytes) {
  auto value = static_cast<std::uint64_t>(!bytes.empty() && byte_at(bytes, 0) >= 0x80 ? -1 : 0);
  for (const char byte : bytes) value = value << 8U | static_cast<std::uint8_t>(byte);
  return static_cast<std::int64_t>(value);
}

/// How many bytes a value of that type has; nothing for a type that there is not.
std::optional<std::uint64_t> size_of(std::uint64_t type) {
  constexpr std::uint64_t kSizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
  if (type < 10) return kSizes[type];
  if (type < 12) return {};
  return (type - 12) / 2;
}

PageValue value_of(std::uint64_t type, std::string_view bytes) {
  if (type == 0) return {};
  if (type == 7) return {'r', 0, {}};
  if (type < 8) return {'i', integer_of(bytes), {}};
  if (type < 10) return {'i', static_cast<std::int64_t>(type - 8), {}};
  return {type % 2 == 1 ? 't' : 'b', 0, std::string(bytes)};
}

}  // namespace

std::string PageRow::shape() const {
  std::string shape;
  for (const PageValue& value : values) shape.push_back(value.type);
  return shape;
}

std::vector<PageValue> decode_record(std::string_view payload) {
  std::string_view types = payload;
  const auto header = take_varint(types);
  if (!header || *header > payload.size() || *header < payload.size() - types.size()) return {};
  std::string_view body = payload.substr(static_cast<std::size_t>(*header));
  types = types.substr(0, types.size() - body.size());
  std::vector<PageValue> values;
  while (!types.empty()) {
    const auto type = take_varint(types);
    const auto size = type ? size_of(*type) : std::nullopt;
    if (!size || *size > body.size() || values.size() == kMostColumns) return {};
    values.push_back(value_of(*type, body.substr(0, static_cast<std::size_t>(*size))));
    body.remove_prefix(static_cast<std::size_t>(*size));
  }
  return values;
}

void read_page_rows(PageFile& file, const std::function<void(const PageRow&)>& take) {
  PageUse use(file);
  Cells cells(file, take);
  for (std::uint32_t number = 1; number <= file.count(); ++number) {
    if (!use.may_have_rows(number)) continue;
    if (const std::string page = file.page(number); !page.empty()) cells.read(number, page);
  }
}

}  // namespace m2ag::host::history
