#include "system/service_manager.h"

#include <unistd.h>

#include <cstdlib>

#include "catch.h"
#include "system/test_service_manager.h"

using namespace m2ag::host;
using namespace std::chrono_literals;

namespace {

struct Environment {
  Environment(const char* variable, const std::string& value) : name(variable) { ::setenv(name, value.c_str(), 1); }
  ~Environment() { ::unsetenv(name); }
  const char* name;
};

}  // namespace

TEST_CASE("the service manager hears what the host says") {
  const TestServiceManager manager;
  const ServiceManager service(manager.name());
  service.ready();
  CHECK(manager.next() == "READY=1");
  service.status("two lines\nof text");
  CHECK(manager.next() == "STATUS=two lines of text");
  service.reloading();
  CHECK(manager.next().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  service.feed_watchdog();
  CHECK(manager.next() == "WATCHDOG=1");
  service.stopping();
  CHECK(manager.next() == "STOPPING=1");
}

TEST_CASE("without a service manager nothing happens") {
  CHECK_FALSE(ServiceManager("", 1s).watchdog());
  ServiceManager("").ready();
  ServiceManager("/nonexistent/socket").ready();
  ServiceManager(std::string(200, 'x')).ready();
}

TEST_CASE("the watchdog is another process's unless it says this one's") {
  const Environment socket("NOTIFY_SOCKET", "/nonexistent/socket");
  CHECK_FALSE(ServiceManager::of_process().watchdog());
  const Environment time("WATCHDOG_USEC", "3000000");
  CHECK(ServiceManager::of_process().watchdog() == 3s);
  {
    const Environment process("WATCHDOG_PID", std::to_string(::getpid()));
    CHECK(ServiceManager::of_process().watchdog() == 3s);
  }
  const Environment process("WATCHDOG_PID", std::to_string(::getppid()));
  CHECK_FALSE(ServiceManager::of_process().watchdog());
}
