#include "config/secrets.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "config/hint.h"
#include "config/text_file.h"
#include "config/text_lines.h"

namespace m2ag::host {
namespace {

constexpr std::size_t kMostSecretBytes = 64 * 1024;

bool is_secret_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  });
}

Node invalid(const Mark& mark) {
  Node node;
  node.kind = Node::Kind::invalid;
  node.mark = mark;
  return node;
}

Node secret_scalar(std::string text, bool quoted, const Mark& mark) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = std::move(text);
  node.quoted = quoted;
  node.secret = true;
  node.mark = mark;
  return node;
}

}  // namespace

Node Secrets::find(std::string_view name, const Mark& mark, const std::string& path) {
  const auto refuse = [&](std::string message) {
    problems_.error(mark, path, std::move(message));
    return invalid(mark);
  };
  if (!is_secret_name(name)) return refuse("!secret wants a name of letters, digits, \"_\", \"-\" and \".\"");

  const auto credentials = environment_.folder("CREDENTIALS_DIRECTORY");
  if (credentials) {
    TextFile file = read_text_file(*credentials / name, kMostSecretBytes);
    if (!file.missing) {
      if (!file.error.empty()) return refuse(fmt::format("the credential {}: {}", name, file.error));
      if (file.text.size() > kMostSecretBytes)
        return refuse(fmt::format("the credential {} is larger than 64 KiB", name));
      if (file.text.ends_with('\n')) file.text.pop_back();
      if (file.text.ends_with('\r')) file.text.pop_back();
      if (file.text.empty()) return refuse(fmt::format("the credential {} is empty", name));
      if (const auto bad = find_bad_byte(file.text); bad && !bad->control)
        return refuse(fmt::format("the credential {} is not UTF-8", name));
      return secret_scalar(std::move(file.text), false, mark);
    }
  }

  const Node& document = this->document();
  if (document.is_invalid()) return invalid(mark);  // its own problem is told once
  if (const Entry* entry = document.find(name)) {
    if (entry->value.is_scalar() && entry->value.tag.empty())
      return secret_scalar(entry->value.text, entry->value.quoted, mark);
    return refuse(fmt::format("the secret {} at {} is not a text or number", name, to_string(entry->key_mark)));
  }
  std::vector<std::string_view> known;
  for (const Entry& entry : document.entries) known.push_back(entry.key);
  return refuse(fmt::format("there is no secret \"{}\" {}in {}{}", name,
                            credentials ? "in $CREDENTIALS_DIRECTORY or " : "", (folder_ / "secrets.yaml").string(),
                            did_you_mean(name, known)));
}

const Node& Secrets::document() {
  if (!document_) read();
  return *document_;
}

void Secrets::read() {
  const std::filesystem::path path = folder_ / "secrets.yaml";
  const Mark whole{path.string(), 0, 0};
  document_.emplace();
  document_->kind = Node::Kind::map;
  TextFile file = read_text_file(path, kMostBytes);
  if (file.missing) return;
  file_ = path;
  if (!file.error.empty()) {
    problems_.error(whole, {}, file.error);
    *document_ = invalid(whole);
  } else if ((file.mode & S_IRWXO) != 0) {
    problems_.error(whole, {}, fmt::format("other users may read or write this file; run: chmod o= {}", path.string()));
    *document_ = invalid(whole);
  } else {
    *document_ = read_document(file.text, path.string(), problems_);
    if (!document_->is_map() && !document_->is_null() && !document_->is_invalid()) {
      problems_.error(document_->mark, {}, "expected a map of names and values");
      document_->kind = Node::Kind::invalid;
    }
  }
}

}  // namespace m2ag::host
