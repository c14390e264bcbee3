#include "mqtt/reader/link.h"

#include <poll.h>

#include <algorithm>
#include <array>

namespace m2ag::host::reader {
namespace {

// How long a DISCONNECT may take to leave.
constexpr std::chrono::milliseconds kLeaveTimeout{300};

timespec until(Session::Time deadline) {
  // Far enough that nobody sees it, near enough that no clock overflows.
  constexpr std::chrono::nanoseconds kMost = std::chrono::hours(1);
  const Session::Time now = Session::Time::clock::now();
  const std::chrono::nanoseconds left =
      deadline > now + kMost ? kMost : std::max<std::chrono::nanoseconds>(deadline - now, std::chrono::nanoseconds(0));
  return {.tv_sec = static_cast<time_t>(left.count() / 1'000'000'000),
          .tv_nsec = static_cast<long>(left.count() % 1'000'000'000)};
}

}  // namespace

Link::Link(const Settings& settings, Control& control, ClientStream& stream, Session& session, LinkEvents& events)
    : settings_(settings), control_(control), stream_(stream), session_(session), events_(events) {}

void Link::serve() {
  for (;;) {
    control_.wake().clear();
    if (control_.stopping()) return leave();
    deliver();
    const bool reading = may_take();
    session_.tick(Clock::now(), reading);
    flush();
    wait(reading);
  }
}

bool Link::may_take() const {
  const bool held = control_.paused() && session_.phase() != Session::Phase::connecting;
  return !held && session_.may_read();
}

// Handlers may acknowledge, pause or stop: looked at again after each batch.
void Link::deliver() {
  for (;;) {
    session_.acknowledge(control_.acknowledged());
    events_.waiting(session_.unacknowledged());
    if (!may_take() || control_.stopping()) return;
    const auto before = session_.phase();
    Batch batch = session_.take(received_);
    for (const Refusal& each : session_.take_refusals()) events_.refused(each);
    const bool changed = session_.phase() != before;
    const bool found = !batch.empty();
    if (found) events_.batch(std::move(batch));
    if (changed && session_.phase() == Session::Phase::ready) events_.ready(session_);
    if (!found && !changed) return;
  }
}

void Link::flush() {
  if (session_.output().empty() && !stream_.unsent()) return;
  const std::size_t before = session_.output().size();
  stream_.write(session_.output());
  if (session_.output().size() < before) session_.sent(Clock::now());
}

void Link::wait(bool reading) {
  if (control_.stopping()) return;
  if (reading && more_) return read();
  const bool writing = !session_.output().empty() || stream_.unsent();
  const int events = (reading ? POLLIN : 0) | (writing ? POLLOUT : 0);
  std::array<pollfd, 2> entries{pollfd{stream_.descriptor(), static_cast<short>(events), 0},
                                pollfd{control_.wake().descriptor(), POLLIN, 0}};
  const timespec timeout = until(session_.next_tick());
  if (::ppoll(entries.data(), entries.size(), &timeout, nullptr) <= 0) return;
  const int happened = entries[0].revents;
  if (reading && (happened & (POLLIN | POLLHUP | POLLERR)) != 0) {
    if (session_.phase() == Session::Phase::ready && entries[1].revents == 0) gather();
    read();
  } else if ((happened & (POLLHUP | POLLERR)) != 0) {
    // Not read, and poll(2) would say so again at once. What lies there of QoS 1 comes again.
    throw StreamError(StreamError::Kind::closed, "the server closed the connection");
  }
}

// Waking a thread costs more than a message does: a little later there are many to read.
void Link::gather() {
  if (settings_.gather.count() <= 0) return;
  pollfd entry{control_.wake().descriptor(), POLLIN, 0};
  const timespec timeout = until(Clock::now() + settings_.gather);
  ::ppoll(&entry, 1, &timeout, nullptr);
}

void Link::read() {
  const auto got = stream_.read(session_.space());
  more_ = got.more;
  if (got.count == 0) return;
  received_ = Batch::Time::clock::now();
  session_.filled(got.count, Clock::now());
}

// What was acknowledged until now goes before it.
void Link::leave() {
  session_.acknowledge(control_.acknowledged());
  session_.disconnect();
  const auto deadline = Clock::now() + kLeaveTimeout;
  for (;;) {
    flush();
    if (session_.output().empty() && !stream_.unsent()) return;
    pollfd entry{stream_.descriptor(), POLLOUT, 0};
    const timespec timeout = until(deadline);
    if (::ppoll(&entry, 1, &timeout, nullptr) <= 0) return;
  }
}

}  // namespace m2ag::host::reader
