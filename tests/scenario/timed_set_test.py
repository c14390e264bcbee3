"""A set with `for` goes back by itself: with the broker, without it, and after a restart of the host."""

import time

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP"]) + """
components:
  pump: { type: relay, line: PUMP, restore: last }
  dial: { type: dial }
"""


def run(s: Scenario):
    broker = s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("pump/state"), "OFF")

    begin = time.monotonic()
    assert client.command(topic("pump/set"), '{"value": "ON", "for": "1s"}')["ok"] is True
    on = client.wait_state(topic("pump/state"), "ON")
    off = client.wait_state(topic("pump/state"), "OFF")
    assert 0.9 < off.time - begin and off.time - on.time < 5, f"went back after {off.time - begin} s"

    # A number goes back to what it was.
    client.command(topic("dial/level/set"), "20")
    client.command(topic("dial/level/set"), '{"value": 75, "for": "500ms"}')
    client.wait_message(topic("dial/level"), "75.0")
    client.wait_state(topic("dial/level"), "20.0")

    # A plain set ends what was pending: the state stays.
    client.command(topic("pump/set"), '{"value": "ON", "for": "500ms"}')
    client.command(topic("pump/set"), "ON")
    probe = client.command(topic("dial/level/set"), '{"value": 30, "for": "1s"}')
    assert probe["ok"], probe
    client.wait_state(topic("dial/level"), "20.0")
    assert client.state(topic("pump/state")) == "ON"

    # Without the broker the timer acts all the same; the state is right once it is back.
    client.command(topic("pump/set"), "OFF")
    client.command(topic("pump/set"), '{"value": "ON", "for": "2s"}')
    client.wait_state(topic("pump/state"), "ON")
    broker.kill()
    client.wait_disconnected()
    client.forget()
    broker.start()
    client.wait_connected()
    client.wait_state(topic("pump/state"), "OFF")

    # A restart in between does not make it longer, nor does it forget. Times are kept in whole seconds.
    client.command(topic("pump/set"), '{"value": "ON", "for": "10s"}')
    client.wait_state(topic("pump/state"), "ON")
    begin = time.monotonic()
    host.crash()
    client.wait_state(topic("status"), "offline")
    client.forget()
    s.host()
    client.wait_state(topic("pump/state"), "ON")
    off = client.wait_state(topic("pump/state"), "OFF")
    assert 8 < off.time - begin < 16, f"went back {off.time - begin} s after the command"


main(run, __doc__)
