"""A plugin that crashes ends the host, in whatever way it does: stderr names component, plugin and call, the next start tells it on a topic."""

import os
import signal

from harness import Scenario, main, simulated, topic

# how, in, what triggers it, the call that is named, the signal, what is said about it
CASES = [
    ("segfault", "set", "set", "set", signal.SIGSEGV, "SIGSEGV"),
    ("abort", "command", "poke/run", "poke/run", signal.SIGABRT, "SIGABRT"),
    ("stack-overflow", "set", "state/set", "state/set", signal.SIGSEGV, "SIGSEGV (stack overflow)"),
    ("thread", "set", "set", "thread", signal.SIGSEGV, "SIGSEGV"),
    ("uncaught", "set", "set", "thread", signal.SIGABRT, "SIGABRT"),
    ("damaged-heap", "set", "set", "set", signal.SIGSEGV, "SIGSEGV"),
    ("segfault", "timer", None, "timer", signal.SIGSEGV, "SIGSEGV"),
    ("stack-overflow", "service", None, "service", signal.SIGSEGV, "SIGSEGV (stack overflow)"),
    ("segfault", "start", None, "start", signal.SIGSEGV, "SIGSEGV"),
]


def run(s: Scenario):
    if s.sanitized():
        print("skipped: a sanitizer handles crashes itself")
        return
    s.broker()
    client = s.client()
    switch = os.path.join(s.folder, "broken")
    note = os.path.join(s.folder, "house.state.db.crash")
    for how, place, trigger, call, number, said in CASES:
        # Each a component of its own: none of them crashes three times. The others have nothing to do with it.
        name = f"{how}-{place}"
        descriptor = simulated(["PUMP"]) + f"""
components:
  pump: {{ type: relay, line: PUMP }}
  {name}: {{ type: crasher, how: {how}, in: {place}, broken_while: {switch} }}
  other: {{ type: crasher, broken_while: {switch} }}
"""
        if place == "start":
            open(switch, "w").close()
        host = s.host(descriptor)
        host.expected_exits.add(-number)
        if place != "start":
            client.wait_state(topic(f"{name}/availability"), "online")
            open(switch, "w").close()
        if trigger:
            client.publish(topic(f"{name}/{trigger}"), "ON" if trigger.endswith("set") else "")
        code = host.wait_exit()
        assert code == -number, f"{name}: ended with {code}, expected the signal {number}"
        host.wait_line(rf'^m2ag: crashed in component {name} \(probe 1\.0\.0\) in "{call}": {said.replace("(", ".").replace(")", ".")}$')
        assert os.path.getsize(note) > 0
        os.remove(switch)

        since = client.mark()
        host = s.host()
        crashed = client.wait_message(topic("event/component_crashed"), since=since).json
        expected = {"component": name, "plugin": "probe 1.0.0", "call": call, "signal": said, "crashes": 1, "quarantined": False}
        assert {key: crashed.get(key) for key in expected} == expected, crashed
        assert crashed["time"].endswith("Z"), crashed
        host.wait_line(rf"{name}: crashed the host at .*{call}.*1 of 3 crashes")
        client.wait_state(topic(f"{name}/availability"), "online")
        host.stop_cleanly()
        client.wait_state(topic("status"), "offline")
        assert not os.path.exists(note), "a host that was stopped left the note of a crash"
        client.forget()

    # What another process does to the host is nobody's crash.
    since = client.mark()
    host = s.host()
    client.wait_state(topic("pump/availability"), "online")
    host.expected_exits.add(-signal.SIGABRT)
    host.signal(signal.SIGABRT)
    assert host.wait_exit() == -signal.SIGABRT
    assert "crashed" not in host.text(), host.text()
    client.wait_state(topic("status"), "offline")
    client.forget()
    host = s.host()
    client.wait_state(topic("pump/availability"), "online")
    assert not client.seen(topic("event/component_crashed"), since)
    host.stop_cleanly()


main(run, __doc__)
