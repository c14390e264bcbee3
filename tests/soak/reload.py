"""Many good and bad edits in a row while commands come: every command is answered, the untouched component never blinks, each good edit is in
force and each bad one changes nothing, and nothing is lost on the way."""

import threading

from harness import simulated, topic

LINES = [f"L{number}" for number in range(6)]
MISTAKES = ("  bad: {\n", "  bad: { type: nosuch }\n", "  counter: { type: dial }\n", "  bad: { type: relay, lines: L0 }\n",
            "  bad: { type: meter, interval: 3 }\n", "  Bad: { type: dial }\n")


def descriptor(components, split):
    """`split`: each component in a process of its own, but for those that share a lane."""
    everything = {"counter": "type: meter", "steady": "type: faulty, broken_while: /nowhere", **components}
    if split:
        everything = {name: settings if "lane" in settings else "isolation: process, " + settings for name, settings in everything.items()}
    rows = "".join(f"  {name}: {{ {settings} }}\n" for name, settings in sorted(everything.items()))
    return simulated(lines=LINES) + "components:\n" + rows


def random_edit(chance, components):
    components = dict(components)
    name = f"c{chance.randrange(6)}"
    if name in components and chance.random() < 0.4:
        del components[name]
    else:
        components[name] = chance.choice((f"type: relay, line: {LINES[int(name[1])]}", "type: dial", "type: lamp",
                                          f"type: sleeper, interval: {chance.randrange(1, 9)}s", "type: dial, publish_json: true",
                                          "type: lamp, lane: shared", "type: dial, lane: shared"))
    return components


class Load(threading.Thread):
    """Commands to the untouched component and to those that come and go; each must be answered."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.client, self.stopped, self.sent, self.problems = client, threading.Event(), 0, []

    def run(self):
        while not self.stopped.is_set():
            self.sent += 1
            try:
                answer = self.client.command(topic("counter/set"), str(self.sent), timeout=15)
                if not answer["ok"]:
                    self.problems.append(answer)
                self.client.command(topic(f"c{self.sent % 6}/set"), "1", timeout=15)
            except AssertionError as error:
                self.problems.append(str(error))


def soak(s, _programs, count, chance):
    s.broker()
    client = s.client()
    host = s.host(descriptor({}, s.split))
    client.wait_state(topic("counter/availability"), "online")
    client.wait_state(topic("steady/value"))
    load = Load(s.client(filters=("nothing",)))
    begin = client.mark()
    load.start()

    components, good, rss = {}, 0, 0
    for number in range(count):
        bad = chance.random() < 0.3
        edited = random_edit(chance, components)
        s.write_descriptor(descriptor(edited, s.split) + (chance.choice(MISTAKES) if bad else ""))
        answer = client.command(topic("request/reload"))
        assert answer["status"] == ("error" if bad else "ok"), (number, bad, answer, edited)
        if not bad:
            components = edited
            good += 1
        listed = {each["id"] for each in client.command(topic("request/list"))["data"]}
        assert listed == {"counter", "steady", *components}, (number, bad, listed, components)
        if number == count // 4:
            rss = host.rss_mib()
    load.stopped.set()
    load.join(30)
    assert not load.is_alive() and not load.problems, load.problems[:3]

    counts = client.command(topic("counter/counts/run"))["data"]
    assert counts == {"taken": load.sent, "out_of_order": 0}, (counts, load.sent)
    for name in ("counter", "steady"):
        for part in ("status", "availability"):
            assert not client.seen(topic(f"{name}/{part}"), begin), f"{name} blinked"
    values = [int(m.text) for m in client.seen(topic("steady/value"), begin)]
    assert values == list(range(values[0], values[0] + len(values))), "a sample is missing, or the counter began again"
    for number in range(6):
        state = client.state(topic(f"c{number}/status"))
        assert bool(state) == (f"c{number}" in components), (number, state)
    # What a sanitizer keeps of freed memory grows for long; few edits have not reached the level of many.
    growth = 1.02 if count >= 500 else 1.1
    assert s.sanitized() or host.rss_mib() < rss * growth, f"{rss:.1f} MiB after a quarter, {host.rss_mib():.1f} at the end"
    print(f"{good} good of {count} edits, {load.sent} commands, {rss:.1f} MiB after a quarter and {host.rss_mib():.1f} at the end")
    host.stop_cleanly()
