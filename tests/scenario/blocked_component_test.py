"""A component that blocks gets its commands answered `busy` in time and is reported by name; all the others do not notice."""

import time

from harness import Scenario, main, topic

BLOCKED = [f"slow-{number}" for number in range(6)]
DESCRIPTOR = "components:\n" + "".join(f"  {name}: {{ type: sleeper, set: 14s, interval: 1h }}\n" for name in BLOCKED) + """
  beat: { type: sleeper, interval: 50ms }
  dial: { type: dial }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    for name in (*BLOCKED, "beat", "dial"):
        client.wait_state(topic(f"{name}/availability"), "online")

    begin = time.monotonic()
    for name in BLOCKED:
        client.publish(topic(f"{name}/state/set"), "ON")
    since = client.mark()
    for name in BLOCKED:
        client.publish(topic(f"{name}/state/set"), "OFF")

    # The neighbours, meanwhile.
    slowest = 0.0
    for number in range(100):
        sent = time.monotonic()
        assert client.command(topic("dial/level/set"), str(number))["ok"]
        slowest = max(slowest, time.monotonic() - sent)
    assert slowest < 1, f"a neighbour waited {slowest:.2f} s"
    client.wait_count(topic("beat/samples"), 5, since)

    # A command that waits is refused within the deadline of 10 s, with its reason.
    for name in BLOCKED:
        answer = client.wait_message(topic(f"{name}/reply"), since=since)
        assert answer.json["error"]["code"] == "busy", answer.json
        assert 9 < answer.time - begin < 13, f"{name}: answered after {answer.time - begin:.1f} s"
    host.wait_line(r"slow-0.*(longer|takes)")

    # Over ten times its budget: stuck; then a command is refused at once.
    client.wait_state(topic("slow-0/status"), lambda m: m.json["state"] == "stuck")
    sent = time.monotonic()
    answer = client.command(topic("slow-0/state/set"), "OFF")
    assert answer["error"]["code"] == "busy" and time.monotonic() - sent < 1, answer

    # The call comes back: what was refused was not done, and all is well again.
    for name in BLOCKED:
        client.wait_state(topic(f"{name}/state"), "ON")
        client.wait_state(topic(f"{name}/status"), lambda m: m.json["state"] == "running")
        assert [m.text for m in client.seen(topic(f"{name}/state"))] == ["ON"]


main(run, __doc__)
