"""Interlocked relays say who is in the way, and go on once it is off (tests/soak/interlock.py: thousands of random commands)."""

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["A", "B", "C"]) + """
components:
  up: { type: relay, line: A, interlock: [down], dead_time: 5ms }
  down: { type: relay, line: B, dead_time: 5ms }                 # it is enough that one of them says so
  stop: { type: relay, line: C, interlock: [up, down], dead_time: 0s, max_on: 30ms, pulse_time: 30ms }
"""
NAMES = ("up", "down", "stop")


def run(s: Scenario):
    s.broker()
    client = s.client()
    s.host(DESCRIPTOR)
    for name in NAMES:
        client.wait_state(topic(f"{name}/state"), "OFF")

    # In words, and over again once the other one is off.
    for name in NAMES:
        client.command(topic(f"{name}/set"), "OFF")
    client.wait_state(topic("up/state"), "OFF")
    assert client.command(topic("up/set"), "ON", timeout=20)["ok"]
    reply = client.command(topic("down/set"), "ON")
    assert reply["error"]["message"] == "down is interlocked with up, which is on: switch up off first", reply
    # 5 ms after it, somewhen.
    client.command(topic("up/set"), "OFF")
    for _ in range(1000):
        reply = client.command(topic("down/set"), "ON")
        if reply["ok"]:
            break
    client.wait_state(topic("down/state"), "ON")


main(run, __doc__)
