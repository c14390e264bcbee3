#include "tls/openssl.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <stdexcept>

namespace m2ag::host {

std::string take_openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

void require_openssl(bool ok, std::string_view what) {
  if (!ok) throw std::runtime_error(fmt::format("{}: {}", what, take_openssl_reason()));
}

BioHandle view_bio(std::string_view text) {
  BioHandle bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  require_openssl(bio != nullptr, "memory for a PEM text");
  return bio;
}

}  // namespace m2ag::host
