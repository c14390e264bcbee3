#include "plugin/catalog.h"

#include "catch.h"
#include "config/test_folder.h"
#include "core/log.h"
#include "plugin/folders.h"
#include "plugin/test_fixture.h"

using namespace m2ag;
using namespace m2ag::host;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

/// A folder of plugins, and what scanning it leads to.
struct Plugins {
  TestFolder folder;
  std::string logged;
  Log log;

  explicit Plugins(const std::vector<std::string>& names) {
    for (const std::string& name : names) fs::copy_file(fixture(name), folder / (name + ".so"));
    log.add_sink([this](const LogLine& line) { logged += std::string(line.message) + "\n"; });
  }
  std::shared_ptr<const Catalog> scan(std::chrono::milliseconds patience = Catalog::kPatience) {
    return Catalog::scan({folder.path()}, M2AG_PLUGIN_CHILD, log, patience);
  }
};

std::string reason_for(const Catalog& catalog, const std::string& name) {
  for (const RefusedPlugin& plugin : catalog.refused()) {
    if (plugin.path.stem() == name) return plugin.reason;
  }
  return "not refused";
}

}  // namespace

TEST_CASE("a scan finds what each plugin offers, and loads it only when it is used") {
  Plugins plugins({"lamp"});
  const auto catalog = plugins.scan();
  REQUIRE(catalog->refused().empty());
  REQUIRE(catalog->plugins().size() == 1);
  REQUIRE(catalog->find_type("lamp") != nullptr);
  REQUIRE_FALSE(catalog->find_type("lamp")->create);
  REQUIRE(catalog->plugin_of_type("thermometer")->name == "lamp");
  REQUIRE(catalog->find_chip("thermometer") != nullptr);
  REQUIRE(catalog->find_chip("lamp") == nullptr);

  const auto library = catalog->load_type("lamp");
  REQUIRE(library->find_type("lamp")->create);
  REQUIRE(catalog->load_chip("thermometer") == library);
}

TEST_CASE("a plugin that crashes, hangs or is broken is refused, and the others go on") {
  Plugins plugins({"crashes_at_load", "hangs_at_load", "lamp", "newer_minor", "describe_throws"});
  plugins.folder.write("cut.so",
                       "\x7f"
                       "ELF");
  plugins.folder.write("notes.txt", "no plugin at all");
  const auto catalog = plugins.scan(std::chrono::milliseconds(2000));
  REQUIRE(catalog->find_type("lamp") != nullptr);
  REQUIRE(catalog->refused().size() == 5);
  REQUIRE_THAT(reason_for(*catalog, "crashes_at_load"), Contains("crashed with SIGABRT (Aborted)"));
  REQUIRE_THAT(reason_for(*catalog, "hangs_at_load"), Contains("hangs: it did not describe itself within 2000 ms"));
  REQUIRE_THAT(reason_for(*catalog, "newer_minor"), Contains("newer than this host's"));
  REQUIRE_THAT(reason_for(*catalog, "describe_throws"), Contains("no description today"));
  REQUIRE_THAT(reason_for(*catalog, "cut"), Contains("too short"));
  REQUIRE_THAT(plugins.logged, Contains("crashes_at_load.so refused: crashed with SIGABRT"));
}

TEST_CASE("what a plugin prints while it is loaded is not taken for the child's words") {
  Plugins plugins({"prints_at_load"});
  const auto catalog = plugins.scan();
  REQUIRE_THAT(reason_for(*catalog, "prints_at_load"), Contains("offers neither a type nor a simulated chip"));
}

TEST_CASE("of two plugins with one type, the one in the first folder is used") {
  Plugins first({"second_lamp"}), second({"lamp"});
  const auto catalog =
      Catalog::scan({first.folder.path(), second.folder.path(), first.folder.path()}, M2AG_PLUGIN_CHILD, first.log);
  REQUIRE(catalog->plugins().size() == 2);
  REQUIRE(catalog->plugin_of_type("lamp")->path == first.folder / "second_lamp.so");
  REQUIRE(catalog->plugins()[1].components.empty());
  REQUIRE_THAT(first.logged,
               Contains("its type \"lamp\" is not used, because " + (first.folder / "second_lamp.so").string()));
}

TEST_CASE("an unknown type is answered with the nearest, or with the plugin that was refused") {
  Plugins plugins({"lamp", "newer_minor"});
  const auto catalog = plugins.scan();
  REQUIRE(catalog->unknown_type("lmap") == "no plugin offers the type \"lmap\", did you mean \"lamp\"?");
  REQUIRE_THAT(catalog->unknown_type("newer_minor"),
               Contains("newer_minor.so was refused: built with SDK " + sdk_version(1)));
  REQUIRE_THAT(catalog->unknown_type("bmp280"), Contains("m2ag plugins lists what there is"));
  REQUIRE(catalog->unknown_chip("thermometre") ==
          "no plugin offers the simulated chip \"thermometre\", did you mean \"thermometer\"?");
  REQUIRE_THROWS_AS(catalog->load_type("bmp280"), PluginError);
}

TEST_CASE("a plugin that became untrusted after the scan is not loaded") {
  Plugins plugins({"lamp"});
  const auto catalog = plugins.scan();
  fs::permissions(plugins.folder / "lamp.so", fs::perms::all);
  REQUIRE_THROWS_WITH(catalog->load_type("lamp"), Contains("lamp.so: not loaded, because others"));
}

TEST_CASE("folders that are not there are passed over, but not in silence when they were asked for") {
  Plugins plugins({});
  const auto catalog = Catalog::scan({"/nowhere/plugins"}, M2AG_PLUGIN_CHILD, plugins.log);
  REQUIRE(catalog->plugins().empty());
  REQUIRE_THAT(plugins.logged, Contains("no plugins from /nowhere/plugins: No such file"));
}

TEST_CASE("the folders of the command line come first, then those of the environment") {
  const TestFolder folder;
  fs::create_directories(folder / "a");
  fs::create_directories(folder / "b");
  ::setenv("M2AG_PLUGINS", ((folder / "a").string() + "::" + (folder / "b").string() + ":/nowhere").c_str(), 1);
  const auto folders = plugin_folders({"/asked/for"});
  ::unsetenv("M2AG_PLUGINS");
  REQUIRE(folders.size() >= 3);
  REQUIRE(folders[0] == "/asked/for");
  REQUIRE(folders[1] == fs::canonical(folder / "a"));
  REQUIRE(folders[2] == fs::canonical(folder / "b"));
  REQUIRE(std::find(folders.begin(), folders.end(), "/nowhere") == folders.end());
}
