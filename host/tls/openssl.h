// Owning handles of the OpenSSL 3 C API and the text of its errors. For the sources of host/tls only: no other folder
// sees OpenSSL's types. OpenSSL keeps its error queue per thread; every function here may be called from any thread.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

namespace m2ag::host {

/// Deletes by one of OpenSSL's `…_free` functions.
template <auto Free>
struct OpensslDelete {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using CertificateHandle = std::unique_ptr<X509, OpensslDelete<X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, OpensslDelete<EVP_PKEY_free>>;
using BioHandle = std::unique_ptr<BIO, OpensslDelete<BIO_free_all>>;

/// The reason of the latest error of this thread ("wrong version number"), "unknown reason" when there is none. Empties
/// the queue.
std::string take_openssl_reason();

/// Throws std::runtime_error "what: reason" unless `ok`.
void require_openssl(bool ok, std::string_view what);

/// Read-only view of `text` as a BIO; `text` must outlive it.
BioHandle view_bio(std::string_view text);

}  // namespace m2ag::host
