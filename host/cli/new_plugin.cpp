#include "cli/new_plugin.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "cli/exit_code.h"
#include "plugin/folders.h"

namespace m2ag::host {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string name;
  fs::path folder;
};

bool is_plugin_name(std::string_view name) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto fits = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 63 && letter(name.front()) && std::all_of(name.begin(), name.end(), fits);
}

/// soil_moisture: SoilMoisture
std::string class_name(std::string_view name) {
  std::string words;
  bool begins = true;
  for (const char c : name) {
    if (c != '_') words.push_back(begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c);
    begins = c == '_';
  }
  return words;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// Beside the program's folder, in the build tree as when installed.
fs::path template_folder() { return self_executable().parent_path().parent_path() / "share/m2ag/template"; }

void write_from_template(const fs::path& from, const fs::path& to, const std::string& name) {
  std::ifstream in(from, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::ofstream out(to, std::ios::binary);
  out << replaced(replaced(text, "@name@", name), "@Name@", class_name(name));
  if (!in || !out.flush()) throw std::runtime_error(fmt::format("cannot write {} from {}", to.string(), from.string()));
}

int create(const Options& options) {
  if (!is_plugin_name(options.name)) {
    std::cerr << fmt::format(
        "\"{}\" cannot be a plugin's name: expected [a-z][a-z0-9_]{{0,62}}, such as soil_moisture\n", options.name);
    return kExitInputWrong;
  }
  const fs::path folder = options.folder.empty() ? fs::path(options.name) : options.folder;
  if (fs::exists(fs::symlink_status(folder)) && !fs::is_directory(folder)) {
    std::cerr << fmt::format("{} is there already and no folder: choose another with --dir\n", folder.string());
    return kExitInputWrong;
  }
  if (fs::exists(folder) && !fs::is_empty(folder)) {
    std::cerr << fmt::format("{} is there already and not empty: choose another with --dir\n", folder.string());
    return kExitInputWrong;
  }
  if (!fs::is_directory(template_folder())) {
    std::cerr << fmt::format("the template is missing, expected in {}\n", template_folder().string());
    return kExitSystemWrong;
  }
  fs::create_directories(folder);
  for (const fs::directory_entry& entry : fs::directory_iterator(template_folder())) {
    const std::string file = replaced(entry.path().filename().string(), "plugin", options.name);
    write_from_template(entry.path(), folder / file, options.name);
    std::cout << (folder / file).string() << '\n';
  }
  std::cout << fmt::format(
      "Build it with: cmake -S {0} -B {0}/build && cmake --build {0}/build && ctest --test-dir {0}/build\n",
      folder.string());
  return kExitOk;
}

}  // namespace

void add_new_plugin_verb(CLI::App& app, int& exit_code) {
  CLI::App* verb =
      app.add_subcommand("new-plugin", "Make a folder with a plugin of your own that builds, with its test");
  auto options = std::make_shared<Options>();
  verb->add_option("name", options->name, "the plugin's name and its type, such as soil_moisture")
      ->required()
      ->type_name("NAME");
  verb->add_option("--dir", options->folder, "the folder to make, ./NAME by default")->type_name("DIR");
  verb->callback([options, &exit_code] { exit_code = create(*options); });
}

}  // namespace m2ag::host
