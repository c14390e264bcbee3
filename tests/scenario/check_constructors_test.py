"""`m2ag check` tells what the components' constructors refuse, each with its place; one that crashes or hangs is named and the others are tried
all the same. What came from `!secret` is in none of it, nor in the log of a device that is told to take such a descriptor over."""

import json
import os
import re

from harness import Scenario, main, topic

WRONG = """\
device: {{ id: house }}
components:
  sum: {{ type: expression, inputs: {{ x: good }}, formula: x + }}
  gone: {{ type: crasher, in: construct, how: abort, broken_while: {there} }}
  good: {{ type: dial }}
  mixed: {{ type: tunable, limits: {{ low: 2, high: 1 }} }}
  stuck: {{ type: crasher, in: construct, how: hang, broken_while: {there} }}
  pump: {{ type: relay, line: PUMP, interlock: [pump] }}
  off: {{ type: tunable, limits: {{ low: 2, high: 1 }}, enabled: false }}
  odd: {{ type: thrower, in: construct, broken_while: {there} }}
  token: {{ type: tunable, fixed: !secret word, token: !secret word }}
  last: {{ type: crasher, in: construct, how: segfault, broken_while: {there}, isolation: process }}
mqtt: {{ url: mqtt://localhost:1 }}
"""
# By line: the component, and a pattern for its sentence.
FOUND = [
    (3, "sum", r'formula: "x \+"'),
    (4, "gone", "its constructor crashed with SIGABRT"),
    (6, "mixed", "limits: low is above high"),
    (7, "stuck", "its constructor did not return within 5 s"),
    (8, "pump", "interlocked with itself"),
    (10, "odd", "no std::exception"),
    (11, "token", r"token: expected another word than `fixed`, found \(secret\)"),
    (12, "last", "its constructor (crashed with SIGSEGV|ended the process)"),  # a sanitizer ends it by itself
]
RUNS = """
components:
  good: { type: dial }
"""


def run(s: Scenario):
    there = os.path.join(s.folder, "there")
    open(there, "w").close()
    with open(os.path.join(s.folder, "secrets.yaml"), "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write("word: TOPSECRET\n")
    s.environment["TMPDIR"] = os.path.join(s.folder, "temporary")
    os.mkdir(s.environment["TMPDIR"])
    plugins = [word for folder in s.plugin_folders for word in ("--plugins", folder)]
    path = os.path.join(s.folder, "wrong.yaml")
    with open(path, "w") as file:
        file.write(WRONG.format(there=there))

    done = s.m2ag("check", "wrong.yaml", *plugins, check=False)
    assert done.returncode == 1 and done.stdout == "", done
    told = [line for line in done.stderr.splitlines() if re.match(r"\S*wrong\.yaml:\d", line)]
    assert len(told) == len(FOUND), done
    for line, (number, component, pattern) in zip(told, FOUND):
        assert f"wrong.yaml:{number}:3: components.{component}: " in line and re.search(pattern, line), (line, pattern)
    assert "token: no good token: (secret)" in done.stderr and "TOPSECRET" not in done.stderr, done
    done = s.m2ag("check", "wrong.yaml", "--json", *plugins, check=False)
    assert [(each["line"], each["path"]) for each in json.loads(done.stdout)] == [(line, f"components.{id}") for line, id, _ in FOUND], done
    assert "TOPSECRET" not in done.stdout + done.stderr, done
    assert sorted(os.listdir(s.folder)) == ["secrets.yaml", "temporary", "there", "wrong.yaml"] and not os.listdir(s.environment["TMPDIR"])

    # Nothing is left of it: the same descriptor is good once its plugins are.
    os.remove(there)
    with open(path, "w") as file:
        kept = [line for line in WRONG.splitlines() if not re.match(r"  (sum|mixed|pump|token):", line)]
        file.write("\n".join(kept).format(there=there))
    done = s.m2ag("check", "wrong.yaml", *plugins)
    assert "wrong.yaml: ok, device house with 6 components" in done.stdout and not done.stderr, done

    s.broker()
    client = s.client()
    host = s.host(RUNS)
    client.wait_state(topic("good/availability"), "online")
    s.write_descriptor(RUNS + "  token: { type: tunable, fixed: !secret word, token: !secret word }\n")
    answer = client.command(topic("request/reload"))
    assert answer["error"]["code"] == "rejected" and "found (secret)" in answer["error"]["message"], answer
    host.wait_line(r"token: no good token: \(secret\)")
    host.stop_cleanly()
    assert "TOPSECRET" not in host.text()
    assert not [message for message in client.messages if "TOPSECRET" in message.text]


main(run, __doc__)
