#include "tls/names.h"

#include "catch.h"
#include "tls/testing.h"

using namespace m2ag::host;

TEST_CASE("a DNS name is lower case labels of letters, digits and dashes") {
  CHECK(normal_dns_name("Pi.Local") == "pi.local");
  CHECK(normal_dns_name("localhost") == "localhost");
  CHECK(normal_dns_name(std::string(63, 'a')) == std::string(63, 'a'));
  for (const char* bad : {"", ".", "a..b", ".a", "a.", "-a", "a-", "a_b", "a b", "a,b", "*.a", "10.0.0.1", "::1",
                          "b\xc3\xbc.de", "a\nb", "a:b", "a/b"}) {
    CAPTURE(bad);
    CHECK_FALSE(normal_dns_name(bad));
  }
  CHECK_FALSE(normal_dns_name(std::string(64, 'a')));
  std::string longest = std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') + ".";
  CHECK(normal_dns_name(longest + std::string(61, 'd')));
  CHECK_FALSE(normal_dns_name(longest + std::string(62, 'd')));
}

TEST_CASE("an address gets its usual form") {
  CHECK(normal_ip_address("192.168.1.4") == "192.168.1.4");
  CHECK(normal_ip_address("0:0:0:0:0:0:0:1") == "::1");
  CHECK(normal_ip_address("FD00::A") == "fd00::a");
  for (const char* bad :
       {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "fe80::1%eth0", "1.2.3.4/8", "localhost", " 1.2.3.4"}) {
    CAPTURE(bad);
    CHECK_FALSE(normal_ip_address(bad));
  }
  CHECK_FALSE(normal_ip_address(std::string_view("1.2.3.4\0x", 9)));
}

TEST_CASE("ids, file names and common names are bounded") {
  CHECK(is_device_id("greenhouse-2"));
  CHECK(is_device_id(std::string(63, 'x')));
  for (const char* bad : {"", "A", "a.b", "a/b", "a+b", "a#b", "a b", "\xc3\xbc"}) CHECK_FALSE(is_device_id(bad));
  CHECK_FALSE(is_device_id(std::string(64, 'x')));

  CHECK(is_file_stem("hub.lan"));
  for (const char* bad : {"", ".", "..", ".a", "a.", "-a", "../a", "a/b", "A"}) CHECK_FALSE(is_file_stem(bad));

  CHECK(
      is_common_name("K\xc3\xbc"
                     "che"));
  CHECK(is_common_name(std::string(64, 'x')));
  for (const char* bad : {"", "a\nb", "a\x7f", "\xff", "\xc3"}) CHECK_FALSE(is_common_name(bad));
  CHECK_FALSE(is_common_name(std::string(65, 'x')));
}

TEST_CASE("what an authority permits is read from its certificate") {
  const testing::TemporaryFolder folder;
  make_authority(folder.path(), {"test", {"pi"}, {"Example.net"}});
  const Authority authority(folder.path());
  const PermittedNames& permitted = authority.permitted();
  for (const char* name :
       {"local", "pi.local", "a.b.lan", "localhost", "pi", "example.net", "a.example.net", "x.home.arpa"}) {
    CAPTURE(name);
    CHECK(permitted.dns(name));
  }
  for (const char* name : {"www.example.com", "notlocal", "arpa", "xexample.net", "net", "pi2"}) {
    CAPTURE(name);
    CHECK_FALSE(permitted.dns(name));
  }
  for (const char* address : {"10.255.0.1", "172.31.0.1", "192.168.0.1", "127.0.0.1", "169.254.1.1", "::1", "fd12::1",
                              "fe80::1", "febf::1"}) {
    CAPTURE(address);
    CHECK(permitted.ip(address));
  }
  for (const char* address : {"11.0.0.1", "172.32.0.1", "8.8.8.8", "2001:db8::1", "::2", "fec0::1"}) {
    CAPTURE(address);
    CHECK_FALSE(permitted.ip(address));
  }
  CHECK(permitted.text().find("example.net, 10.0.0.0/8, 172.16.0.0/12, ") != std::string::npos);
  CHECK(permitted.text().find("fc00::/7, fe80::/10, ::1/128") != std::string::npos);
}

TEST_CASE("this machine's addresses are neither loopback nor link-local") {
  for (const auto& address : local_addresses()) {
    CAPTURE(address);
    CHECK(normal_ip_address(address) == address);
    CHECK(address.rfind("127.", 0) != 0);
    CHECK(address.rfind("fe80:", 0) != 0);
    CHECK(address != "::1");
  }
}
