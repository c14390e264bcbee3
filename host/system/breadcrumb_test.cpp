#include "system/breadcrumb.h"

#include <sys/stat.h>
#include <unistd.h>

#include "catch.h"
#include "system/test_folder.h"

using namespace m2ag::host;

namespace {

CrashNote note() {
  CrashNote note;
  note.component = "pump";
  note.plugin = "relay 1.0.0";
  note.fingerprint = "0123456789abcdef";
  note.call = "state/set";
  note.signal = "SIGSEGV";
  note.detail = " (stack overflow)";
  note.time = 1'700'000'000;
  return note;
}

}  // namespace

TEST_CASE("what the handler writes is read at the next start, until it is cleared") {
  const Folder folder;
  const auto path = folder.file("state.db.crash");
  {
    BreadcrumbFile file(path);
    CHECK_FALSE(file.read());
    REQUIRE(file.clear());
    CHECK_FALSE(file.read());
    write_breadcrumb(file.descriptor(), note());
  }
  BreadcrumbFile file(path);
  const auto crumb = file.read();
  REQUIRE(crumb);
  CHECK(crumb->component == "pump");
  CHECK(crumb->plugin == "relay 1.0.0");
  CHECK(crumb->fingerprint == "0123456789abcdef");
  CHECK(crumb->call == "state/set");
  CHECK(crumb->signal == "SIGSEGV (stack overflow)");
  CHECK(crumb->time == std::chrono::system_clock::from_time_t(1'700'000'000));
  REQUIRE(file.clear());
  CHECK_FALSE(file.read());
}

TEST_CASE("a host that ends without a crash leaves no file") {
  const Folder folder;
  const auto path = folder.file("state.db.crash");
  {
    BreadcrumbFile file(path);
    file.clear();
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("texts of any length and kind give a breadcrumb that can be read") {
  const Folder folder;
  BreadcrumbFile file(folder.file("state.db.crash"));
  REQUIRE(file.clear());
  CrashNote odd = note();
  odd.call = "a\nplugin=forged\nend=1\n\x01";
  write_breadcrumb(file.descriptor(), odd);
  REQUIRE(file.read());
  CHECK(file.read()->call == "a?plugin=forged?end=1??");
  CHECK(file.read()->plugin == "relay 1.0.0");

  const std::string endless(4000, 'x');
  odd.call = endless;
  write_breadcrumb(file.descriptor(), odd);
  CHECK_FALSE(file.read());  // cut off: what is not whole is not believed
}

TEST_CASE("what is no breadcrumb is none") {
  for (const char* text : {"", "\n", "component=pump\n", "no line of ours\nend=1\n", "signal=\ntime=1\nend=1\n",
                           "signal=SIGSEGV\ntime=x\nend=1\n", "signal=SIGSEGV\ntime=1\nend=1"}) {
    INFO(text);
    CHECK_FALSE(parse_breadcrumb(text));
  }
  CHECK(parse_breadcrumb("signal=SIGSEGV\ntime=1\nend=1\nrest"));
}
