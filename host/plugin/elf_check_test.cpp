#include "plugin/elf_check.h"

#include <elf.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <functional>

#include "catch.h"
#include "config/test_folder.h"
#include "plugin/test_fixture.h"

using namespace m2ag::host;
using Catch::Contains;

namespace {

std::string lamp_bytes() {
  std::ifstream file(fixture("lamp"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What is found in a copy of a good plugin whose header was changed.
std::string problem_with(const std::function<void(Elf64_Ehdr&)>& change) {
  std::string bytes = lamp_bytes();
  change(*reinterpret_cast<Elf64_Ehdr*>(bytes.data()));
  const TestFolder folder;
  return elf_problem(folder.write("changed.so", bytes)).value_or("none");
}

}  // namespace

TEST_CASE("a plugin as it was built has nothing wrong") {
  REQUIRE(elf_problem(fixture("lamp")) == std::nullopt);
  REQUIRE(exported_symbols(fixture("lamp")) == std::vector<std::string>{"m2ag_plugin"});
}

TEST_CASE("a plugin built without the version script shows more than its one symbol") {
  const auto symbols = exported_symbols(fixture("shows_more"));
  REQUIRE(std::find(symbols.begin(), symbols.end(), "m2ag_plugin") != symbols.end());
  REQUIRE(std::find(symbols.begin(), symbols.end(), "one_more") != symbols.end());
  REQUIRE(exported_symbols(fixture("no_symbol")).empty());
}

TEST_CASE("a file cut short anywhere is refused, as the loader would die on it") {
  const std::string bytes = lamp_bytes();
  const TestFolder folder;
  const auto size = bytes.size();
  for (const std::size_t length : {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{200},
                                   std::size_t{3000}, size / 4, size / 2, size - 4096, size - 1}) {
    CAPTURE(length, size);
    const auto problem = elf_problem(folder.write("cut.so", std::string_view(bytes).substr(0, length)));
    REQUIRE(problem);
    REQUIRE_THAT(*problem, Contains("short"));
  }
  REQUIRE_THAT(elf_problem(folder.write("empty.so", "")).value_or(""), Contains("empty"));
}

TEST_CASE("a file of another kind, machine or class is refused with both names") {
  const TestFolder folder;
  REQUIRE_THAT(elf_problem(folder.write("text.so", std::string(500, 'x'))).value_or(""), Contains("not an ELF file"));
  REQUIRE_THAT(elf_problem(folder / "absent.so").value_or(""), Contains("No such file"));
  REQUIRE(elf_problem(folder.path()) == "not a regular file");
#ifdef __x86_64__
  REQUIRE(problem_with([](Elf64_Ehdr& header) { header.e_machine = EM_AARCH64; }) ==
          "built for aarch64, this host is x86_64");
#endif
  REQUIRE_THAT(problem_with([](Elf64_Ehdr& header) { header.e_machine = 4711; }),
               Contains("built for machine 4711, this host is "));
  REQUIRE(problem_with([](Elf64_Ehdr& header) { header.e_ident[EI_CLASS] = ELFCLASS32; }) ==
          "built for 32 bit, this host is 64 bit");
  REQUIRE_THAT(problem_with([](Elf64_Ehdr& header) { header.e_ident[EI_DATA] = ELFDATA2MSB; }),
               Contains("other byte order"));
  REQUIRE_THAT(problem_with([](Elf64_Ehdr& header) { header.e_type = ET_REL; }), Contains("not a shared library"));
}

TEST_CASE("a header that points anywhere is refused, not followed") {
  REQUIRE_THAT(problem_with([](Elf64_Ehdr& header) { header.e_shoff = ~0ULL; }), Contains("section table"));
  REQUIRE_THAT(problem_with([](Elf64_Ehdr& header) { header.e_phoff = ~0ULL - 8; }), Contains("program headers"));
  REQUIRE_THAT(problem_with([](Elf64_Ehdr& header) { header.e_phnum = 0xffff; }), Contains("program headers"));
  REQUIRE_THAT(problem_with([](Elf64_Ehdr& header) { header.e_phnum = 0; }), Contains("program headers"));
}
