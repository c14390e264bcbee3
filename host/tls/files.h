// Reading PEM files and writing secrets so that nobody ever sees half a file or a key with open rights. Knows no
// policy. Every function may be called from any thread; two processes are kept apart by FolderLock.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tls/openssl.h"

namespace m2ag::host {

/// A value, or the sentence ("tls/ca.crt: No such file or directory") that says why there is none.
template <class T>
struct Loaded {
  T value{};
  std::string problem{};  ///< empty: `value` is there
};

/// Every certificate of a PEM file, at least one. Files over 1 MiB and what is no regular file are refused, never
/// waited for.
Loaded<std::vector<CertificateHandle>> load_certificates(const std::filesystem::path& file);

/// The private key of a PEM file. One that needs a passphrase is a problem: nobody is asked on a terminal.
Loaded<KeyHandle> load_key(const std::filesystem::path& file);

/// The PEM text of a certificate.
std::string pem_text(X509& certificate);

/// Holds an exclusive lock on a folder while it lives; a second one, also of another process, waits.
class FolderLock {
 public:
  /// Throws std::runtime_error when the folder cannot be opened.
  explicit FolderLock(const std::filesystem::path& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  int descriptor_;
};

/// A file written beside its place, on the disk, and put there by commit(); removed when it is not.
/// Functions throw std::runtime_error "tls/ca.key: reason".
class PendingFile {
 public:
  /// The text is on the disk when this returns. `mode` holds from the file's creation on.
  PendingFile(std::filesystem::path place, mode_t mode, std::string_view text);
  /// A private key, mode 0600; its text stays in memory that is wiped.
  PendingFile(std::filesystem::path place, EVP_PKEY& key);
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();

  /// Renames into place in one step and makes the rename last.
  void replace();
  /// As replace(), but throws when a file is there already.
  void create();

 private:
  void write(mode_t mode, std::string_view text);
  void put(unsigned int flags);

  std::filesystem::path place_;
  std::filesystem::path temporary_;
};

}  // namespace m2ag::host
