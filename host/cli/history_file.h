// Which history the verb `history` reads: one named by its file, or that of the logger in a descriptor. One thread.
#pragma once

#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace m2ag::host {

class HistoryFile {
 public:
  /// `--file` and `--config`; one of them must be given.
  void add_options(CLI::App& verb);
  /// Once the command line is read. Throws std::invalid_argument with a sentence: the descriptor is wrong, has no logger or several;
  /// std::runtime_error when the file cannot be read.
  void find();

  const std::filesystem::path& path() const { return path_; }
  const std::string& zone() const { return zone_; }

 private:
  void find_logger();

  std::filesystem::path path_, config_;
  std::string zone_ = "UTC";
};

}  // namespace m2ag::host
