"""Twenty components of which one misbehaves, in each way there is: the other nineteen keep their period, which they measure themselves, their
commands are answered, and the culprit is named on its status topic."""

import os
import signal
import threading
import time
from dataclasses import dataclass

from harness import topic

P99_MS = 5.0
BEAT_MS, PULSE_MS = 100, 20
BEATS, PULSES = [f"beat-{n}" for n in range(12)], [f"pulse-{n}" for n in range(7)]
NEIGHBOURS = [*BEATS, *PULSES]
CULPRIT, NOBODY = "culprit", "nobody misbehaves"
LEFT_BEHIND = 2  # the exit code of a host whose plugin does not return
NEVER = "1h"  # longer than any test


@dataclass(frozen=True)
class Case:
    settings: str  # `{switch}` is the file that makes it misbehave
    state: str  # what its status says then
    reason: str  # and what stands in the reason
    command: str = ""  # what sets it off; without it, it goes off by itself
    again: float = 0  # seconds from one to the next, 0: once
    patience: float = 20  # seconds until it is named


CASES = {
    "throw in set": Case("type: thrower, in: set, broken_while: {switch}", "failed", "no std::exception", "set", again=0.5),
    "throw in sample": Case("type: thrower, in: sample, broken_while: {switch}", "failed", "no std::exception"),
    "throw in a timer": Case("type: thrower, in: timer, broken_while: {switch}", "failed", "no std::exception"),
    "sleep 1 h in set": Case(f"type: sleeper, set: {NEVER}, interval: 1s", "stuck", "has been running for", "set"),
    "sleep 1 h in sample": Case(f"type: sleeper, sample: {NEVER}", "stuck", "has been running for"),
    "spin": Case("type: spinner, busy_while: {switch}", "stuck", "has been running for"),
    "leak a thread": Case("type: squatter, by: thread, stays_while: {switch}", "running", "of its earlier starts", "restart", again=0.5),
    "miss stop()": Case("type: squatter, by: stop, stays_while: {switch}", "stuck", "did not stop within 5 s", "restart"),
}
# These end the host: in one process the line holds after the restart, and the third time without the culprit.
CRASHES = {
    "segfault": (Case("type: crasher, how: segfault, in: set, broken_while: {switch}", "quarantined", "SIGSEGV", "set"), signal.SIGSEGV),
    "abort": (Case("type: crasher, how: abort, in: set, broken_while: {switch}", "quarantined", "SIGABRT", "set"), signal.SIGABRT),
}
# In a process of its own a crash ends nothing but that: no neighbour notices, and the third time it is quarantined.
APART = "isolation: process, "
ISOLATED = {f"{name}, apart": Case(APART + case.settings, case.state, case.reason, case.command, case.again, case.patience) for name, case in {
    "segfault in 2 s": Case("type: crasher, how: segfault, in: timer, every: 2s, broken_while: {switch}", "quarantined", "SIGSEGV", patience=40),
    "abort": Case("type: crasher, how: abort, in: set, broken_while: {switch}", "quarantined", "SIGABRT", "set", again=0.5, patience=40),
    "sleep 1 h in set": CASES["sleep 1 h in set"],
    "spin": CASES["spin"],
}.items()}


class Trigger(threading.Thread):
    """Sets the culprit off, again and again if that is its way. It may never answer."""

    def __init__(self, client, case, name):
        super().__init__(daemon=True)
        self.client, self.case, self.name_of, self.stopped = client, case, name, threading.Event()

    def run(self):
        while not self.stopped.is_set():
            if self.case.command == "set":
                self.client.publish(topic(f"{self.name_of}/set"), "ON")
            else:
                self.client.publish(topic("request/restart-component"), f'{{"component":"{self.name_of}"}}')
            if not self.case.again:
                return
            self.stopped.wait(self.case.again)


