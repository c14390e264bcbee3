// `!secret name`: from systemd's credentials, else from `secrets.yaml` beside the descriptor. A value never gets into a message.
// One run of the reader, one thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "config/environment.h"

namespace m2ag::host {

class Secrets {
 public:
  /// `folder` is the descriptor's; `secrets.yaml` in it is read at the first question that needs it. References outlive this.
  Secrets(std::filesystem::path folder, const Environment& environment, Problems& problems)
      : folder_(std::move(folder)), environment_(environment), problems_(problems) {}

  /// The scalar, marked as secret and placed at `mark`; an invalid node when there is none, and then the problem says where it was looked for.
  Node find(std::string_view name, const Mark& mark, const std::string& path);

  /// The file, once it was needed and is there.
  const std::optional<std::filesystem::path>& file() const { return file_; }

 private:
  const Node& document();
  void read();

  std::filesystem::path folder_;
  const Environment& environment_;
  Problems& problems_;
  std::optional<Node> document_;
  std::optional<std::filesystem::path> file_;
};

}  // namespace m2ag::host
