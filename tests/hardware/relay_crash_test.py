"""A crash of any component takes the process, and every output goes to its safe level at that moment: the kernel's trace of the lines shows it.
After the restart they are as they were told."""

import os
import signal

from machine import Scenario, Trace, main, topic, wait_running

LINES = {"pump": 0, "kept": 1, "low": 2, "lamp": 3}
CRASHES = {"segfault": signal.SIGSEGV, "abort": signal.SIGABRT}


def descriptor(how, switch):
    return f"""\
components:
  pump: {{ type: relay, line: RELAY0, restore: last }}
  kept: {{ type: relay, line: RELAY1, restore: last, safe: {{ state: on }} }}
  low: {{ type: relay, line: {{ chip: board, offset: 2 }}, restore: last, active_low: true }}
  lamp: {{ type: gpio_switch, line: {{ chip: board, offset: 3 }}, direction: output, restore: last }}
  bad: {{ type: crasher, how: {how}, in: set, broken_while: {switch} }}
"""


def run(s: Scenario):
    if s.sanitized():
        print("skipped: a sanitizer handles crashes itself")
        return
    s.broker()
    client = s.client()
    trace = Trace()
    switch = os.path.join(s.folder, "broken")
    open(switch, "w").close()
    for how, number in CRASHES.items():
        client.forget()
        host = s.host(descriptor(how, switch))
        for name in (*LINES, "bad"):
            wait_running(client, name)
        for name, word in (("pump", "ON"), ("kept", "OFF"), ("low", "ON"), ("lamp", "ON")):
            assert client.command(topic(f"{name}/set"), word)["ok"] is True
        trace.clear()
        host.expected_exits.add(-number)
        client.publish(topic("bad/set"), "ON")
        assert host.wait_exit() == -number
        assert "crashed in component bad" in host.text(), host.text()
        seen = {name: trace.levels(offset) for name, offset in LINES.items()}
        assert seen == {"pump": [0], "kept": [1], "low": [1], "lamp": [0]}, (how, seen)
        client.wait_state(topic("status"), "offline")

        client.forget()
        host = s.host()
        for name, word in (("pump", "ON"), ("kept", "OFF"), ("low", "ON"), ("lamp", "ON")):
            wait_running(client, name)
            assert client.wait_message(topic(f"{name}/state")).text == word, name
        host.stop_cleanly()
        client.wait_state(topic("status"), "offline")


main(run, __doc__)
