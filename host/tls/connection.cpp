#include "tls/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>

namespace m2ag::host {

namespace {

using Addresses = std::unique_ptr<addrinfo, OpensslDelete<freeaddrinfo>>;
using Outcome = TcpConnection::Outcome;

std::string error_text(int error) { return std::generic_category().message(error); }

int milliseconds_until(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

// What a thread that looks a name up and its client share. The eventfd becomes readable when the answer is there.
struct Lookup {
  Lookup() : done(::eventfd(0, EFD_CLOEXEC)) {
    if (done < 0) throw std::bad_alloc();
  }
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup() { ::close(done); }

  const int done;
  std::mutex mutex;
  int error = 0;
  Addresses addresses;
};

int look_up(const std::string& host, int flags, Addresses& found) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* first = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &first);
  found.reset(first);
  return error;
}

// Empty with a reason when nothing is found; empty without one when it did not come to an answer.
Addresses resolve(const std::string& host, Deadline deadline, int cancel, Waited& waited, std::string& reason) {
  Addresses literal;
  if (look_up(host, AI_NUMERICHOST, literal) == 0) return literal;
  // getaddrinfo cannot be interrupted and a dead name server holds it for half a minute: it gets a thread of its own,
  // which is left behind with its answer when the deadline passes.
  const auto lookup = std::make_shared<Lookup>();
  std::thread([lookup, host] {
    Addresses found;
    const int error = look_up(host, 0, found);
    const std::lock_guard lock(lookup->mutex);
    lookup->addresses = std::move(found);
    lookup->error = error;
    ::eventfd_write(lookup->done, 1);
  }).detach();
  waited = wait_for(lookup->done, POLLIN, deadline, cancel);
  if (waited != Waited::ready) return nullptr;
  const std::lock_guard lock(lookup->mutex);
  if (lookup->error != 0) reason = ::gai_strerror(lookup->error);
  return std::move(lookup->addresses);
}

std::string address_text(const addrinfo& entry) {
  std::array<char, NI_MAXHOST> text{};
  const int error =
      ::getnameinfo(entry.ai_addr, entry.ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  return error == 0 ? text.data() : "?";
}

void set_port(addrinfo& entry, std::uint16_t port) {
  // The port lies at the same place in both families.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  reinterpret_cast<sockaddr_in*>(entry.ai_addr)->sin_port = htons(port);
}

}  // namespace

Waited wait_for(int descriptor, short events, Deadline deadline, int cancel) {
  for (;;) {
    std::array<pollfd, 2> entries{pollfd{descriptor, events, 0}, pollfd{cancel, POLLIN, 0}};
    const int left = milliseconds_until(deadline);
    const int ready = ::poll(entries.data(), entries.size(), left);
    if (ready > 0) return entries[1].revents != 0 ? Waited::cancelled : Waited::ready;
    if (ready == 0 && left == 0) return Waited::timed_out;
    if (ready < 0 && errno != EINTR) return Waited::timed_out;
  }
}

TcpConnection::TcpConnection(const std::string& host, std::uint16_t port, Deadline deadline, int cancel)
    : cancel_(cancel) {
  Waited waited = Waited::ready;
  const Addresses addresses = resolve(host, deadline, cancel, waited, reason_);
  if (!addresses) {
    outcome_ = waited == Waited::cancelled ? Outcome::cancelled : Outcome::unresolved;
    if (reason_.empty()) reason_ = "no answer from the name service in time";
    return;
  }
  int left = 0;
  for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) ++left;
  for (addrinfo* each = addresses.get();
       each != nullptr && outcome_ != Outcome::connected && outcome_ != Outcome::cancelled;
       each = each->ai_next, --left) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    set_port(*each, port);
    address_ = address_text(*each);
    // A silent first address (IPv6 without a route) must leave time for the others.
    const auto now = std::chrono::steady_clock::now();
    outcome_ = try_address(each->ai_family, each->ai_addr, each->ai_addrlen, now + (deadline - now) / left);
  }
}

