// Files of a plugin folder that come, go and are replaced while the host runs.
#include "catch.h"
#include "config/test_folder.h"
#include "core/log.h"
#include "plugin/catalog.h"
#include "plugin/test_fixture.h"

#include <fstream>

using namespace m2ag;
using namespace m2ag::host;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

struct Plugins {
  TestFolder folder;
  std::string logged;
  Log log;
  std::shared_ptr<const Catalog> catalog;

  Plugins() {
    fs::copy_file(fixture("lamp"), folder / "lamp.so");
    log.add_sink([this](const LogLine& line) { logged += std::string(line.message) + "\n"; });
    catalog = Catalog::scan({folder.path()}, M2AG_PLUGIN_CHILD, log);
  }
  void again() { catalog = catalog->scan_again({folder.path()}, M2AG_PLUGIN_CHILD, log); }
};

/// Another version by its bytes: what follows the last section is nobody's.
void append(const fs::path& file) { std::ofstream(file, std::ios::app | std::ios::binary) << "another version"; }

}  // namespace

TEST_CASE("an unchanged file is the same library in the next catalog") {
  Plugins plugins;
  const auto library = plugins.catalog->load_type("lamp");
  plugins.again();
  CHECK(plugins.catalog->load_type("lamp") == library);
  // The same content written once more.
  fs::copy_file(fixture("lamp"), plugins.folder / "lamp.so", fs::copy_options::overwrite_existing);
  plugins.again();
  CHECK(plugins.catalog->load_type("lamp") == library);
}

TEST_CASE("a replaced file is another library, and the old one goes on") {
  Plugins plugins;
  const auto library = plugins.catalog->load_type("lamp");
  const bool in_place = GENERATE(true, false);
  if (!in_place) {
    fs::copy_file(fixture("lamp"), plugins.folder / "new");
    append(plugins.folder / "new");
    fs::rename(plugins.folder / "new", plugins.folder / "lamp.so");
  } else {
    append(plugins.folder / "lamp.so");
  }
  plugins.again();
  const auto replaced = plugins.catalog->load_type("lamp");
  CHECK(replaced != library);
  CHECK(replaced->loaded_as() != library->loaded_as());
  CHECK(replaced->find_type("lamp") != library->find_type("lamp"));
  CHECK(library->describe().name == "lamp");
}

TEST_CASE("a loaded library does not feel that its file is cut and written over") {
  Plugins plugins;
  const auto library = plugins.catalog->load_type("lamp");
  std::ofstream(plugins.folder / "lamp.so", std::ios::trunc | std::ios::binary) << std::string(100'000, '\0');
  CHECK(library->describe().components.size() == plugins.catalog->plugins()[0].components.size());

  plugins.again();
  REQUIRE(plugins.catalog->refused().size() == 1);
  CHECK_THAT(plugins.logged, Contains("the version that is loaded stays in use"));
  CHECK(plugins.catalog->load_type("lamp") == library);
  fs::remove(plugins.folder / "lamp.so");
  plugins.again();
  CHECK(plugins.catalog->load_type("lamp") == library);
}

TEST_CASE("what was never loaded goes with its file") {
  Plugins plugins;
  fs::remove(plugins.folder / "lamp.so");
  plugins.again();
  CHECK(plugins.catalog->find_type("lamp") == nullptr);
}

TEST_CASE("a file that has changed after it described itself is not loaded") {
  Plugins plugins;
  append(plugins.folder / "lamp.so");
  CHECK_THROWS_WITH(plugins.catalog->load_type("lamp"), Contains("lamp.so: has changed since it described itself"));
}

TEST_CASE("a plugin that hangs is asked once, not at each scan") {
  Plugins plugins;
  fs::copy_file(fixture("hangs_at_load"), plugins.folder / "hangs.so");
  plugins.catalog = plugins.catalog->scan_again({plugins.folder.path()}, M2AG_PLUGIN_CHILD, plugins.log,
                                                std::chrono::milliseconds(300));
  REQUIRE(plugins.catalog->refused().size() == 1);
  plugins.logged.clear();
  plugins.again();  // with the usual patience of five seconds
  REQUIRE(plugins.catalog->refused().size() == 1);
  CHECK_THAT(plugins.catalog->refused()[0].reason, Contains("within 300 ms"));
  CHECK(plugins.logged.empty());
}

TEST_CASE("what became of each file is told once") {
  Plugins plugins;
  const auto events = [&plugins] {
    const auto before = plugins.catalog;
    plugins.again();
    std::string text;
    for (const PluginChange& each : plugins.catalog->changes_since(*before))
      text += each.event + ' ' + each.path.stem().string() + ' ';
    return text;
  };
  plugins.catalog->load_type("lamp");
  CHECK(events().empty());
  fs::copy_file(fixture("second_lamp"), plugins.folder / "second.so");
  CHECK(events() == "plugin_added second ");
  append(plugins.folder / "lamp.so");
  CHECK(events() == "plugin_replaced lamp ");
  plugins.catalog->load_type("lamp");
  plugins.folder.write("lamp.so", "nonsense");
  CHECK(events() == "plugin_refused lamp ");
  CHECK(events().empty());
  fs::copy_file(fixture("lamp"), plugins.folder / "lamp.so", fs::copy_options::overwrite_existing);
  CHECK(events() == "plugin_replaced lamp ");
  fs::remove(plugins.folder / "second.so");
  CHECK(events() == "plugin_removed second ");
}
