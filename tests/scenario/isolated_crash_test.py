"""A component with `isolation: process` that crashes again and again: the host stays, the component is failed and running in turn, then
quarantined until somebody asks for it or its settings change. The others do not notice."""

import os

from harness import Scenario, main, simulated, topic


def descriptor(switch, place="command"):
    return simulated() + f"""
components:
  bad: {{ type: crasher, isolation: process, in: {place}, broken_while: {switch} }}
  steady: {{ type: faulty, interval: 100ms, broken_while: {switch}.never }}
"""


def state(word):
    return lambda m: m.json["state"] == word


def values(client, since):
    return [m for m in client.seen(topic("steady/value"), since)]


def run(s: Scenario):
    if s.sanitized():
        print("skipped: a sanitizer handles crashes itself")
        return
    s.broker()
    client = s.client()
    switch = os.path.join(s.folder, "broken")
    open(switch, "w").close()
    host = s.host(descriptor(switch))
    client.wait_state(topic("bad/availability"), "online")
    client.wait_state(topic("bad/status"), state("running"))
    client.wait_state(topic("steady/availability"), "online")
    pid = host.pid

    begin = client.mark()
    for crash in (1, 2, 3):
        since = client.mark()
        client.publish(topic("bad/poke/run"))
        event = client.wait_message(topic("event/component_crashed"), since=since).json
        expected = {"component": "bad", "plugin": "probe 1.0.0", "call": "poke/run", "signal": "SIGSEGV", "crashes": crash,
                    "quarantined": crash == 3}
        assert {key: event.get(key) for key in expected} == expected, event
        client.wait_message(topic("bad/availability"), "offline", since)
        host.wait_line(r'^m2ag: crashed in component bad \(probe 1\.0\.0\) in "poke/run": SIGSEGV$')
        if crash == 3:
            break
        reason = client.wait_message(topic("bad/status"), state("failed"), since).json["reason"]
        for word in ('crashed: SIGSEGV in "poke/run" (probe 1.0.0)', "next try in"):
            assert word in reason, reason
        answer = client.command(topic("bad/set"), "ON")
        assert answer["error"]["code"] == "unavailable", answer
        client.wait_message(topic("bad/status"), state("running"), since)
        client.wait_state(topic("bad/availability"), "online")
    reason = client.wait_state(topic("bad/status"), state("quarantined")).json["reason"]
    for word in ("crashed its process 3 times within 10 minutes", 'SIGSEGV in "poke/run"', "request/retry"):
        assert word in reason, reason
    client.wait_state(topic("bad/availability"), "offline")
    words = [m.json["state"] for m in client.seen(topic("bad/status"), begin)]
    assert words == ["failed", "starting", "running", "failed", "starting", "running", "quarantined"], words
    assert host.running() and host.pid == pid and client.state(topic("status")) == "online"
    assert not client.seen(topic("status"), begin), "the device was offline meanwhile"
    # The neighbour has measured all the time: nothing is missing, no gap is long.
    times = [m.time for m in values(client, begin)]
    numbers = [int(m.text) for m in values(client, begin)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), numbers
    assert max(b - a for a, b in zip(times, times[1:])) < 1.0, times

    # While it is quarantined its commands are answered, and the host knows it.
    for name, payload in (("set", "ON"), ("poke/run", ""), ("nothing/set", "1")):
        answer = client.command(topic(f"bad/{name}"), payload)
        assert answer["error"]["code"] == "unavailable" and "quarantined" in answer["error"]["message"], answer
    bad = client.command(topic("request/health"))["data"]["components"]["bad"]
    assert bad["state"] == "quarantined" and bad["failures"] == 3, bad
    listed = {each["id"]: each for each in client.command(topic("request/list"))["data"]}
    assert listed["bad"]["state"] == "quarantined" and listed["bad"]["plugin"] == "probe 1.0.0", listed

    # Another start of the host does not end it.
    host.stop_cleanly()
    client.wait_state(topic("status"), "offline")
    client.forget()
    host = s.host()
    client.wait_state(topic("bad/status"), state("quarantined"))
    client.wait_state(topic("bad/availability"), "offline")

    # Who asks for it gets it.
    os.remove(switch)
    answer = client.command(topic("request/retry"), '{"component":"bad"}')
    assert answer["status"] == "ok" and answer["data"] == {"component": "bad", "state": "starting"}, answer
    client.wait_state(topic("bad/availability"), "online")
    assert client.command(topic("bad/poke/run"))["ok"]

    # So do other settings: here one that crashes by itself 2 s after each start, three times, then a change.
    open(switch, "w").close()
    pid, begin = host.pid, client.mark()
    s.write_descriptor(descriptor(switch, "timer, every: 2s"))
    client.wait_message(topic("bad/status"), state("quarantined"), begin, timeout=60)
    words = [m.json["state"] for m in client.seen(topic("bad/status"), begin)]
    turns = ["starting", "running", "failed", "starting", "running", "failed", "starting", "running", "quarantined"]
    assert words[-len(turns):] == turns, words
    assert host.running() and host.pid == pid and not client.seen(topic("steady/availability"), begin)
    os.remove(switch)
    s.write_descriptor(descriptor(switch, "set"))
    client.wait_state(topic("bad/availability"), "online")
    assert client.command(topic("bad/set"), "ON")["ok"]
    client.wait_state(topic("bad/state"), "ON")
    host.stop_cleanly()
    client.wait_state(topic("bad/availability"), "offline")
    client.wait_state(topic("bad/status"), state("stopped"))


main(run, __doc__)
