#include "hardware/supply.h"

#include <fstream>

#include "catch.h"
#include "hardware/temporary_folder.h"

using namespace m2ag::host;

namespace {

struct Board {
  TemporaryFolder folder;
  DeviceFiles files{folder.path() / "dev", folder.path() / "sys"};

  void write(const std::string& file, const std::string& text) {
    const auto path = files.sys / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << '\n';
  }
};

}  // namespace

TEST_CASE("a board that does not tell has no answer") {
  Board board;
  CHECK_FALSE(Supply(board.files).undervoltage());
  board.write("class/hwmon/hwmon0/name", "coretemp");
  board.write("class/hwmon/hwmon0/in0_lcrit_alarm", "1");
  CHECK_FALSE(Supply(board.files).undervoltage());
}

TEST_CASE("a Raspberry Pi tells by its kernel driver") {
  Board board;
  board.write("class/hwmon/hwmon1/name", "rpi_volt");
  board.write("class/hwmon/hwmon1/in0_lcrit_alarm", "0");
  const Supply supply(board.files);
  CHECK(supply.undervoltage() == false);
  board.write("class/hwmon/hwmon1/in0_lcrit_alarm", "1");
  CHECK(supply.undervoltage() == true);
  board.write("class/hwmon/hwmon1/in0_lcrit_alarm", "");
  CHECK_FALSE(supply.undervoltage());
}

TEST_CASE("without that driver the firmware is asked") {
  Board board;
  const char* device = GENERATE("soc:firmware", "soc@107c000000:firmware");
  const std::string file = std::string("bus/platform/devices/") + device + "/get_throttled";
  board.write(file, "50000");  // it was too low once
  const Supply supply(board.files);
  CHECK(supply.undervoltage() == false);
  board.write(file, "0x50005");
  CHECK(supply.undervoltage() == true);
}
