#include "hardware/gpio_map.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "catch.h"
#include "hardware/scan_json.h"

using Catch::Contains;
using namespace m2ag::host;

namespace {

/// The lines of a Raspberry Pi 4, the first 30 of its 58.
std::vector<GpioLineInfo> raspberry_pi() {
  std::vector<GpioLineInfo> lines;
  for (unsigned int offset = 0; offset < 30; ++offset) {
    std::string name = fmt::format("GPIO{}", offset);
    if (offset == 0) name = "ID_SDA";
    if (offset == 1) name = "ID_SCL";
    if (offset > 27) name = "RGMII_MDIO";
    lines.push_back({"gpiochip0", "pinctrl-bcm2711", offset, name, {}});
  }
  return lines;
}

void hold(GpioLineInfo& line, const std::string& consumer, bool output) {
  line.used = true;
  line.consumer = consumer;
  line.output = output;
}

}  // namespace

TEST_CASE("the header's pins") {
  CHECK(header_pin("GPIO17") == 11);
  CHECK(header_pin("GPIO2") == 3);
  CHECK(header_pin("GPIO21") == 40);
  CHECK(header_pin("ID_SCL") == 28);
  CHECK_FALSE(header_pin("GND"));
  CHECK_FALSE(header_pin("GPIO28"));
  CHECK_FALSE(header_pin(""));
  std::set<int> pins;
  for (int number = 2; number < 28; ++number) pins.insert(*header_pin(fmt::format("GPIO{}", number)));
  CHECK(pins.size() == 26);
}

TEST_CASE("the header as a picture") {
  auto lines = raspberry_pi();
  hold(lines[17], "greenhouse/pump", true);
  hold(lines[18], "greenhouse/fan", true);
  hold(lines[4], "", false);
  const std::string text = gpio_map_text(lines);
  CHECK_THAT(text, Contains("pinctrl-bcm2711 (gpiochip0), the 40-pin header:\n"));
  for (const char* row :
       {"                              3V3  ( 1) ( 2)  5V\n", "                   in  SDA  GPIO2  ( 3) ( 4)  5V\n",
        "           in use  in       GPIO4  ( 7) ( 8)  GPIO14 TXD  in\n",
        "  greenhouse/pump out      GPIO17  (11) (12)  GPIO18      out greenhouse/fan\n",
        "                   in      ID_SDA  (27) (28)  ID_SCL      in\n"}) {
    CHECK_THAT(text, Contains(std::string("\n") + row));
  }
  CHECK_THAT(text, Contains("(39) (40)  GPIO21      in\n  2 more lines are not on the header\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 22);
}

TEST_CASE("a chip whose lines have other names is a table, without the numbers of lines that are alike in between") {
  std::vector<GpioLineInfo> lines;
  for (unsigned int offset = 0; offset < 12; ++offset) lines.push_back({"gpiochip1", "board", offset, {}, {}});
  lines[0].name = "RELAY0";
  hold(lines[0], "house/pump", true);
  hold(lines[5], "über", false);
  lines[11].output = true;
  CHECK(gpio_map_text(lines) ==
        "board (gpiochip1), 12 lines:\n"
        "     0  RELAY0  out  house/pump\n"
        "   1-4          in\n"
        "     5          in   über\n"
        "  6-10          in\n"
        "    11          out\n");
}

TEST_CASE("several chips, also with one label") {
  auto lines = raspberry_pi();
  lines.push_back({"gpiochip1", "pcf8574", 0, {}, {}});
  lines.push_back({"gpiochip2", "pcf8574", 0, {}, {}});
  CHECK(by_chip(lines).size() == 3);
  CHECK_THAT(gpio_map_text(lines),
             Contains("header\n\npcf8574 (gpiochip1), 1 line:\n  0    in\n\npcf8574 (gpiochip2)"));
  CHECK(gpio_map_text({}).empty());
}

TEST_CASE("a name that would steer a terminal is not printed as it is") {
  std::vector<GpioLineInfo> lines = {{"gpiochip0", "board", 0, {}, {}}};
  hold(lines[0], "a\x1b[2Jb\nc", false);
  CHECK_THAT(gpio_map_text(lines), Contains("a?[2Jb?c\n"));
}

TEST_CASE("lines as JSON: the pin only where there is a header") {
  auto lines = raspberry_pi();
  hold(lines[17], "greenhouse/pump", true);
  lines.push_back({"gpiochip1", "board", 0, "GPIO17", {}});
  const auto json = gpio_json(lines);
  REQUIRE(json.size() == 2);
  CHECK(json.at(0).at("label") == "pinctrl-bcm2711");
  CHECK(json.at(0).at("device") == "gpiochip0");
  CHECK(json.at(0).at("lines").at(17) == nlohmann::json{{"offset", 17},
                                                        {"name", "GPIO17"},
                                                        {"pin", 11},
                                                        {"direction", "output"},
                                                        {"used", true},
                                                        {"consumer", "greenhouse/pump"}});
  CHECK(json.at(1).at("lines").at(0).at("pin").is_null());
}
