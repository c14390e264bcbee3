#include "http/server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

// The library's headers do not pass our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <pistache/endpoint.h>
#include <pistache/peer.h>
#pragma GCC diagnostic pop

#include <algorithm>
#include <cctype>
#include <chrono>

namespace api {
namespace {

namespace http = Pistache::Http;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The library writes out no headers but those of classes.
class TextHeader : public http::Header::Header {
 public:
  TextHeader(std::string name, std::string value) : name_(std::move(name)), value_(std::move(value)) {}

  const char* name() const override { return name_.c_str(); }
#ifdef SAFE_HEADER_CAST
  std::uint64_t hash() const override { return 0; }  // of no class of the library
#endif
  /// A line break would begin another header.
  void write(std::ostream& stream) const override {
    for (const char c : value_) stream << (static_cast<unsigned char>(c) < ' ' ? ' ' : c);
  }

 private:
  const std::string name_, value_;
};

Response bad_request(const char* detail) {
  return {400,
          "application/problem+json",
          fmt::format(R"({{"type":"about:blank","title":"Bad Request","status":400,"detail":"{}"}})", detail),
          {},
          {}};
}

/// Nothing when the query is not encoded as one.
std::optional<Request> request_of(const http::Request& from) {
  Request request{http::methodString(from.method()), from.resource(), {}, {}, from.body()};
  for (auto pair = from.query().parameters_begin(); pair != from.query().parameters_end(); ++pair) {
    auto name = percent_decoded(pair->first, true), value = percent_decoded(pair->second, true);
    if (!name || !value) return {};
    request.query.emplace(std::move(*name), std::move(*value));
  }
  for (const auto& [name, raw] : from.headers().rawList()) request.headers.emplace(lower(name), raw.value());
  return request;
}

void send(http::ResponseWriter& writer, const Response& response) {
  for (const auto& [name, value] : response.headers) writer.headers().add(std::make_shared<TextHeader>(name, value));
  if (!response.content_type.empty())
    writer.headers().add(std::make_shared<TextHeader>("Content-Type", response.content_type));
  writer.send(static_cast<http::Code>(response.status), response.body);
}

/// What is taken over gets nothing from the library any more: neither an answer nor a time-out.
void take_over(http::ResponseWriter& writer, const Response& response) {
  const auto peer = writer.getPeer();
  if (!peer) return;
  const int descriptor = ::fcntl(peer->fd(), F_DUPFD_CLOEXEC, 3);
  if (descriptor < 0) {
    send(writer,
         {503,
          "application/problem+json",
          R"({"type":"about:blank","title":"Service Unavailable","status":503,"detail":"too many connections"})",
          {},
          {}});
    return;
  }
  peer->setIdle(true);
  response.take_over(descriptor);
}

/// Pistache keeps what is to be written by the number of the descriptor: when a client resets its connection and the next one gets the same
/// number, that one would get the answer. So nothing is left to be written when a request has been handled or a connection ends.
class SafeHandler : public http::Handler {
 public:
  HTTP_PROTOTYPE(SafeHandler)

  explicit SafeHandler(Server::Handler handler) : handler_(std::move(handler)) {}

  void onRequest(const http::Request& from, http::ResponseWriter writer) override {
    Response response;
    try {
      const auto request = request_of(from);
      response = request ? handler_(*request) : bad_request("the query is not percent-encoded");
    } catch (...) {  // an int would end the process, and the words of an exception would go to the client
      response = {500,
                  "application/problem+json",
                  R"({"type":"about:blank","title":"Internal Server Error","status":500})",
                  {},
                  {}};
    }
    if (response.take_over) {
      take_over(writer, response);
    } else {
      send(writer, response);
    }
    transport()->flush();
  }

  void onDisconnection(const std::shared_ptr<Pistache::Tcp::Peer>&) override { transport()->flush(); }

 private:
  Server::Handler handler_;
};

}  // namespace

class Server::Connections {
 public:
  Connections(const ServerSettings& settings, Handler handler)
      : port_(settings.port), endpoint_(Pistache::Address(Pistache::Ipv4::loopback(), Pistache::Port(settings.port))) {
    // With flush() when a connection ends, the library's own time-outs would end the process; nginx has them.
    constexpr std::chrono::hours kNever(24);
    auto options = http::Endpoint::options()
                       .threads(settings.threads)
                       .flags(Pistache::Tcp::Options::ReuseAddr | Pistache::Tcp::Options::NoDelay |
                              Pistache::Tcp::Options::CloseOnExec)
                       .maxRequestSize(settings.most_bytes)
                       .maxResponseSize(std::size_t{64} * 1024 * 1024)
                       .headerTimeout(kNever)
                       .bodyTimeout(kNever)
                       .keepaliveTimeout(std::chrono::seconds(300));  // longer than nginx keeps a connection open
    endpoint_.init(options);
    endpoint_.setHandler(std::make_shared<SafeHandler>(std::move(handler)));
  }

  void start() {
    try {
      endpoint_.serveThreaded();
    } catch (const std::exception& error) {
      throw std::runtime_error(fmt::format("cannot listen on 127.0.0.1:{}: {}", port_, error.what()));
    }
    port_ = endpoint_.getPort();
    is_started_ = true;
  }
  std::uint16_t port() const { return port_; }
  void stop() {
    if (std::exchange(is_started_, false)) endpoint_.shutdown();
  }

 private:
  std::uint16_t port_;
  bool is_started_ = false;
  http::Endpoint endpoint_;
};

Server::Server(const ServerSettings& settings, Handler handler)
    : connections_(std::make_unique<Connections>(settings, std::move(handler))) {}
Server::~Server() { stop(); }
void Server::start() { connections_->start(); }
std::uint16_t Server::port() const { return connections_->port(); }
void Server::stop() { connections_->stop(); }

}  // namespace api
