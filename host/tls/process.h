// What OpenSSL does for the process as a whole.
#pragma once

namespace m2ag::host {

/// OpenSSL does not tidy up when the process ends: Paho's threads are detached, and one that is just ending may still be inside it. To be
/// called before anything else of OpenSSL, by the main thread.
void keep_openssl_at_exit();

}  // namespace m2ag::host
