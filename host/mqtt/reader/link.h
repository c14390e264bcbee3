// One connection of a reader from CONNECT to its end: moves bytes between a stream and a session, and what the session finds
// to the events. One thread.
#pragma once

#include "mqtt/reader/control.h"
#include "mqtt/reader/session.h"
#include "tls/client_stream.h"

namespace m2ag::host::reader {

class LinkEvents {
 public:
  virtual ~LinkEvents() = default;
  virtual void batch(Batch batch) = 0;
  virtual void refused(const Refusal& refusal) = 0;
  /// The broker has answered SUBSCRIBE.
  virtual void ready(const Session& session) = 0;
  /// Messages that wait for an acknowledgement.
  virtual void waiting(std::size_t unacknowledged) = 0;
};

class Link {
 public:
  /// All references must outlive the link.
  Link(const Settings& settings, Control& control, ClientStream& stream, Session& session, LinkEvents& events);

  /// Returns after Control::stop(), with DISCONNECT sent. Throws StreamError, SessionEnded or ProtocolError when the connection ends otherwise.
  void serve();

 private:
  using Clock = Session::Time::clock;

  void deliver();
  bool may_take() const;
  void flush();
  void wait(bool reading);
  void gather();
  void read();
  void leave();

  const Settings& settings_;
  Control& control_;
  ClientStream& stream_;
  Session& session_;
  LinkEvents& events_;
  bool more_ = false;  // the stream may have bytes although its descriptor does not say so
  Batch::Time received_{};
};

}  // namespace m2ag::host::reader
