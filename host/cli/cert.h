// `m2ag cert`: makes and shows certificates. Only reads options and prints; tls/authority.h and tls/certificate.h do
// the work. Called from the main thread.
#pragma once

namespace CLI {
class App;
}

namespace m2ag::host {

/// Adds the verb with its sub-verbs `init server client list show`. Their callbacks set `exit_code`: 0 ok, 1 the input
/// is wrong, 2 the system is wrong; the reason goes to stderr. `exit_code` must outlive `app`.
void add_cert_verb(CLI::App& app, int& exit_code);

}  // namespace m2ag::host
