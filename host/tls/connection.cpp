#include "tls/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstddef>
#include <mutex>
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

// False when the deadline passes first.
bool wait_for(int descriptor, short events, Deadline deadline) {
  for (;;) {
    pollfd entry{descriptor, events, 0};
    const int left = milliseconds_until(deadline);
    const int ready = ::poll(&entry, 1, left);
    if (ready > 0) return true;
    if (ready == 0 && left == 0) return false;
    if (ready < 0 && errno != EINTR) return false;
  }
}

struct Lookup {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
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

// Empty with a reason when nothing is found; empty without one when the deadline passes first.
Addresses resolve(const std::string& host, Deadline deadline, std::string& reason) {
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
    lookup->done = true;
    lookup->changed.notify_one();
  }).detach();
  std::unique_lock lock(lookup->mutex);
  if (!lookup->changed.wait_until(lock, deadline, [&] { return lookup->done; })) return nullptr;
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

TcpConnection::TcpConnection(const std::string& host, std::uint16_t port, Deadline deadline) {
  const Addresses addresses = resolve(host, deadline, reason_);
  if (!addresses) {
    outcome_ = Outcome::unresolved;
    if (reason_.empty()) reason_ = "no answer from the name service in time";
    return;
  }
  int left = 0;
  for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) ++left;
  for (addrinfo* each = addresses.get(); each != nullptr && outcome_ != Outcome::connected;
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
    if (!wait_for(descriptor_, POLLOUT, deadline)) return Outcome::timed_out;
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
      if (!wait_for(socket_, POLLOUT, deadline)) break;
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
      if (!wait_for(socket_, POLLIN, deadline)) return Step::timed_out;
    } else if (errno != EINTR) {
      return Step::closed;
    }
  }
}

}  // namespace m2ag::host