TcpConnection::~TcpConnection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Outcome TcpConnection::try_address(int family, const void* address, unsigned int size, Deadline deadline) {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int error = 0;
  if (descriptor_ < 0 || ::connect(descriptor_, static_cast<const sockaddr*>(address), size) != 0) error = errno;
  if (error == EINPROGRESS) {
    const Waited waited = wait_for(descriptor_, POLLOUT, deadline, cancel_);
    if (waited != Waited::ready) return waited == Waited::cancelled ? Outcome::cancelled : Outcome::timed_out;
    socklen_t length = sizeof error;
    if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  }
  if (error == 0) return Outcome::connected;
  reason_ = error_text(error);
  if (error == ECONNREFUSED) return Outcome::refused;
  return error == ETIMEDOUT ? Outcome::timed_out : Outcome::failed;
}

TlsSession::TlsSession(SSL_CTX& context, int socket)
    : ssl_(SSL_new(&context)), incoming_(BIO_new(BIO_s_mem())), outgoing_(BIO_new(BIO_s_mem())), socket_(socket) {
  require_openssl(ssl_ && incoming_ != nullptr && outgoing_ != nullptr, "memory for a TLS session");
  // An empty buffer means "not yet", not the end of the connection.
  BIO_set_mem_eof_return(incoming_, -1);
  BIO_set_mem_eof_return(outgoing_, -1);
  SSL_set_bio(ssl_.get(), incoming_, outgoing_);
}

TlsSession::Step TlsSession::handshake(Deadline deadline) {
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_.get());
    const Step step = after(result, deadline);
    if (result == 1 || step != Step::data) return result == 1 ? Step::done : step;
  }
}

TlsSession::Step TlsSession::read(Deadline deadline) {
  for (;;) {
    std::array<char, 512> bytes;
    ERR_clear_error();
    const int result = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (result > 0) return Step::data;
    const Step step = after(result, deadline);
    if (step != Step::data) return step;
  }
}

void TlsSession::write(std::string_view bytes, Deadline deadline) {
  ERR_clear_error();
  SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  flush(deadline);
}

// What to do after a call of OpenSSL: `data` means call again, more has arrived.
TlsSession::Step TlsSession::after(int result, Deadline deadline) {
  const int error = SSL_get_error(ssl_.get(), result);
  // Also after a failure: the alert for the peer lies in the buffer.
  const bool sent = flush(deadline);
  if (error == SSL_ERROR_NONE || error == SSL_ERROR_ZERO_RETURN) return Step::done;
  if (error != SSL_ERROR_WANT_READ) return Step::failed;
  // A peer that refused us may have closed already; its reason can still lie in our socket.
  const Step step = receive(deadline);
  return sent || step == Step::data ? step : Step::closed;
}

bool TlsSession::flush(Deadline deadline) {
  const char* data = nullptr;
  const long size = BIO_get_mem_data(outgoing_, &data);
  long done = 0;
  while (done < size) {
    const ssize_t count = ::send(socket_, data + done, static_cast<std::size_t>(size - done), MSG_NOSIGNAL);
    if (count > 0) {
      done += count;
    } else if (errno == EAGAIN) {
      if (wait_for(socket_, POLLOUT, deadline) != Waited::ready) break;
    } else if (errno != EINTR) {
      break;
    }
  }
  const bool all = done == size;
  BIO_reset(outgoing_);
  return all;
}

TlsSession::Step TlsSession::receive(Deadline deadline) {
  std::array<char, 4096> bytes;
  for (;;) {
    const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (count > 0) {
      heard_ = true;
      BIO_write(incoming_, bytes.data(), static_cast<int>(count));
      return Step::data;
    }
    if (count == 0) return Step::closed;
    if (errno == EAGAIN) {
      if (wait_for(socket_, POLLIN, deadline) != Waited::ready) return Step::timed_out;
    } else if (errno != EINTR) {
      return Step::closed;
    }
  }
}

}  // namespace m2ag::host
