"""Interlocked relays on lanes of their own under random commands, sent at the same time: never two of them on, and every command answered."""

from harness import simulated, topic

DESCRIPTOR = simulated(lines=["A", "B", "C"]) + """
components:
  up: { type: relay, line: A, interlock: [down], dead_time: 5ms }
  down: { type: relay, line: B, dead_time: 5ms }                 # it is enough that one of them says so
  stop: { type: relay, line: C, interlock: [up, down], dead_time: 0s, max_on: 30ms, pulse_time: 30ms }
"""
NAMES = ("up", "down", "stop")


def soak(s, _programs, count, chance):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    for name in NAMES:
        client.wait_state(topic(f"{name}/state"), "OFF")

    since = client.mark()
    sent = 0
    while sent < count:
        together, mark = chance.randint(1, 6), client.mark()
        for _ in range(together):
            name = chance.choice(NAMES)
            sent += 1
            if chance.random() < 0.2:
                client.send(topic(f"{name}/pulse/run"), f'{{"for": "{chance.randint(1, 20)}ms", "transaction": "t{sent}"}}')
            else:
                client.send(topic(f"{name}/set"), f'{{"value": "{chance.choice(("ON", "ON", "OFF", "toggle"))}", "transaction": "t{sent}"}}')
        client.wait_count(topic("+/reply"), together, mark, timeout=60)

    replies = [m.json for m in client.seen(topic("+/reply"), since)]
    assert {r["transaction"] for r in replies} == {f"t{n}" for n in range(1, sent + 1)}
    refused = [r for r in replies if not r["ok"]]
    assert {r["error"]["code"] for r in refused} == {"interlocked"}, refused
    assert all("is interlocked with" in r["error"]["message"] for r in refused), refused

    states = dict.fromkeys(NAMES, "OFF")
    changes = dict.fromkeys(NAMES, 0)
    for message in client.seen(topic("+/state"), since):
        name = message.topic.split("/")[-2]
        changes[name] += states[name] != message.text
        states[name] = message.text
        assert list(states.values()).count("ON") <= 1, f"together on: {states}"
    assert min(changes.values()) > 10, changes
    assert len(refused) > count / 20, len(refused)
    print(f"{sent} commands, {len(refused)} refused, changes {changes}", flush=True)
    host.stop_cleanly()
