// The real server on a socket of this machine.
#include "http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"

using namespace api;

namespace {

/// One connection; closed with it.
class Connection {
 public:
  explicit Connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval wait{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    is_open_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_open() const { return is_open_; }
  void send(const std::string& text) { (void)!::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  /// Head and body; empty when the connection ends before.
  std::string answer() {
    while (true) {
      if (const auto head = text_.find("\r\n\r\n"); head != std::string::npos) {
        const auto at = text_.find("Content-Length: ");
        const std::size_t size = head + 4 + (at < head ? std::stoul(text_.substr(at + 16)) : 0);
        if (text_.size() >= size) {
          const std::string answer = text_.substr(0, size);
          text_.erase(0, size);
          return answer;
        }
      }
      char buffer[65536];
      const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
      if (count <= 0) return {};
      text_.append(buffer, static_cast<std::size_t>(count));
    }
  }
  /// Ends it with RST, whatever is under way.
  void reset() {
    const linger now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

 private:
  int socket_;
  bool is_open_ = false;
  std::string text_;
};

std::string get(const std::string& path, const std::string& more = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n" + more + "\r\n";
}

struct Running {
  explicit Running(Server::Handler handler) : server({}, std::move(handler)) {
    std::signal(SIGPIPE, SIG_IGN);
    server.start();
  }
  Server server;
};

}  // namespace

TEST_CASE("a request comes in with all its parts, and its answer goes out with its headers") {
  Request seen;
  Running running([&](const Request& request) {
    seen = request;
    return Response{201, "text/plain", "made", {{"X-One", "1\r\nX-Two: 2"}}, {}};
  });
  Connection connection(running.server.port());
  connection.send(
      "POST /a/b%20c?x=1%202&y= HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\nX-Word: Here\r\nContent-Length: 4\r\n\r\nbody");
  const std::string answer = connection.answer();
  CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 201 Created\r\n"));
  CHECK_THAT(answer, Catch::Contains("Content-Type: text/plain\r\n"));
  CHECK_THAT(answer, Catch::Contains("X-One: 1  X-Two: 2\r\n"));  // no header of its own
  CHECK_THAT(answer, Catch::EndsWith("\r\n\r\nmade"));
  CHECK(seen.method == "POST");
  CHECK(seen.path == "/a/b%20c");
  CHECK(seen.parameter("x") == "1 2");
  CHECK(seen.parameter("y") == "");
  CHECK_FALSE(seen.parameter("z"));
  CHECK(seen.header("x-word") == "Here");
  CHECK(seen.body == "body");
}

TEST_CASE("whatever a handler throws is a 500 without its words, and the next request is answered") {
  int count = 0;
  Running running([&](const Request&) -> Response {
    if (++count == 1) throw std::runtime_error("secret");
    if (count == 2) throw 7;
    return {};
  });
  Connection connection(running.server.port());
  for (int n = 0; n < 2; ++n) {
    connection.send(get("/"));
    const std::string answer = connection.answer();
    CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 500 "));
    CHECK_THAT(answer, !Catch::Contains("secret"));
  }
  connection.send(get("/"));
  CHECK_THAT(connection.answer(), Catch::StartsWith("HTTP/1.1 200 "));
}

TEST_CASE("a connection that is taken over belongs to who took it") {
  std::atomic<int> taken{-1};
  Running running([&](const Request&) {
    Response response;
    response.take_over = [&](int descriptor) { taken = descriptor; };
    return response;
  });
  Connection connection(running.server.port());
  connection.send(get("/events"));
  while (taken < 0) std::this_thread::yield();
  const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  REQUIRE(::send(taken, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
  CHECK(connection.answer() == text);
  ::close(taken);
}

TEST_CASE("no answer reaches another client while others reset their connections") {
  Running running([](const Request& request) {
    // Large enough that it is not written at once.
    return Response{200, "text/plain", std::string(request.path) + std::string(100'000, 'x'), {}, {}};
  });
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0}, right{0};
  std::vector<std::jthread> threads;
  for (unsigned n = 0; n < 3; ++n) {
    threads.emplace_back([&, n] {
      std::minstd_rand random(n + 1);
      while (!done) {
        Connection connection(running.server.port());
        connection.reset();
        const std::string request = get("/reset" + std::to_string(n));
        connection.send(request.substr(0, random() % 3 == 0 ? random() % request.size() : request.size()));
      }
    });
  }
  std::vector<std::jthread> clients;
  for (int n = 0; n < 3; ++n) {
    clients.emplace_back([&, n] {
      for (int round = 0; round < 400; ++round) {
        Connection connection(running.server.port());
        const std::string path = "/client" + std::to_string(n) + '-' + std::to_string(round);
        connection.send(get(path));
        const std::string answer = connection.answer();
        const auto body = answer.find("\r\n\r\n");
        const bool is_mine = body != std::string::npos && answer.compare(body + 4, path.size() + 1, path + 'x') == 0;
        ++(is_mine ? right : wrong);
      }
    });
  }
  clients.clear();
  done = true;
  threads.clear();
  CHECK(wrong == 0);
  CHECK(right == 1200);
}
