"""`m2ag registers`: lists, sets and resets, with MQTT 5 and 3.1.1, and exit codes for what is wrong."""

import json
import os

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP"]) + """
components:
  pump: { type: relay, line: PUMP, max_on: 10m }
  box: { type: tunable, gain: 5 }
"""


def check(s, client, descriptor):
    def registers(*arguments, code=0):
        done = s.m2ag("registers", "--config", descriptor, "--wait", "20", *arguments, check=False)
        assert done.returncode == code, (arguments, done)
        return done

    lines = registers().stdout.splitlines()
    assert "pump  max_on      10m" in lines and "box   gain        5" in lines, lines
    assert registers("list", "pump").stdout.splitlines() == [line for line in lines if line.startswith("pump")]

    assert not registers("set", "pump", "max_on", "20m").stdout
    client.wait_state(topic("pump/config/max_on"), "20m")
    registers("set", "box", "times", '["1s", "60s"]')
    registers("set", "box", "limits", '{"low": 1, "high": 2}')
    registers("set", "box", "word", "some words")
    client.wait_state(topic("box/config/word"), "some words")
    rows = registers().stdout.splitlines()
    assert any(row.split() == "pump max_on 20m set, the descriptor says 10m".split() for row in rows), rows
    assert any(row.split() == "box word some words set, the descriptor says -".split() for row in rows), rows

    listed = {(each["component"], each["register"]): each for each in json.loads(registers("--json").stdout)}
    assert listed[("pump", "max_on")]["value"] == "20m" and listed[("pump", "max_on")]["descriptor"] == "10m", listed
    assert listed[("pump", "max_on")]["set"] is True and listed[("pump", "min_off")]["value"] is None, listed
    assert listed[("box", "times")]["value"] == '["1s","1m"]' and ("box", "token") not in listed, listed

    for arguments, words in {
        ("set", "pump", "max_on", "soon"): "max_on: expected a duration such as 10s",
        ("set", "pump", "max_off", "1s"): 'there is no register "max_off"',
        ("set", "pmup", "max_on", "1s"): 'did you mean "pump"',
        ("set", "pump", "a/b", "1s"): "expected the id of a component and the name of a register",
        ("set", "Pump", "max_on", "1s"): "expected the id of a component and the name of a register",
        ("list", "pmup"): 'did you mean "pump"',
        ("reset", "pump", "max_off"): 'there is no register "max_off"',
        ("reset", "pump", "line"): "changed in the descriptor",
    }.items():
        done = registers(*arguments, code=1)
        assert words in done.stderr and not done.stdout, (arguments, done)

    registers("reset", "pump", "max_on")
    client.wait_state(topic("pump/config/max_on"), "10m")
    registers("reset", "box")
    client.wait_state(topic("box/config/times"), "[]")
    client.wait_state(topic("box/config/word"), "")
    assert not [row for row in registers().stdout.splitlines() if "set," in row]
    late = s.client()
    late.wait_state(topic("box/config/times"), "[]")
    assert late.state(topic("box/config/word")) is None, "a register without a value is cleared at the broker"


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("box/availability"), "online")
    check(s, client, s.descriptor)
    with open(s.descriptor) as file:
        text = file.read()
    old = os.path.join(s.folder, "old.yaml")  # another file: the host would take over a change of its own
    with open(old, "w") as file:
        file.write(text.replace("mqtt:\n", 'mqtt:\n  version: "3.1.1"\n', 1))
    check(s, client, old)

    host.stop_cleanly()
    done = s.m2ag("registers", "--config", s.descriptor, "--wait", "1", check=False)
    assert done.returncode == 2 and "no answer came in time" in done.stderr, done


main(run, __doc__)
