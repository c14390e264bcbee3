#!/usr/bin/python3
"""tests/layers finds a file that breaks each of its rules, and finds nothing in a tree that keeps them all."""
import pathlib
import subprocess
import tempfile
import unittest

LAYERS = pathlib.Path(__file__).with_name("layers")

GOOD = {
    "sdk/include/m2ag/m2ag.h": "#pragma once\n#include <vector>\n",
    "host/core/log.h": "#include <fmt/format.h>\n#include <m2ag/m2ag.h>\n#include <unistd.h>\n",
    "host/core/log_test.cpp": '#include "core/log.h"\n#include "catch.h"\n',
    "host/tls/files.h": '#include <openssl/ssl.h>\n#include "core/log.h"\n',
    "host/config/reader.h": '#include <yaml-cpp/yaml.h>\n#include "core/log.h"\n',
    "host/plugin/library.h": '#include <boost/dll.hpp>\n#include "config/reader.h"\n',
    "host/mqtt/client.h": '#include <MQTTAsync.h>\n#include "tls/files.h"\n',
    "host/cli/run.h": '#include <CLI/CLI.hpp>\n#include "mqtt/client.h"\n',
    "host/main.cpp": '#include "cli/run.h"\n',
    "plugins/relay/relay.cpp": '#include <m2ag/m2ag.h>\n#include "names.h"\n#include <unistd.h>\n',
    "plugins/relay/names.h": "",
    "plugins/bmp280/chip.h": "",
    "host/history/reader.h": '#include <SQLiteCpp/SQLiteCpp.h>\n#include "core/log.h"\n',
    "plugins/logger/logger.cpp": '#include <m2ag/m2ag.h>\n#include "history/reader.h"\n',
    "tests/support/catch.h": "",
}

# The file that breaks a rule, its text, and what must be said about it.
BROKEN = [
    ("sdk/include/m2ag/a.h", "#include <unistd.h>", "the SDK includes only the standard library"),
    ("sdk/include/m2ag/a.h", "#include <fmt/format.h>", "only host may include fmt"),
    ("sdk/include/m2ag/a.h", '#include "core/log.h"', "host/core is not among what sdk may use: sdk"),
    ("host/core/a.h", '#include "tls/files.h"', "host/tls is not among what host/core may use: sdk"),
    ("host/tls/a.h", '#include "config/reader.h"', "host/config is not among what host/tls may use: sdk, host/core"),
    ("host/mqtt/a.cpp", '#  include "config/reader.h"', "host/config is not among what host/mqtt may use: sdk, host/core, host/tls"),
    ("host/plugin/a.h", '#include "mqtt/client.h"', "host/mqtt is not among what host/plugin may use"),
    ("host/component/a.h", '#include "mqtt/client.h"', "host/mqtt is not among what host/component may use"),
    ("host/core/a.h", '#include "../tls/files.h"', "host/tls is not among what host/core may use"),
    ("host/main.cpp", '#include "core/log.h"', "host/core is not among what host may use: sdk, host/cli"),
    ("host/core/a.h", "#include <openssl/ssl.h>", "only host/tls may include openssl"),
    ("host/mqtt/a.h", "#include <yaml-cpp/yaml.h>", "only host/config may include yaml-cpp"),
    ("host/core/a.h", "#include <MQTTAsync.h>", "only host/mqtt may include MQTTAsync.h"),
    ("host/core/a.h", '#include "catch.h"', "only tests include tests/support"),
    ("host/core/a.h", "#include <m2ag/absent.h>", "there is no such header in sdk/include"),
    ("host/cli/a.cpp", '#include "../../plugins/relay/names.h"', "nothing includes plugins/"),
    ("plugins/relay/a.cpp", '#include "../bmp280/chip.h"', "nothing includes plugins/"),
    ("plugins/relay/a.cpp", '#include "core/log.h"', "host/core is not among what plugins/relay may use: sdk"),
    ("plugins/relay/a.cpp", "#include <boost/dll.hpp>", "the host's library"),
    ("plugins/relay/a.cpp", '#include "history/reader.h"', "host/history is not among what plugins/relay may use: sdk"),
    ("plugins/logger/a.cpp", '#include "tls/files.h"', "host/tls is not among what plugins/logger may use: sdk, host/core, host/history"),
    ("host/history/a.h", '#include "mqtt/client.h"', "host/mqtt is not among what host/history may use: sdk, host/core"),
    ("host/component/a.h", "#include <sqlite3.h>", "only host/store and host/history may include sqlite3.h"),
    ("host/attic/a.h", "", "host/attic is no known layer"),
]


def run_on(files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([LAYERS, root], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines()


class LayersTest(unittest.TestCase):
    def test_a_tree_that_keeps_the_layers_passes(self):
        code, lines = run_on(GOOD)
        self.assertEqual((code, lines), (0, [f"layers: {len(GOOD) - 1} files, 0 faults"]))

    def test_each_broken_rule_is_named_with_file_and_line(self):
        for name, text, reason in BROKEN:
            with self.subTest(file=name, text=text):
                code, lines = run_on(GOOD | {name: "// why\n" + text + "\n"})
                self.assertEqual(code, 1)
                self.assertEqual(len(lines), 2, lines)
                number = 2 if text else 1
                self.assertTrue(lines[0].startswith(f"{name}:{number}: "), lines[0])
                self.assertIn(reason, lines[0])

    def test_an_empty_tree_is_a_mistake(self):
        code, _ = run_on({})
        self.assertNotEqual(code, 0)


if __name__ == "__main__":
    unittest.main()
