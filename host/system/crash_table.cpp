#include "system/crash_table.h"

#include <link.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <new>
#include <system_error>

namespace m2ag::host {
namespace {

struct CodeRange {
  std::uintptr_t address, begin = 0, end = 0;
};

/// dl_iterate_phdr(3): the object in whose segments the address lies, from its first to its last byte.
int look_into(dl_phdr_info* info, std::size_t, void* data) {
  auto& range = *static_cast<CodeRange*>(data);
  std::uintptr_t begin = UINTPTR_MAX;
  std::uintptr_t end = 0;
  for (int n = 0; n < info->dlpi_phnum; ++n) {
    const auto& segment = info->dlpi_phdr[n];
    if (segment.p_type != PT_LOAD) continue;
    begin = std::min<std::uintptr_t>(begin, info->dlpi_addr + segment.p_vaddr);
    end = std::max<std::uintptr_t>(end, info->dlpi_addr + segment.p_vaddr + segment.p_memsz);
  }
  if (range.address < begin || range.address >= end) return 0;
  range.begin = begin;
  range.end = end;
  return 1;
}

CodeRange range_of(const void* code) {
  CodeRange range{reinterpret_cast<std::uintptr_t>(code)};
  if (code != nullptr) ::dl_iterate_phdr(&look_into, &range);
  return range;
}

template <std::size_t Size>
void copy(char (&to)[Size], std::string_view from) {
  std::memcpy(to, from.data(), std::min(from.size(), Size - 1));  // the rest is zero already
}

}  // namespace

const CrashTable* CrashTable::make(std::span<const CrashSuspect> suspects) {
  const std::size_t size = sizeof(CrashTable) + suspects.size() * sizeof(CrashRow);
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "memory for the table of crashes");
  const auto* const table = new (memory) CrashTable(suspects.size());
  auto* row = new (static_cast<char*>(memory) + sizeof(CrashTable)) CrashRow[suspects.size()];
  std::map<const void*, CodeRange> ranges;  // components of one type lie in one library
  for (const CrashSuspect& suspect : suspects) {
    const auto known = ranges.try_emplace(suspect.code).first;
    if (known->second.end == 0) known->second = range_of(suspect.code);
    *row = CrashRow{suspect.owner.data(), {}, {}, {}, known->second.begin, known->second.end};
    copy(row->id, suspect.component);
    copy(row->plugin, suspect.plugin);
    copy(row->fingerprint, suspect.fingerprint);
    ++row;
  }
  ::mprotect(memory, size, PROT_READ);
  return table;
}

void CrashTable::free(const CrashTable* table) {
  if (table == nullptr) return;
  ::munmap(const_cast<CrashTable*>(table), sizeof(CrashTable) + table->count_ * sizeof(CrashRow));
}

const CrashRow* CrashTable::find(std::string_view owner) const noexcept {
  for (std::size_t n = 0; n < count_; ++n) {
    if (rows()[n].owner == owner.data()) return &rows()[n];
  }
  // A thread that a component started has a copy of the id.
  for (std::size_t n = 0; n < count_; ++n) {
    if (owner == std::string_view(rows()[n].id)) return &rows()[n];
  }
  return nullptr;
}

const CrashRow* CrashTable::find(std::uintptr_t code, bool& several) const noexcept {
  const CrashRow* found = nullptr;
  several = false;
  for (std::size_t n = 0; n < count_; ++n) {
    if (code < rows()[n].code_begin || code >= rows()[n].code_end) continue;
    several = found != nullptr;
    found = &rows()[n];
    if (several) break;
  }
  return found;
}

}  // namespace m2ag::host
