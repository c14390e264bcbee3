#include "config/sources.h"

#include <sys/stat.h>

#include "catch.h"
#include "config/test_folder.h"

namespace m2ag::host {
namespace {

using std::filesystem::permissions;
using std::filesystem::perms;

struct Reading {
  Sources sources;
  std::string problems;
};

Reading read(const TestFolder& folder, const Environment& environment = {}) {
  Problems problems;
  Sources sources = read_sources(folder / "d.yaml", environment, problems);
  return {std::move(sources), folder.without(problems.text())};
}

const Node& at(const Node& node, std::string_view key) {
  const Entry* entry = node.find(key);
  REQUIRE(entry != nullptr);
  return entry->value;
}

TEST_CASE("an included file takes the place of its tag and keeps its own marks") {
  const TestFolder folder;
  folder.write("d.yaml", "components:\n  pump: !include parts/pump.yaml\n");
  folder.write("parts/pump.yaml", "# the pump\nline: !include line.yaml\n");
  folder.write("parts/line.yaml", "GPIO17\n");
  const Reading reading = read(folder);
  CHECK(reading.problems.empty());
  const Node& line = at(at(at(reading.sources.root, "components"), "pump"), "line");
  CHECK(line.text == "GPIO17");
  CHECK(line.mark == Mark{(folder / "parts/line.yaml").string(), 1, 1});
  CHECK(reading.sources.files.size() == 3);
}

TEST_CASE("what cannot be included is said where the tag stands") {
  const TestFolder folder;
  folder.write(
      "d.yaml",
      "a: !include missing.yaml\nb: !include ../x.yaml\nc: !include /etc/passwd\nd: !include round.yaml\ne: !include [x]\n"
      "f: !include secrets.yaml\ng: !include sub\nh: !include link.yaml\ni: !include\nj: !includ x\nk: !other x\nl: !include pipe\n");
  folder.write("round.yaml", "again: !include round2.yaml\n");
  folder.write("round2.yaml", "again: !include round.yaml\n");
  folder.write("sub/x", "");
  std::filesystem::create_symlink("/etc/passwd", folder / "link.yaml");
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(read(folder).problems ==
        "d.yaml:1:4: a: missing.yaml: there is no such file\n"
        "d.yaml:2:4: b: ../x.yaml: an included file must lie in the descriptor's folder or below\n"
        "d.yaml:3:4: c: /etc/passwd: an included file must lie in the descriptor's folder or below\n"
        "d.yaml:5:4: e: !include wants a file name\n"
        "d.yaml:6:4: f: secrets.yaml is not included; write !secret and the name\n"
        "d.yaml:7:4: g: sub: is not a regular file\n"
        "d.yaml:8:4: h: link.yaml: an included file must lie in the descriptor's folder or below\n"
        "d.yaml:9:4: i: !include wants a file name\n"
        "d.yaml:10:4: j: unknown tag !includ, did you mean \"!include\"?\n"
        "d.yaml:11:4: k: unknown tag !other, known are !include and !secret\n"
        "d.yaml:12:4: l: pipe: is not a regular file\n"
        "round2.yaml:1:8: d.again.again: the file includes itself: round.yaml → round2.yaml → round.yaml\n");
}

TEST_CASE("includes are bounded in depth and number, and share the bound on values") {
  const TestFolder folder;
  SECTION("depth") {
    folder.write("d.yaml", "x: !include 1.yaml\n");
    for (int i = 1; i < 12; ++i)
      folder.write(std::to_string(i) + ".yaml", "x: !include " + std::to_string(i + 1) + ".yaml\n");
    CHECK(read(folder).problems == "8.yaml:1:4: x.x.x.x.x.x.x.x.x: more than 8 files include one another\n");
  }
  SECTION("number") {
    std::string text = "x:\n";
    for (int i = 0; i < 201; ++i) text += "  - !include one.yaml\n";
    folder.write("d.yaml", text);
    folder.write("one.yaml", "1\n");
    CHECK(read(folder).problems ==
          "d.yaml:201:5: x[199]: more than 200 files\n"
          "d.yaml:202:5: x[200]: more than 200 files\n");
  }
  SECTION("values") {
    std::string many;
    for (int i = 0; i < 60'000; ++i) many += "- 1\n";
    folder.write("d.yaml", "x: !include many.yaml\ny: !include many.yaml\n");
    folder.write("many.yaml", many);
    CHECK(read(folder).problems == "many.yaml:39996:3: more than 100000 values, aliases and included files expanded\n");
  }
}

TEST_CASE("a missing file is named as missing also when the descriptor is given as a relative path") {
  const TestFolder folder;
  folder.write("d.yaml", "a: !include missing.yaml\nb: !include ../out.yaml\n");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder / ".");
  Problems problems;
  read_sources("d.yaml", {}, problems);
  std::filesystem::current_path(before);
  CHECK(problems.text() ==
        "d.yaml:1:4: a: missing.yaml: there is no such file\n"
        "d.yaml:2:4: b: ../out.yaml: an included file must lie in the descriptor's folder or below\n");
}

TEST_CASE("secrets come from the credentials, then from secrets.yaml") {
  const TestFolder folder;
  folder.write("d.yaml", "a: !secret broker\nb: !secret pin\nc: !secret pin\n");
  permissions(folder.write("secrets.yaml", "broker: from file\npin: \"0042\"\n"), perms::owner_read);
  folder.write("credentials/broker", "from credential\n");
  const Reading reading = read(folder, {{{"CREDENTIALS_DIRECTORY", (folder / "credentials").string()}}, "h"});
  CHECK(reading.problems.empty());
  CHECK(at(reading.sources.root, "a").text == "from credential");
  CHECK(at(reading.sources.root, "b").text == "0042");
  CHECK(at(reading.sources.root, "b").quoted);
  CHECK(at(reading.sources.root, "b").secret);
  CHECK(at(reading.sources.root, "b").mark == Mark{(folder / "d.yaml").string(), 2, 4});
  CHECK(reading.sources.files.back() == folder / "secrets.yaml");
}

TEST_CASE("a secret's text is not looked into") {
  const TestFolder folder;
  folder.write("d.yaml", "a: !secret odd\n");
  permissions(folder.write("secrets.yaml", "odd: \"x${HOME}y\"\n"), perms::owner_read);
  const Reading reading = read(folder);
  CHECK(reading.problems.empty());
  CHECK(at(reading.sources.root, "a").text == "x${HOME}y");
}

TEST_CASE("a secret that is not there is named, its neighbours' values are not") {
  const TestFolder folder;
  folder.write("d.yaml", "a: !secret brokr\nb: !secret none\nc: !secret ../x\nd: !secret [x]\ne: !secret deep\n");
  permissions(folder.write("secrets.yaml", "broker: hunter2\ndeep: [hunter2]\n"),
              perms::owner_read | perms::owner_write | perms::group_read);
  const Reading reading = read(folder);
  CHECK(reading.problems ==
        "d.yaml:1:4: a: there is no secret \"brokr\" in secrets.yaml, did you mean \"broker\"?\n"
        "d.yaml:2:4: b: there is no secret \"none\" in secrets.yaml\n"
        "d.yaml:3:4: c: !secret wants a name of letters, digits, \"_\", \"-\" and \".\"\n"
        "d.yaml:4:4: d: !secret wants a name\n"
        "d.yaml:5:4: e: the secret deep at secrets.yaml:2:1 is not a text or number\n");
  CHECK(reading.problems.find("hunter2") == std::string::npos);
}

TEST_CASE("a secrets.yaml that others may read is refused, once") {
  const TestFolder folder;
  folder.write("d.yaml", "a: !secret x\nb: !secret y\n");
  permissions(folder.write("secrets.yaml", "x: 1\ny: 2\n"), perms::owner_read | perms::others_read);
  CHECK(read(folder).problems == "secrets.yaml: other users may read or write this file; run: chmod o= secrets.yaml\n");
}

TEST_CASE("a broken secrets.yaml is told once and shows nothing of it") {
  const TestFolder folder;
  folder.write("d.yaml", "a: !secret x\nb: !secret y\n");
  permissions(folder.write("secrets.yaml", "x: hunter2\ny: @hunter3\n"), perms::owner_read);
  CHECK(read(folder).problems == "secrets.yaml:2:4: a value cannot begin with \"@\"; put it in quotes\n");
}

TEST_CASE("no secrets.yaml at all") {
  const TestFolder folder;
  folder.write("d.yaml", "a: !secret x\n");
  CHECK(read(folder).problems == "d.yaml:1:4: a: there is no secret \"x\" in secrets.yaml\n");
  CHECK(read(folder, {{{"CREDENTIALS_DIRECTORY", folder.path().string()}}, "h"}).problems ==
        "d.yaml:1:4: a: there is no secret \"x\" in $CREDENTIALS_DIRECTORY or in secrets.yaml\n");
}

TEST_CASE("variables are put into plain and quoted text, at any depth") {
  const TestFolder folder;
  folder.write(
      "d.yaml",
      "a: ${PORT}\nb: \"${PORT}\"\nc: \"x${PORT}\"\nd: [{e: \"${hostname}\"}]\nf: $${PORT}\ng: ${PROT}\n${PORT}: h\n");
  const Reading reading = read(folder, {{{"PORT", "1883"}}, "pi4"});
  CHECK(reading.problems == "d.yaml:6:4: g: the environment variable PROT is not set, did you mean \"PORT\"?\n");
  const Node& root = reading.sources.root;
  CHECK(at(root, "a").text == "1883");
  CHECK_FALSE(at(root, "b").quoted);
  CHECK(at(root, "c").quoted);
  CHECK(at(at(root, "d").items.at(0), "e").text == "pi4");
  CHECK(at(root, "f").text == "${PORT}");
  CHECK(at(root, "g").is_invalid());
  CHECK(root.find("${PORT}") != nullptr);
}

TEST_CASE("merge keys: what a map says itself wins, then the earlier of several") {
  const TestFolder folder;
  folder.write(
      "d.yaml",
      "base: &base {bus: i2c-1, interval: 10s}\nother: &other {interval: 20s, note: x}\n"
      "air: {<<: *base, interval: 5s}\nsoil: {<<: [*base, *other], address: 1}\nfile: {<<: !include part.yaml}\n"
      "bad: {<<: 7}\nplain: {\"k\": 1}\n");
  folder.write("part.yaml", "bus: i2c-9\n");
  const Reading reading = read(folder);
  CHECK(reading.problems == "d.yaml:6:7: bad: << wants a map, or a list of maps\n");
  const Node& root = reading.sources.root;
  CHECK(at(at(root, "air"), "interval").text == "5s");
  CHECK(at(at(root, "air"), "bus").text == "i2c-1");
  CHECK(at(at(root, "soil"), "interval").text == "10s");
  CHECK(at(at(root, "soil"), "note").text == "x");
  CHECK(at(at(root, "file"), "bus").text == "i2c-9");
  CHECK(at(root, "air").find("<<") == nullptr);
}

TEST_CASE("components.d is merged in the order of its names") {
  const TestFolder folder;
  folder.write("d.yaml", "components:\n  air: {type: bmp280}\n");
  folder.write("components.d/20-pump.yaml", "pump: {type: relay}\nair: {type: other}\n");
  folder.write("components.d/10-door.yaml", "door: {type: gpio_switch}\npump: {type: first}\n");
  folder.write("components.d/30-empty.yaml", "# nothing yet\n");
  folder.write("components.d/40-list.yaml", "- x\n");
  folder.write("components.d/50-old.yml", "x: {}\n");
  folder.write("components.d/.hidden.yaml", "x: {}\n");
  folder.write("components.d/60-pump.yaml~", "x: {}\n");
  const Reading reading = read(folder);
  CHECK(
      reading.problems ==
      "components.d/50-old.yml: warning: not read: the name must end in .yaml\n"
      "components.d/20-pump.yaml:1:1: components.pump: the component stands already at components.d/10-door.yaml:2:1\n"
      "components.d/20-pump.yaml:2:1: components.air: the component stands already at d.yaml:2:3\n"
      "components.d/40-list.yaml:1:1: expected a map of components, as under \"components:\" in the descriptor\n");
  const Node& components = at(reading.sources.root, "components");
  REQUIRE(components.entries.size() == 3);
  CHECK(components.entries[0].key == "air");
  CHECK(components.entries[1].key == "door");
  CHECK(at(components.entries[2].value, "type").text == "first");
}

TEST_CASE("components.d serves a descriptor that has no components of its own") {
  const TestFolder folder;
  folder.write("components.d/a.yaml", "a: {type: relay}\n");
  for (const char* text : {"device: {id: x}\n", "device: {id: x}\ncomponents:\n"}) {
    folder.write("d.yaml", text);
    const Reading reading = read(folder);
    CHECK(reading.problems.empty());
    CHECK(at(reading.sources.root, "components").entries.size() == 1);
  }
}

TEST_CASE("a syntax error in one file does not hide those of the others") {
  const TestFolder folder;
  folder.write("d.yaml", "device: {id: x\ncomponents: 1\n");
  folder.write("components.d/a.yaml", "a:\n\ttype: x\n");
  folder.write("components.d/b.yaml", "b: !include ../part.yaml\n");
  folder.write("components.d/c.yaml", "c: {type: ${NONE}}\n");
  folder.write("components.d/d.yaml", "d: {type: relay}\n");
  folder.write("part.yaml", "x: 'open\n");
  const Reading reading = read(folder);
  CHECK(reading.problems ==
        "d.yaml:2:11: expected \",\" or \"}\": the \"{\" of line 1 is not closed\n"
        "components.d/a.yaml:2:1: a tab in the indentation; YAML wants spaces\n"
        "part.yaml:1:4: x: the quote that opens here is never closed\n"
        "components.d/c.yaml:1:11: inside [ ] and { } a ${…} must be in quotes\n");
  CHECK_FALSE(reading.sources.complete);
  CHECK(at(reading.sources.root, "components").find("d") != nullptr);
}

TEST_CASE("a descriptor that is not there") {
  const TestFolder folder;
  const Reading reading = read(folder);
  CHECK(reading.problems == "d.yaml: there is no such file\n");
  CHECK_FALSE(reading.sources.complete);
}

TEST_CASE("a text in place of the file is read as the file would be") {
  const TestFolder folder;
  folder.write("d.yaml", "this is: not: read\n");
  folder.write("part.yaml", "1\n");
  Problems problems;
  const Sources sources =
      read_sources_text("a: !include part.yaml\nb: !include d.yaml\n", folder / "d.yaml", {}, problems);
  CHECK(folder.without(problems.text()) == "d.yaml:2:4: b: the file includes itself: d.yaml → d.yaml\n");
  CHECK(at(sources.root, "a").text == "1");
}

}  // namespace
}  // namespace m2ag::host
