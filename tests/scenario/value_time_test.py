"""Each message of a device says since when it is so, in the user property `time`: also one that is published again after a reconnect."""

import time

from harness import Scenario, main, topic

DESCRIPTOR = """
components:
  dial: { type: dial }
"""
SAID = ("dial/level", "dial/status", "dial/availability")


def run(s: Scenario):
    broker = s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("status"), "online")
    before = time.time() * 1000
    client.command(topic("dial/level/set"), "42")
    now = client.wait_state(topic("dial/level"), "42.0").since
    assert before - 1 <= now <= time.time() * 1000 + 1, (before, now)
    first = {path: client.wait_state(topic(path)).since for path in SAID}
    assert all(first.values()), first
    assert client.command(topic("dial/press/run"))["ok"]
    pressed = client.wait_message(topic("dial/pressed"))
    assert now <= pressed.since <= time.time() * 1000 + 1, pressed

    since = host.mark()
    broker.kill()
    client.wait_disconnected()
    host.wait_line("MQTT connection to .* lost", since=since)
    client.forget()
    broker.start()
    again = {path: client.wait_state(topic(path), timeout=40).since for path in SAID}
    assert again == first, (first, again)
    host.stop_cleanly()


main(run, __doc__)
