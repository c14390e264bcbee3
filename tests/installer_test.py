#!/usr/bin/python3
"""installer/lib.sh installs what is missing of installer/packages and nothing else, with apt-get, dpkg-query and sudo replaced by
scripts that write down how they were called: a test may not change the machine's packages."""
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

DPKG_QUERY = """#!/bin/bash
printf 'installed %s\\n' $INSTALLED
printf 'config-files mosquitto-clients\\n'
"""
APT_GET = """#!/bin/bash
printf '%s\\n' "$DEBIAN_FRONTEND $*" >>"$CALLS"
[ -z "$BREAK" ] || { echo 'E: Unable to locate package'; exit 100; }
echo 'Setting up things'
"""
ID = """#!/bin/bash
echo "${USER_ID:-0}"
"""
SUDO = """#!/bin/bash
printf 'sudo\\n' >>"$CALLS"
exec "$@"
"""


class InstallerTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        for name, text in (("dpkg-query", DPKG_QUERY), ("apt-get", APT_GET), ("id", ID), ("sudo", SUDO)):
            self.write(name, text)

    def write(self, name, text):
        file = self.path / name
        file.write_text(text)
        file.chmod(0o755)

    def run_lib(self, script, installed=(), **environment):
        calls = self.path / "calls"
        calls.unlink(missing_ok=True)
        environment = {"PATH": f"{self.path}:{environment.pop('PATH', os.environ['PATH'])}", "INSTALLED": " ".join(installed),
                       "CALLS": str(calls)} | environment
        done = subprocess.run(["/bin/bash", "-c", f". {ROOT}/installer/lib.sh; {script}"], capture_output=True, text=True, check=False,
                              env=environment)
        return done, calls.read_text().splitlines() if calls.exists() else []

    def packages(self, *sets):
        return self.run_lib("m2ag_packages " + " ".join(sets))[0].stdout.split()

    def test_the_sets_name_packages_once(self):
        names = self.packages("build", "run", "test")
        self.assertIn("g++", names)
        self.assertIn("mosquitto", names)
        self.assertIn("catch2", names)
        self.assertEqual(len(names), len(set(names)))
        for line in (ROOT / "installer/packages").read_text().splitlines():
            if line and not line.startswith("#"):
                self.assertEqual(len(line.split()), 3, line)

    def test_an_unknown_set_is_refused(self):
        done, _ = self.run_lib("m2ag_packages bulid")
        self.assertEqual(done.returncode, 1)
        self.assertIn('no set "bulid"', done.stderr)

    def test_nothing_is_called_when_all_is_there(self):
        done, calls = self.run_lib("m2ag_install build", installed=self.packages("build"))
        self.assertEqual((done.returncode, calls), (0, []))

    def test_only_what_is_missing_is_installed_without_questions(self):
        there = self.packages("build", "run")
        there.remove("libfmt-dev")
        there.remove("mosquitto-clients")  # removed once, its configuration stays: not installed
        done, calls = self.run_lib("m2ag_install build run", installed=there)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(calls), 2)
        self.assertTrue(calls[0].startswith("noninteractive update"))
        self.assertRegex(calls[1], r"^noninteractive install .*-y .*--no-install-recommends libfmt-dev mosquitto-clients$")

    def test_a_user_who_is_not_root_goes_through_sudo(self):
        _, calls = self.run_lib("m2ag_install run", USER_ID="1000")
        self.assertEqual([c for c in calls if c == "sudo"], ["sudo"] * 2)

    def test_without_root_and_sudo_it_says_what_to_do(self):
        for tool in ("bash", "awk", "sed", "grep", "dirname", "mktemp", "tee", "tail", "rm", "env"):
            (self.path / tool).symlink_to(f"/usr/bin/{tool}")
        (self.path / "sudo").unlink()
        done, calls = self.run_lib("m2ag_install run", PATH="", USER_ID="1000")
        self.assertEqual((done.returncode, calls), (2, []))
        self.assertIn("Run it as root once, or install sudo", done.stderr)

    def test_a_failed_installation_shows_why(self):
        done, _ = self.run_lib("m2ag_install run", BREAK="1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("E: Unable to locate package", done.stderr)
        self.assertIn("could not install: mosquitto", done.stderr)


if __name__ == "__main__":
    unittest.main()