class Commands(threading.Thread):
    """To one neighbour after the other, at a pace that costs the machine little; each must be done."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.client, self.stopped, self.answered, self.slowest, self.problems = client, threading.Event(), 0, 0.0, []

    def run(self):
        while not self.stopped.wait(0.05):
            name = NEIGHBOURS[self.answered % len(NEIGHBOURS)]
            began = time.monotonic()
            try:
                answer = self.client.command(topic(f"{name}/set"), "toggle")
            except AssertionError as error:
                self.problems.append(str(error))
                return
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.answered += 1
            if not answer["ok"]:
                self.problems.append(answer)

    def end(self):
        self.stopped.set()
        self.join(30)
        assert not self.is_alive() and not self.problems, self.problems[:3]
        assert self.answered >= len(NEIGHBOURS), f"only {self.answered} commands"


def descriptor(culprits, beat=BEAT_MS):
    rows = {name: f"type: metronome, beat: {beat}ms, interval: {beat}ms" for name in BEATS}
    rows |= {name: f"type: pulse, every: {PULSE_MS}ms" for name in PULSES}
    rows |= culprits
    return "components:\n" + "".join(f"  {name}: {{ {settings} }}\n" for name, settings in rows.items())


def online(client):
    for name in NEIGHBOURS:
        client.wait_state(topic(f"{name}/availability"), "online")


def lateness(client):
    return {name: client.command(topic(f"{name}/lateness/run"))["data"] for name in NEIGHBOURS}


def named(client, name, case, since):
    def is_named(message):
        status = message.json
        return status["state"] == case.state and case.reason in status.get("reason", "")

    client.wait_message(topic(f"{name}/status"), is_named, since, timeout=case.patience)


class Watch:
    """What the neighbours went through from here to `end`, which fails when one of them was stopped, not answered or forgotten."""

    def __init__(self, s, client, beat=BEAT_MS):
        self.client, self.beat = client, beat
        self.commands = Commands(s.client(filters=("nothing",)))
        lateness(client)
        self.began, self.since = time.monotonic(), client.mark()
        self.commands.start()

    def wait(self, seconds):
        threading.Event().wait(max(0.0, self.began + seconds - time.monotonic()))

    def end(self):
        self.commands.end()
        seconds = time.monotonic() - self.began
        found = lateness(self.client)
        for name in NEIGHBOURS:
            for part in ("status", "availability"):
                assert not self.client.seen(topic(f"{name}/{part}"), self.since), f"{name} blinked"
        few = {name: found[name] for name in BEATS if found[name]["calls"] + found[name]["lost"] < seconds * 1000 / self.beat - 2}
        assert not few, f"in {seconds:.1f} s too few readings: {few}"
        silent = [name for name in PULSES if not found[name]["calls"]]
        assert not silent, f"timers that did not come: {silent}"
        worst = {key: max(each[key] for each in found.values()) / 1000 for key in ("p50", "p99", "max")}
        return {**worst, "ticks": sum(each["calls"] for each in found.values()), "lost": sum(found[name]["lost"] for name in BEATS),
                "commands": self.commands.answered, "slowest": self.commands.slowest * 1000}


def report(name, result):
    print(f"{name:22} {result['p50']:6.2f} {result['p99']:6.2f} {result['max']:7.2f} {result['ticks']:6} {result['lost']:4} "
          f"{result['commands']:5} {result['slowest']:7.1f}", flush=True)


def heading():
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}; milliseconds, of the neighbour that is worst off\n"
          f"{'':22} {'p50':>6} {'p99':>6} {'max':>7} {'ticks':>6} {'lost':>4} {'cmds':>5} {'slowest':>7}", flush=True)


def leave(client, host, switch):
    """Ends the culprits that can be ended first. A host that leaves a thread behind says so."""
    if os.path.exists(switch):
        os.remove(switch)
    host.expected_exits.add(LEFT_BEHIND)
    code = host.stop()
    assert code == (LEFT_BEHIND if "left with a thread" in host.text() else 0), f"exit code {code}"
    client.wait_state(topic("status"), "offline")
    client.forget()


def measure(s, client, case, seconds):
    switch = os.path.join(s.folder, "misbehave")
    open(switch, "w").close()
    host = s.host(descriptor({CULPRIT: case.settings.format(switch=switch)} if case else {}))
    online(client)
    watch = Watch(s, client)
    trigger = Trigger(s.client(filters=("nothing",)), case, CULPRIT) if case and case.command else None
    if trigger:
        trigger.start()
    if case:
        named(client, CULPRIT, case, 0)
    watch.wait(seconds)
    result = watch.end()
    if trigger:
        trigger.stopped.set()
        trigger.join()
    leave(client, host, switch)
    return result


def crash(s, client, case, number):
    host = s.host()
    host.expected_exits.add(-number)
    online(client)
    client.wait_state(topic(f"{CULPRIT}/availability"), "online")
    client.publish(topic(f"{CULPRIT}/{case.command}"), "ON")
    assert host.wait_exit() == -number
    assert f"crashed in component {CULPRIT}" in host.text(), host.text()
    client.wait_state(topic("status"), "offline")
    client.forget()


def together(s, seconds, beat):
    """All that can be in one process at the same time, and the crash after them; only whether the periods are kept, not how well."""
    s.broker()
    client = s.client(filters=(topic("status"), topic("+/status"), topic("+/availability")))
    switch = os.path.join(s.folder, "misbehave")
    open(switch, "w").close()
    # A sanitizer starts the threads itself: whose they are is not known.
    cases = {f"culprit-{n}": case for n, (name, case) in enumerate(CASES.items()) if name != "leak a thread" or not s.sanitized()}
    host = s.host(descriptor({name: case.settings.format(switch=switch) for name, case in cases.items()}, beat))
    online(client)
    watch = Watch(s, client, beat)
    triggers = [Trigger(s.client(filters=("nothing",)), case, name) for name, case in cases.items() if case.command]
    for each in triggers:
        each.start()
    for name, case in cases.items():
        named(client, name, case, 0)
    watch.wait(seconds)
    result = watch.end()
    assert result["lost"] == 0, result
    for each in triggers:
        each.stopped.set()
        each.join()
    leave(client, host, switch)
    if not s.sanitized():
        case, number = CRASHES["segfault"]
        assert measure_after_crashes(s, client, case, number, 3)["ticks"] > 0


def measure_after_crashes(s, client, case, number, seconds):
    switch = os.path.join(s.folder, "misbehave")
    open(switch, "w").close()
    s.write_descriptor(descriptor({CULPRIT: case.settings.format(switch=switch)}))
    for _ in range(3):
        crash(s, client, case, number)
    host = s.host()
    online(client)
    named(client, CULPRIT, case, 0)
    watch = Watch(s, client)
    watch.wait(seconds)
    result = watch.end()
    leave(client, host, switch)
    return result


def soak(s, _programs, count, _random):
    """Each of them `count` seconds."""
    s.broker()
    client = s.client(filters=(topic("status"), topic("+/status"), topic("+/availability")))
    heading()
    results = {}
    for name, case in {NOBODY: None, **CASES, **ISOLATED}.items():
        results[name] = measure(s, client, case, count)
        report(name, results[name])
    for name, (case, number) in CRASHES.items():
        results[name] = measure_after_crashes(s, client, case, number, count)
        report(name, results[name])
    if results[NOBODY]["p99"] >= P99_MS:
        raise AssertionError(f"the machine is too busy to tell: p99 is {results[NOBODY]['p99']:.1f} ms while nobody misbehaves")
    late = {name: each["p99"] for name, each in results.items() if each["p99"] >= P99_MS}
    assert not late, f"p99 expected below {P99_MS} ms, found {late}"
    lost = {name: each["lost"] for name, each in results.items() if each["lost"]}
    assert not lost, f"readings that never came: {lost}"
