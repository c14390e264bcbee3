#include "plugin/elf_check.h"

#include <fmt/format.h>

#include <elf.h>
#include <link.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <span>
#include <stdexcept>

// The header of the running program, placed by the linker: what "this host" is needs no list of #ifs.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): the linker's name
extern "C" [[gnu::visibility("hidden")]] const ElfW(Ehdr) __ehdr_start;

namespace m2ag::host {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Section = ElfW(Shdr);
using Symbol = ElfW(Sym);

std::string machine_name(unsigned machine) {
  switch (machine) {
    case EM_X86_64: return "x86_64";
    case EM_386: return "i386";
    case EM_AARCH64: return "aarch64";
    case EM_ARM: return "arm";
    case EM_RISCV: return "riscv";
    default: return fmt::format("machine {}", machine);
  }
}

/// A file of known length, of which a part that is not there is never touched.
class Bytes {
 public:
  Bytes(const std::filesystem::path& file, std::uint64_t size) : stream_(file, std::ios::binary), size_(size) {}

  bool contains(std::uint64_t offset, std::uint64_t length) const {
    return offset <= size_ && length <= size_ - offset;
  }

  template <class T>
  bool read(std::uint64_t offset, std::span<T> out) {
    if (!contains(offset, out.size_bytes())) return false;
    stream_.seekg(static_cast<std::streamoff>(offset));
    stream_.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size_bytes()));
    return stream_.good();
  }
  template <class T>
  bool read(std::uint64_t offset, T& out) {
    return read(offset, std::span<T>(&out, 1));
  }

 private:
  std::ifstream stream_;
  std::uint64_t size_;
};

std::optional<std::string> identity_problem(const Header& header) {
  const Header& host = __ehdr_start;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return "not an ELF file, so no plugin";
  if (header.e_ident[EI_CLASS] != host.e_ident[EI_CLASS]) {
    return fmt::format("built for {} bit, this host is {} bit", header.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32,
                       host.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32);
  }
  if (header.e_ident[EI_DATA] != host.e_ident[EI_DATA]) return "built for the other byte order";
  if (header.e_machine != host.e_machine) {
    return fmt::format("built for {}, this host is {}", machine_name(header.e_machine), machine_name(host.e_machine));
  }
  if (header.e_type != ET_DYN) return "not a shared library: link it with -shared (m2ag_add_plugin does)";
  return std::nullopt;
}

constexpr const char* kTruncated = "the file is cut short ({}): copy or build it again";

std::optional<std::string> segments_problem(Bytes& bytes, const Header& header) {
  constexpr std::size_t kMostSegments = 256;
  if (header.e_phentsize != sizeof(Segment) || header.e_phnum == 0 || header.e_phnum > kMostSegments) {
    return "its program headers make no sense";
  }
  std::vector<Segment> segments(header.e_phnum);
  if (!bytes.read(header.e_phoff, std::span(segments))) return fmt::format(kTruncated, "in its program headers");
  for (const Segment& segment : segments) {
    if (segment.p_type == PT_NULL) continue;
    if (!bytes.contains(segment.p_offset, segment.p_filesz))
      return fmt::format(kTruncated, "a segment ends beyond its end");
  }
  return std::nullopt;
}

std::vector<Section> read_sections(Bytes& bytes, const Header& header) {
  std::vector<Section> sections(header.e_shnum);
  if (header.e_shentsize != sizeof(Section) || !bytes.read(header.e_shoff, std::span(sections))) {
    throw std::runtime_error("its section table makes no sense");
  }
  return sections;
}

}  // namespace

std::optional<std::string> elf_problem(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return fmt::format("cannot be read: {}", std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return "not a regular file";
  Bytes bytes(file, static_cast<std::uint64_t>(status.st_size));
  Header header{};
  if (!bytes.read(0, header)) {
    return status.st_size == 0 ? std::string("the file is empty")
                               : std::string("cannot be read, or is too short for an ELF file");
  }
  if (auto problem = identity_problem(header)) return problem;
  if (auto problem = segments_problem(bytes, header)) return problem;
  // A stripped library may have no section table; one that points past the end tells of a copy that was cut short.
  if (header.e_shoff != 0 && !bytes.contains(header.e_shoff, std::uint64_t{header.e_shnum} * header.e_shentsize)) {
    return fmt::format(kTruncated, "its section table lies beyond its end");
  }
  return std::nullopt;
}

std::vector<std::string> exported_symbols(const std::filesystem::path& file) {
  Bytes bytes(file, std::filesystem::file_size(file));
  Header header{};
  if (!bytes.read(0, header)) throw std::runtime_error("cannot be read");
  const std::vector<Section> sections = read_sections(bytes, header);
  std::vector<std::string> names;
  for (const Section& section : sections) {
    if (section.sh_type != SHT_DYNSYM) continue;
    if (section.sh_link >= sections.size() || !bytes.contains(section.sh_offset, section.sh_size)) {
      throw std::runtime_error("its symbol table makes no sense");
    }
    const Section& strings = sections[section.sh_link];
    if (!bytes.contains(strings.sh_offset, strings.sh_size))
      throw std::runtime_error("its string table makes no sense");
    std::vector<Symbol> symbols(section.sh_size / sizeof(Symbol));
    std::string text(strings.sh_size, '\0');
    if (!bytes.read(section.sh_offset, std::span(symbols)) || !bytes.read(strings.sh_offset, std::span(text))) {
      throw std::runtime_error("its symbol table cannot be read");
    }
    for (const Symbol& symbol : symbols) {
      const unsigned binding = symbol.st_info >> 4U;
      if (symbol.st_shndx == SHN_UNDEF || (binding != STB_GLOBAL && binding != STB_GNU_UNIQUE)) continue;
      if (symbol.st_name >= text.size()) throw std::runtime_error("a symbol's name lies outside its string table");
      names.emplace_back(text.c_str() + symbol.st_name);
    }
  }
  return names;
}

}  // namespace m2ag::host
