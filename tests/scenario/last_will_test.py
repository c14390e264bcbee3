"""Who dies without a word is said to be offline by the broker; who is stopped says so himself, with his outputs safe."""

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP", "VALVE"]) + """
components:
  pump: { type: relay, line: PUMP }
  valve: { type: relay, line: VALVE, safe: { state: on } }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("status"), "online")
    client.command(topic("pump/set"), "ON")
    client.wait_state(topic("pump/state"), "ON")
    host.crash()
    assert client.wait_state(topic("status"), "offline", timeout=10)
    assert s.client().wait_state(topic("status"), "offline").retain

    client.forget()
    host = s.host()
    client.wait_state(topic("status"), "online")
    client.command(topic("pump/set"), "ON")
    client.wait_state(topic("pump/state"), "ON")
    host.stop_cleanly(timeout=10)
    client.wait_state(topic("status"), "offline")
    client.wait_state(topic("pump/state"), "OFF")
    client.wait_state(topic("valve/state"), "ON")
    for component in ("pump", "valve"):
        client.wait_state(topic(f"{component}/availability"), "offline")
        client.wait_state(topic(f"{component}/status"), lambda m: m.json["state"] == "stopped")
    # The device's status is the last word.
    assert client.seen(topic("#"))[-1].topic == topic("status"), [m.topic for m in client.seen(topic("#"))[-5:]]


main(run, __doc__)
