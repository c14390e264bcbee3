"""`max_on` and a timed set hold although the host is killed with -9 meanwhile: the kernel's trace of the lines shows when they went off."""

import time

from machine import Scenario, Trace, Wire, main, topic, wait_running

SECONDS = 15
DESCRIPTOR = f"""\
components:
  pump: {{ type: relay, line: RELAY0, restore: last, max_on: {SECONDS}s }}
  lamp: {{ type: relay, line: RELAY1, restore: last }}
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    trace = Trace()
    host = s.host(DESCRIPTOR)
    for name in ("pump", "lamp"):
        wait_running(client, name)
    trace.clear()
    assert client.command(topic("pump/set"), "ON")["ok"] is True
    assert client.command(topic("lamp/set"), f'{{"value": "ON", "for": "{SECONDS}s"}}')["ok"] is True
    host.crash()
    client.wait_state(topic("status"), "offline")
    client.forget()
    host = s.host()
    for name in ("pump", "lamp"):
        wait_running(client, name)
        assert client.wait_message(topic(f"{name}/state")).text == "ON"
    for name, offset in (("pump", 0), ("lamp", 1)):
        client.wait_state(topic(f"{name}/state"), "OFF", timeout=SECONDS + 20)
        driven = trace.driven(offset)
        assert trace.levels(offset) == [1, 0], (name, driven)
        taken = next(at for at, level in driven if level == 0) - driven[0][0]
        print(f"{name}: off after {taken:.2f} s")
        assert abs(taken - SECONDS) < 1, f"{name}: off after {taken:.2f} s, expected {SECONDS}"
    host.stop_cleanly()

    # Over while nobody is there: never on again.
    host = s.host()
    for name in ("pump", "lamp"):
        wait_running(client, name)
    assert client.command(topic("pump/set"), "ON")["ok"] is True
    assert client.command(topic("lamp/set"), f'{{"value": "ON", "for": "{SECONDS}s"}}')["ok"] is True
    host.crash()
    client.wait_state(topic("status"), "offline")
    client.forget()
    trace.clear()
    time.sleep(SECONDS)  # the time that nobody is there
    host = s.host()
    for name, offset in (("pump", 0), ("lamp", 1)):
        wait_running(client, name)
        assert (trace.levels(offset), Wire(offset).level()) == ([0], 0), name
    host.stop_cleanly()


main(run, __doc__)
