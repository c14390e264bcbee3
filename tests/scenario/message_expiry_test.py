"""A command that has outlived its Message Expiry before its turn came is refused, not executed; the others are."""

import time

from harness import Scenario, main, topic

DESCRIPTOR = """
components:
  slow: { type: sleeper, set: 3s, interval: 1h }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    s.host(DESCRIPTOR)
    client.wait_state(topic("slow/availability"), "online")

    begin = time.monotonic()
    client.publish(topic("slow/state/set"), "ON")
    stale = client.command(topic("slow/state/set"), "OFF", expiry=1)
    took = time.monotonic() - begin
    assert stale["ok"] is False and stale["error"]["code"] == "busy", stale
    assert took < 2.9, f"refused only after {took} s, when its turn came"
    client.wait_state(topic("slow/state"), "ON")

    # One with time enough waits its turn.
    client.publish(topic("slow/state/set"), "ON")
    patient = client.command(topic("slow/state/set"), "OFF", expiry=60)
    assert patient["ok"] is True, patient
    states = [m.text for m in client.seen(topic("slow/state"))]
    assert states == ["ON", "ON", "OFF"], states


main(run, __doc__)
