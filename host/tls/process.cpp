#include "tls/process.h"

#include <openssl/crypto.h>

namespace m2ag::host {

void keep_openssl_at_exit() {
  // OPENSSL_init_crypto(3): only the first call can say so. Who needs OpenSSL hears of it there when it does not work.
  static_cast<void>(OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr));
}

}  // namespace m2ag::host
