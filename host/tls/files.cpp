#include "tls/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

namespace m2ag::host {

namespace {

namespace fs = std::filesystem;

constexpr off_t kMostBytes = 1 << 20;

std::string errno_text() { return std::generic_category().message(errno); }

[[noreturn]] void fail(const fs::path& place) {
  throw std::runtime_error(fmt::format("{}: {}", place.string(), errno_text()));
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

// Text read from a PEM file, wiped when it goes since it may be a key.
struct Secret {
  std::string text;
  Secret() = default;
  Secret(Secret&&) = default;
  Secret& operator=(Secret&&) = default;
  ~Secret() { OPENSSL_cleanse(text.data(), text.size()); }
};

Loaded<Secret> read_file(const fs::path& file) {
  const auto problem = [&](std::string_view what) {
    return Loaded<Secret>{{}, fmt::format("{}: {}", file.string(), what)};
  };
  // O_NONBLOCK: the open of a FIFO returns at once and is then refused.
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (descriptor.get() < 0) return problem(errno_text());
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) return problem(errno_text());
  if (!S_ISREG(status.st_mode)) return problem("is no regular file, expected a PEM file");
  if (status.st_size > kMostBytes)
    return problem(fmt::format("has {} bytes, a PEM file has at most {}", status.st_size, kMostBytes));
  Loaded<Secret> loaded;
  std::string& text = loaded.value.text;
  text.resize(static_cast<std::size_t>(status.st_size));
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(descriptor.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return problem(errno_text());
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return loaded;
}

int refuse_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

void sync_folder(const fs::path& folder) {
  const Descriptor descriptor(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0) fail(folder);
}

}  // namespace

Loaded<std::vector<CertificateHandle>> load_certificates(const fs::path& file) {
  auto text = read_file(file);
  if (!text.problem.empty()) return {{}, std::move(text.problem)};
  ERR_clear_error();
  const BioHandle bio = view_bio(text.value.text);
  Loaded<std::vector<CertificateHandle>> loaded;
  bool passphrase = false;  // an encrypted one is damaged for us: nobody is asked on the terminal
  while (CertificateHandle certificate{PEM_read_bio_X509(bio.get(), nullptr, refuse_passphrase, &passphrase)})
    loaded.value.push_back(std::move(certificate));
  const unsigned long error = ERR_peek_last_error();
  const bool ended = ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  const std::string reason = take_openssl_reason();
  if (loaded.value.empty() && ended) {
    loaded.problem =
        fmt::format("{}: holds no certificate, expected PEM text with \"-----BEGIN CERTIFICATE-----\"", file.string());
  } else if (!ended) {
    loaded.problem = fmt::format("{}: the certificate is damaged ({})", file.string(), reason);
  }
  return loaded;
}

Loaded<KeyHandle> load_key(const fs::path& file) {
  auto text = read_file(file);
  if (!text.problem.empty()) return {{}, std::move(text.problem)};
  ERR_clear_error();
  const BioHandle bio = view_bio(text.value.text);
  bool passphrase = false;
  KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &passphrase));
  ERR_clear_error();
  if (key) return {std::move(key), {}};
  const char* what = passphrase ? "the key is encrypted with a passphrase, expected one without"
                                : "holds no private key, expected PEM text with \"-----BEGIN PRIVATE KEY-----\"";
  return {nullptr, fmt::format("{}: {}", file.string(), what)};
}

std::string pem_text(X509& certificate) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  require_openssl(bio && PEM_write_bio_X509(bio.get(), &certificate) == 1, "the certificate's PEM text");
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

FolderLock::FolderLock(const fs::path& folder)
    : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) fail(folder);
  while (::flock(descriptor_, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    ::close(descriptor_);
    fail(folder);
  }
}

FolderLock::~FolderLock() { ::close(descriptor_); }

PendingFile::PendingFile(fs::path place, mode_t mode, std::string_view text) : place_(std::move(place)) {
  write(mode, text);
}

PendingFile::PendingFile(fs::path place, EVP_PKEY& key) : place_(std::move(place)) {
  const BioHandle bio(BIO_new(BIO_s_secmem()));
  require_openssl(bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
                  "the key's PEM text");
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  write(S_IRUSR | S_IWUSR, {data, static_cast<std::size_t>(size)});
}

PendingFile::~PendingFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void PendingFile::write(mode_t mode, std::string_view text) {
  std::string name = place_.string() + ".XXXXXX";
  const Descriptor descriptor(::mkostemp(name.data(), O_CLOEXEC));  // creates with mode 0600
  if (descriptor.get() < 0) fail(place_);
  temporary_ = name;
  // A constructor that throws runs no destructor.
  const auto give_up = [&] {
    const int reason = errno;
    ::unlink(name.c_str());
    errno = reason;
    fail(place_);
  };
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t count = ::write(descriptor.get(), rest.data(), rest.size());
    if (count < 0 && errno != EINTR) give_up();
    if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fchmod(descriptor.get(), mode) != 0 || ::fsync(descriptor.get()) != 0) give_up();
}

void PendingFile::replace() { put(0); }

void PendingFile::create() { put(RENAME_NOREPLACE); }

void PendingFile::put(unsigned int flags) {
  int renamed = ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, place_.c_str(), flags);
  if (renamed != 0 && errno == EINVAL && flags != 0 && !fs::exists(fs::symlink_status(place_))) {
    renamed = ::rename(temporary_.c_str(), place_.c_str());  // a file system without RENAME_NOREPLACE, as NFS
  }
  if (renamed != 0) fail(place_);
  temporary_.clear();
  sync_folder(place_.parent_path());
}

}  // namespace m2ag::host
