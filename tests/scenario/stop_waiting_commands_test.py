"""Commands that wait behind a slow call when the host is told to stop: they are answered at once and never carried out; a component that
returns in time is made safe, one that does not has its command answered."""

import signal
import time

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP"]) + """
components:
  stuck: { type: sleeper, set: 60s, sample: 0s, interval: 1h }
  slow: { type: sleeper, set: 2s, sample: 0s, interval: 1h }
  pump: { type: relay, line: PUMP, lane: shared }
  beside: { type: sleeper, set: 2s, sample: 0s, interval: 1h, lane: shared }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    for name in ("stuck", "slow", "beside"):
        client.wait_state(topic(f"{name}/availability"), "online")
    assert client.command(topic("pump/set"), "ON")["ok"]
    since = client.mark()
    for name in ("stuck", "slow", "beside"):
        for number, value in enumerate(("ON", "OFF", "ON", "OFF")):
            client.publish(topic(f"{name}/state/set"), f'{{"value": "{value}", "transaction": "{name}-{number}"}}')
    for name in ("slow", "beside"):
        client.wait_state(topic(f"{name}/state"), "ON")  # now the second runs, two wait
    host.signal(signal.SIGTERM)
    stopped = time.monotonic()
    answers = {}
    for name, running in (("stuck", 0), ("slow", 1), ("beside", 1)):
        for number in range(4):
            key = f"{name}-{number}"
            answer = client.wait_message(topic(f"{name}/reply"), lambda m, key=key: m.json.get("transaction") == key, since)
            answers[key] = answer.json
            # Whether the second had begun yet is a matter of milliseconds.
            if number > running or (number == 1 and not answer.json["ok"]):
                assert answer.json["error"]["code"] == "unavailable" and "stopping" in answer.json["error"]["message"], answer
                assert answer.time - stopped < 2, f"{key} was answered after {answer.time - stopped:.1f} s"
    assert answers["slow-0"]["ok"] and answers["beside-0"]["ok"], answers
    assert answers["stuck-0"]["error"]["code"] == "failed" and "is stopped" in answers["stuck-0"]["error"]["message"], answers
    client.wait_state(topic("pump/state"), "OFF")
    client.wait_state(topic("slow/state"), "OFF" if answers["slow-1"]["ok"] else "ON")  # none of those after it
    client.wait_state(topic("status"), "offline")
    host.expected_exits.add(2)  # a thread is still in the plugin
    assert host.wait_exit() == 2
    assert len(client.seen(topic("+/reply"), since)) == 12, client.seen(topic("+/reply"), since)


main(run, __doc__)
