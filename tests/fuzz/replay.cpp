// Runs a fuzz target without libFuzzer: each file of the corpus as it is, cut short, and changed at random from a fixed seed, so that a second
// run does the same. For the test run with AddressSanitizer; tests/fuzz/run searches for new inputs.
// Usage: NAME_replay FOLDER
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <set>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kCuts = 32, kChanged = 100;  ///< inputs made of each file
std::size_t inputs = 0;

void run(const std::string& input) {
  // Copied, so that a read beyond the end is one beyond an allocation.
  const std::basic_string<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  ++inputs;
}

std::string changed(std::string text, std::mt19937& random) {
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) {
    const std::size_t place = below(text.size());
    switch (below(4)) {
      case 0: text[place] = static_cast<char>(text[place] ^ (1 << below(8))); break;
      case 1: text[place] = static_cast<char>(random()); break;
      case 2: text.erase(place, 1 + below(8)); break;
      default: text.insert(place, text.substr(below(text.size()), below(32))); break;
    }
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " FOLDER\n";
    return 1;
  }
  std::set<std::filesystem::path> files;  // in order, whatever the file system says first
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) files.insert(entry.path());
  std::mt19937 random(20261201);
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    run(text);
    for (std::size_t cut = 0; cut < kCuts; ++cut) run(text.substr(0, text.size() * cut / kCuts));
    for (int i = 0; i < kChanged; ++i) run(changed(text, random));
  }
  std::cout << inputs << " inputs of " << files.size() << " files\n";
  return inputs > 0 ? 0 : 1;
}
