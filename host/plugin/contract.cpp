#include "plugin/contract.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <span>
#include <string>

#include "plugin/child_lines.h"
#include "plugin/contract_type.h"
#include "plugin/elf_check.h"
#include "plugin/finding.h"
#include "plugin/library.h"

namespace m2ag::host {
namespace {

// What the child says: a step begins, it is well, or what is wrong with it.
constexpr char kBegin = '>', kWell = '+', kWrong = '-';

class Steps : public ContractSteps {
 public:
  explicit Steps(int output) : output_(output) {}

  bool run(const std::string& name, const std::function<void()>& step) override {
    say(kBegin, name);
    // The contract speaks for the loader: what a plugin throws, even if it is no std::exception, is a finding here.
    try {
      step();
      say(kWell, "");
      return true;
    } catch (const Finding& finding) {
      say(kWrong, finding.what());
    } catch (const std::exception& error) {
      say(kWrong, fmt::format("it threw: {}", error.what()));
    } catch (...) {
      say(kWrong, "it threw something that is no std::exception");
    }
    all_well_ = false;
    return false;
  }
  bool all_well() const { return all_well_; }

 private:
  void say(char what, std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    report_line(output_, what + text);
  }
  int output_;
  bool all_well_ = true;
};

void expect_one_symbol(const std::filesystem::path& plugin) {
  if (auto problem = elf_problem(plugin)) throw Finding(*problem);
  const std::vector<std::string> symbols = exported_symbols(plugin);
  if (symbols == std::vector<std::string>{abi::kSymbol}) return;
  const auto shown = std::span(symbols).first(std::min<std::size_t>(symbols.size(), 4));
  throw Finding(fmt::format("it exports {} strong symbols ({}{}): build it with m2ag_add_plugin", symbols.size(),
                            fmt::join(shown, ", "), shown.size() < symbols.size() ? ", …" : ""));
}

void expect_same_description(const PluginLibrary& library) {
  PluginDescription again = library.describe();
  again.path = library.description().path;
  if (to_json(again) != to_json(library.description()))
    throw Finding("it described itself in another way the second time");
}

void expect_unmapped(const std::filesystem::path& plugin) {
  const std::string path = std::filesystem::canonical(plugin).string();
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.ends_with(" " + path)) throw Finding("it stays mapped after it was closed: build it with -fno-gnu-unique");
  }
}

}  // namespace

void run_contract(const std::filesystem::path& plugin) {
  Steps steps(begin_reporting());
  steps.run(fmt::format("exports {} alone", abi::kSymbol), [&] { expect_one_symbol(plugin); });
  std::shared_ptr<PluginLibrary> library;
  if (steps.run("loads and describes itself", [&] { library = std::make_shared<PluginLibrary>(plugin); })) {
    steps.run("describes itself a second time alike", [&] { expect_same_description(*library); });
    for (const ComponentSpec& spec : library->components()) check_type(steps, spec, library->simulated_chips());
    for (const SimulatedChipSpec& spec : library->simulated_chips()) check_chip(steps, spec);
    steps.run("unloads", [&] {
      library.reset();
      expect_unmapped(plugin);
    });
  }
  std::_Exit(steps.all_well() ? EXIT_SUCCESS : EXIT_FAILURE);
}

bool check_contract(const std::filesystem::path& plugin, const std::filesystem::path& program, std::ostream& out,
                    std::chrono::milliseconds patience) {
  ChildLines child(program, {"describe", "--contract", plugin.string()});
  std::size_t steps = 0, findings = 0;
  std::string step = "starts", line;
  const auto found = [&](std::string_view what) {
    ++findings;
    out << "FAIL  " << step << ": " << what << '\n';
  };
  for (auto next = child.next(line, patience); next != ChildLines::Next::end; next = child.next(line, patience)) {
    if (next == ChildLines::Next::timeout) {
      found(fmt::format("hangs for more than {} ms", patience.count()));
      break;
    }
    const std::string text = line.substr(std::min<std::size_t>(line.size(), 1));
    if (line.starts_with(kBegin)) {
      ++steps;
      step = text;
    } else if (line.starts_with(kWell)) {
      out << "ok    " << step << '\n';
    } else {
      found(text);
    }
  }
  if (findings == 0 && !child.ended_well()) found(child.ending());
  // A crash after findings of other steps is one more; exit code 1 alone is what those findings led to.
  if (findings > 0 && child.crashed()) found(child.ending());
  out << plugin.filename().string() << (findings == 0 ? " keeps" : " breaks") << " the contract: " << steps
      << " steps, " << findings << " findings\n";
  return findings == 0;
}

}  // namespace m2ag::host
