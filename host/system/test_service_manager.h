// For tests: the other end of NOTIFY_SOCKET.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <string>

namespace m2ag::host {

/// What systemd has: a datagram socket with an address that the kernel chose (unix(7): "autobind").
class TestServiceManager {
 public:
  TestServiceManager() : file_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ::bind(file_, reinterpret_cast<const sockaddr*>(&address), sizeof(address.sun_family));
    socklen_t length = sizeof(address);
    ::getsockname(file_, reinterpret_cast<sockaddr*>(&address), &length);
    name_ = '@' + std::string(address.sun_path + 1, length - sizeof(address.sun_family) - 1);
  }
  ~TestServiceManager() { ::close(file_); }
  TestServiceManager(const TestServiceManager&) = delete;
  TestServiceManager& operator=(const TestServiceManager&) = delete;

  bool nothing() const {
    pollfd place{file_, POLLIN, 0};
    return ::poll(&place, 1, 0) == 0;
  }
  const std::string& name() const { return name_; }
  std::string next() const {
    pollfd place{file_, POLLIN, 0};
    if (::poll(&place, 1, 10'000) != 1) return "nothing";
    std::array<char, 512> text{};
    const ssize_t length = ::recv(file_, text.data(), text.size(), 0);
    return {text.data(), static_cast<std::size_t>(length)};
  }

 private:
  int file_;
  std::string name_;
};

}  // namespace m2ag::host
