#include "tls/client_stream.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "tls/client_tls.h"
#include "tls/connection.h"
#include "tls/connection_problem.h"

namespace m2ag::host {
namespace {

using Kind = StreamError::Kind;
using Outcome = TcpConnection::Outcome;

constexpr const char* kClosed = "the server closed the connection";

[[noreturn]] void fail(int error) {
  throw StreamError(Kind::closed, error == ECONNRESET || error == EPIPE
                                      ? kClosed
                                      : "the connection broke: " + std::generic_category().message(error));
}

bool is_later(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

void send_some(int socket, std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::send(socket, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (count < 0 && !is_later(errno)) fail(errno);
    if (count < 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.erase(0, done);
}

}  // namespace

struct ClientStream::State {
  State(const StreamSettings& settings, Deadline deadline, int cancel)
      : tcp(settings.host, settings.port, deadline, cancel) {}

  TcpConnection tcp;
  std::optional<ClientTls> tls;
  std::string encrypted;  // on its way to the socket

  void shake_hands(Deadline deadline, int cancel, const std::string& place);
};

ClientStream::ClientStream(const StreamSettings& settings, std::chrono::milliseconds timeout, int cancel) {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  const std::string place = place_of(settings.host, settings.port);
  state_ = std::make_unique<State>(settings, deadline, cancel);
  const std::string problem = tcp_problem(state_->tcp, settings.host, place, timeout);
  if (!problem.empty())
    throw StreamError(state_->tcp.outcome() == Outcome::cancelled ? Kind::cancelled : Kind::unreachable, problem);
  // Acknowledgements are small and the next message may wait for them: Nagle's algorithm would hold them back for 40 ms.
  const int on = 1;
  ::setsockopt(descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!settings.tls) return;
  state_->tls.emplace(settings, descriptor());
  state_->shake_hands(deadline, cancel, place);
}

ClientStream::~ClientStream() = default;

void ClientStream::State::shake_hands(Deadline deadline, int cancel, const std::string& place) {
  for (;;) {
    ClientTls::Step step{};
    try {
      step = tls->handshake(encrypted);
    } catch (const StreamError&) {
      send_some(tcp.descriptor(), encrypted);  // the alert: why we do not want that server
      throw;
    }
    send_some(tcp.descriptor(), encrypted);
    if (step == ClientTls::Step::done) return;
    const short events = encrypted.empty() ? POLLIN : POLLIN | POLLOUT;
    switch (wait_for(tcp.descriptor(), events, deadline, cancel)) {
      case Waited::ready: break;
      case Waited::cancelled: throw StreamError(Kind::cancelled, "the TLS handshake with " + place + " was given up");
      case Waited::timed_out:
        throw StreamError(
            Kind::closed,
            fmt::format("{} accepted the connection, but did not finish the TLS handshake in time: is it a "
                        "TLS port?",
                        place));
    }
  }
}

int ClientStream::descriptor() const { return state_->tcp.descriptor(); }

ClientStream::Read ClientStream::read(std::span<char> space) {
  if (state_->tls) return state_->tls->read(space, state_->encrypted);
  const ssize_t count = ::recv(descriptor(), space.data(), space.size(), 0);
  if (count == 0) throw StreamError(Kind::closed, kClosed);
  if (count < 0 && !is_later(errno)) fail(errno);
  if (count < 0) return {};
  const auto got = static_cast<std::size_t>(count);
  return {.count = got, .more = got == space.size()};
}

void ClientStream::write(std::string& bytes) {
  if (!state_->tls) return send_some(descriptor(), bytes);
  send_some(descriptor(), state_->encrypted);
  // Encrypted only when what came before has left: no more than one such piece is ever in memory.
  if (bytes.empty() || unsent()) return;
  state_->tls->write(bytes, state_->encrypted);
  bytes.clear();
  send_some(descriptor(), state_->encrypted);
}

bool ClientStream::unsent() const { return !state_->encrypted.empty(); }

}  // namespace m2ag::host
