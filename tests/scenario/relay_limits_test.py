"""max_on, min_off and lock of a relay hold although the host is killed meanwhile; a timed set whose end is refused is done later."""

import time

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["A", "B", "C"]) + """
components:
  pump: { type: relay, line: A, restore: last, max_on: 6s }
  cooler: { type: relay, line: B, min_off: 3s }
  lamp: { type: relay, line: C, restore: last }
"""


def restart(s, client, host, pause=0.0):
    host.crash()
    client.wait_state(topic("status"), "offline")
    client.forget()
    time.sleep(pause)  # the time that the host is away
    host = s.host()
    client.wait_state(topic("status"), "online")
    return host


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("pump/state"), "OFF")

    # Killed in the middle: the time goes on.
    begin = time.monotonic()
    assert client.command(topic("pump/set"), "ON")["ok"]
    host = restart(s, client, host)
    assert client.wait_message(topic("pump/state")).text == "ON"
    off = client.wait_state(topic("pump/state"), "OFF")
    assert 5.8 < off.time - begin < 12, f"off after {off.time - begin:.2f} s"

    # Killed until it is over: not on for a moment.
    assert client.command(topic("pump/set"), "ON")["ok"]
    host = restart(s, client, host, pause=6.2)
    assert client.wait_message(topic("pump/state")).text == "OFF"
    client.wait_state(topic("lamp/state"), "OFF")

    # The shortest time off.
    assert client.command(topic("cooler/set"), "ON")["ok"]
    begin = time.monotonic()
    assert client.command(topic("cooler/set"), "OFF")["ok"]
    reply = client.command(topic("cooler/set"), "ON")
    assert reply["error"]["code"] == "too_early" and "wait " in reply["error"]["message"], reply
    host = restart(s, client, host)
    while not (reply := client.command(topic("cooler/set"), "ON"))["ok"]:
        assert reply["error"]["code"] == "too_early", reply
        assert time.monotonic() - begin < 20, reply
    assert time.monotonic() - begin > 2.9

    # Locked: a timed set has begun before and ends once it may.
    assert client.command(topic("lamp/set"), '{"value": "ON", "for": "1s"}')["ok"]
    assert client.command(topic("lamp/lock/run"))["ok"]
    client.wait_state(topic("lamp/locked"), "ON")
    host.wait_line("lamp.*its time is over, but the relay is locked")
    host = restart(s, client, host)
    client.wait_state(topic("lamp/locked"), "ON")
    assert client.wait_message(topic("lamp/state")).text == "ON"
    for word in ("ON", "OFF", "toggle"):
        assert client.command(topic("lamp/set"), word)["error"]["code"] == "locked"
    assert client.command(topic("lamp/pulse/run"))["error"]["code"] == "locked"
    assert client.state(topic("lamp/availability")) == "online"
    assert client.command(topic("lamp/unlock/run"))["ok"]
    client.wait_state(topic("lamp/state"), "OFF")
    client.wait_state(topic("lamp/operations"), lambda m: int(m.text) >= 1)

    # A pulse, in the words of its command.
    since = client.mark()
    assert client.command(topic("lamp/pulse/run"), '{"for": "50ms"}')["ok"]
    assert [m.text for m in client.wait_count(topic("lamp/state"), 2, since)] == ["ON", "OFF"]



main(run, __doc__)
