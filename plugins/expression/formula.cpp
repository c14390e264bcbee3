#include "formula.h"

#include <dlfcn.h>
#include <m2ag/error.h>
#include <muParser.h>

#include <cmath>

namespace expression {

struct Formula::Parser {
  mu::Parser parser;
  std::vector<double> variables;  // muParser keeps pointers into it
};

namespace {

/// libmuparser brings libgomp, which may not be unloaded with the plugin: what it has allocated would be left behind.
bool keep_loaded() {
  Dl_info library{};
  void* const inside = reinterpret_cast<void*>(&mu::ParserBase::EnableDebugDump);
  return ::dladdr(inside, &library) != 0 &&
         ::dlopen(library.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) != nullptr;
}

/// The first number that is read fills a cache of muParser's one locale, which libstdc++ does not guard well enough for two threads.
bool read_a_number() {
  mu::Parser parser;
  parser.SetExpr("1.5");
  return parser.Eval() > 1;
}

/// muParser's errors are no std::exception.
[[noreturn]] void refuse(const std::string& key, const std::string& text, const mu::ParserError& error) {
  const std::string& what = error.GetMsg();
  throw m2ag::ConfigError(key + ": \"" + text + "\": " + what.substr(0, what.find_last_not_of(". \n") + 1));
}

}  // namespace

Formula::Formula(const std::string& text, const std::vector<std::string>& names) : parser_(std::make_unique<Parser>()) {
  [[maybe_unused]] static const bool kept = keep_loaded();
  [[maybe_unused]] static const bool ready = read_a_number();
  parser_->variables.resize(names.size(), 1);
  for (std::size_t n = 0; n < names.size(); ++n) {
    if (names[n].find('-') != std::string::npos)
      throw m2ag::ConfigError("inputs." + names[n] + ": in a formula \"-\" is minus, use letters and digits only");
    try {
      parser_->parser.DefineVar(names[n], &parser_->variables[n]);
    } catch (const mu::ParserError& error) {
      refuse("inputs", names[n], error);
    }
  }
  try {
    parser_->parser.SetExpr(text);
    parser_->parser.Eval();  // reads it; what it gives with ones does not matter
  } catch (const mu::ParserError& error) {
    refuse("formula", text, error);
  }
}

Formula::~Formula() = default;

std::optional<double> Formula::evaluate(const std::vector<double>& values) {
  // All of them each time: a formula with "t = 5" in it writes to its variable.
  parser_->variables.assign(values.begin(), values.end());
  try {
    const double result = parser_->parser.Eval();
    return std::isfinite(result) ? std::optional(result) : std::nullopt;
  } catch (const mu::ParserError&) {
    return std::nullopt;  // a function that refuses its arguments
  }
}

}  // namespace expression
