"""`m2ag plugins`, `describe`, `new-plugin` and `check FILE.so`: what they print and their exit codes."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

M2AG = sys.argv.pop(1)
BUILT = pathlib.Path(M2AG).parent.parent / "lib/m2ag/plugins"


def m2ag(*words, **environment):
    done = subprocess.run([M2AG, *map(str, words)], capture_output=True, text=True, timeout=30, env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


class PluginVerbs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_plugins_lists_what_is_there_and_what_is_refused(self):
        (self.folder / "cut.so").write_bytes((BUILT / "relay.so").read_bytes()[:3000])
        code, out, _ = m2ag("plugins", "--plugins", self.folder)
        self.assertEqual(code, 0)
        self.assertIn("relay 1.1.0", out)
        self.assertIn(f"refused: {self.folder}/cut.so\n  the file is cut short", out)

        code, out, _ = m2ag("plugins", "--json", M2AG_PLUGINS=str(self.folder))
        found = json.loads(out)
        self.assertEqual(code, 0)
        self.assertEqual([plugin["types"] for plugin in found["plugins"] if plugin["name"] == "relay"], [["relay"]])
        self.assertEqual([pathlib.Path(plugin["path"]).name for plugin in found["refused"]], ["cut.so"])

    def test_a_plugin_in_the_folder_of_the_option_comes_before_the_installed_one(self):
        shutil.copy(BUILT / "relay.so", self.folder)
        code, out, _ = m2ag("describe", "relay", "--json", "--plugins", self.folder)
        self.assertEqual(code, 0)
        self.assertEqual(json.loads(out)["plugin"]["path"], f"{self.folder}/relay.so")
        self.assertEqual(m2ag("describe", "relay", "--plugins", self.folder / "absent")[0], 1)

    def test_describe_says_all_about_a_type(self):
        code, out, _ = m2ag("describe", "bmp280")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"(?m)^  address +0x76 \| 0x77, default 0x76 ")
        self.assertRegex(out, r"(?m)^  interval +duration, a register, default ")
        self.assertRegex(out, r"(?m)^  temperature +number, in °C")
        code, out, _ = m2ag("describe", BUILT / "relay.so", "--json")
        self.assertEqual(code, 0)
        self.assertEqual(json.loads(out)["components"][0]["type"], "relay")

    def test_describe_of_what_is_not_there_names_the_nearest(self):
        self.assertEqual(m2ag("describe", "rellay"), (1, "", 'no plugin offers the type "rellay", did you mean "relay"?\n'))
        code, _, err = m2ag("describe", self.folder / "absent.so")
        self.assertEqual(code, 1)
        self.assertIn("No such file", err)
        self.assertEqual(m2ag("describe")[0], 1)

    def test_check_prints_a_line_a_step_and_fails_on_a_finding(self):
        code, out, _ = m2ag("check", BUILT / "relay.so")
        self.assertEqual(code, 0, out)
        self.assertIn("ok    relay: starts and stops 100 times", out)
        (self.folder / "text.so").write_text("no plugin" * 100)
        code, out, _ = m2ag("check", self.folder / "text.so")
        self.assertEqual(code, 1)
        self.assertIn("not an ELF file", out)

    def test_a_plugin_that_others_may_write_to_is_refused_with_the_way_out(self):
        plugin = shutil.copy(BUILT / "relay.so", self.folder)
        os.chmod(plugin, 0o777)
        code, _, err = m2ag("describe", plugin)
        self.assertEqual(code, 1)
        self.assertIn(f"chmod go-w {plugin}", err)

    def test_new_plugin_makes_a_folder_once_and_only_with_a_good_name(self):
        target = self.folder / "soil"
        code, out, _ = m2ag("new-plugin", "soil_moisture", "--dir", target)
        self.assertEqual(code, 0)
        self.assertEqual(sorted(file.name for file in target.iterdir()),
                         ["CMakeLists.txt", "README.md", "soil_moisture.cpp", "soil_moisture.yaml", "soil_moisture_test.cpp"])
        self.assertIn("class SoilMoisture final", (target / "soil_moisture.cpp").read_text())
        for file in target.iterdir():
            self.assertNotRegex(file.read_text(), "@[Nn]ame@")
        code, _, err = m2ag("new-plugin", "soil_moisture", "--dir", target)
        self.assertEqual(code, 1)
        self.assertIn("not empty", err)
        code, _, err = m2ag("new-plugin", "Soil-Moisture", "--dir", self.folder / "other")
        self.assertEqual(code, 1)
        self.assertFalse((self.folder / "other").exists())


if __name__ == "__main__":
    unittest.main()
