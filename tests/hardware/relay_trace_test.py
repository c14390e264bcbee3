"""For each `restore`, the host killed, terminated and started again, its descriptor changed: the kernel's trace of the lines shows each level
that a relay goes to, and none besides. The level at the start is part of the request of the line."""

from machine import Scenario, Trace, main, topic, wait_running

DESCRIPTOR = """\
components:
  never: { type: relay, line: RELAY0, restore: off }
  always: { type: relay, line: RELAY1, restore: on }
  last: { type: relay, line: { chip: board, offset: 2 }, restore: last }
  low: { type: relay, line: { chip: board, offset: 3 }, restore: last, active_low: true }
  kept: { type: relay, line: { chip: board, offset: 6 }, restore: last, safe: { state: on } }
"""
LINES = {"never": 0, "always": 1, "last": 2, "low": 3, "kept": 6}


def run(s: Scenario):
    s.broker()
    client = s.client()
    trace = Trace()
    host = None

    def start():
        nonlocal host
        client.forget()
        host = s.host() if host else s.host(DESCRIPTOR)
        for name in LINES:
            wait_running(client, name)

    def expect(when, **levels):
        seen = {name: trace.levels(offset) for name, offset in LINES.items()}
        assert seen == levels, f"{when}: expected {levels}, the kernel drove {seen}"
        trace.clear()

    def switch(word):
        for name in LINES:
            assert client.command(topic(f"{name}/set"), word)["ok"] is True

    start()
    expect("first start", never=[0], always=[1], last=[0], low=[1], kept=[0])
    switch("ON")
    expect("switched on", never=[1], always=[1], last=[1], low=[0], kept=[1])

    host.crash()
    client.wait_state(topic("status"), "offline")
    expect("killed while on", never=[], always=[], last=[], low=[], kept=[])
    start()
    expect("started after that", never=[0], always=[1], last=[1], low=[0], kept=[1])

    # Taken over again: what is the same is not touched; what has changed goes by its safe state to what `restore` says.
    def take_over(descriptor):
        since = client.mark()
        s.write_descriptor(descriptor)
        client.wait_message(topic("event/config_applied"), None, since, timeout=60)
        for name in LINES:
            wait_running(client, name)

    switch("ON")
    trace.clear()
    take_over(DESCRIPTOR + "  other: { type: relay, line: { chip: board, offset: 7 } }\n")
    expect("another relay was added", never=[], always=[], last=[], low=[], kept=[])
    take_over(DESCRIPTOR.replace(" }\n", ", pulse_time: 600ms }\n"))
    expect("each was changed", never=[0], always=[0, 1], last=[0, 1], low=[1, 0], kept=[1])

    # Changed by the safe state, and back by the start.
    switch("ON")
    trace.clear()
    host.stop_cleanly()
    expect("terminated while on", never=[0], always=[0], last=[0], low=[1], kept=[1])
    start()
    expect("started after that", never=[0], always=[1], last=[1], low=[0], kept=[1])

    switch("OFF")
    expect("switched off", never=[0], always=[0], last=[0], low=[1], kept=[0])
    host.crash()
    client.wait_state(topic("status"), "offline")
    start()
    expect("killed while off and started", never=[0], always=[1], last=[0], low=[1], kept=[0])
    switch("OFF")
    trace.clear()
    host.stop_cleanly()
    expect("terminated while off", never=[0], always=[0], last=[0], low=[1], kept=[1])


main(run, __doc__)
