"""Two interlocked relays under random commands: by the kernel's trace of their lines they are never on together, and between the one and the
other both are off for the dead time."""

import random

from machine import LONG, Scenario, Trace, main, topic, wait_running

COMMANDS = 10_000 if LONG else 400
DEAD_TIME = 0.02
DESCRIPTOR = f"""\
components:
  up: {{ type: relay, line: RELAY0, interlock: [down], dead_time: {DEAD_TIME * 1000:.0f}ms }}
  down: {{ type: relay, line: RELAY1, interlock: [up], dead_time: {DEAD_TIME * 1000:.0f}ms }}
"""
NAMES = ("up", "down")


def check(moves):
    """How often the one went on after the other. `moves` are (time, relay, level) in their order."""
    on, off_at, changes = set(), {}, 0
    for time, relay, level in moves:
        if not level:
            if relay in on:
                off_at[relay] = time
            on.discard(relay)
            continue
        other = 1 - relay
        assert other not in on, f"together on at {time}"
        if other in off_at:
            assert time - off_at[other] >= DEAD_TIME, f"only {time - off_at[other]:.4f} s off at {time}"
            changes += relay not in on
        on.add(relay)
    return changes


def run(s: Scenario):
    s.broker()
    client = s.client()
    trace = Trace()
    host = s.host(DESCRIPTOR)
    for name in NAMES:
        wait_running(client, name)
    chance = random.Random(1)
    trace.clear()
    moves, sent = [], 0
    while sent < COMMANDS:
        together, mark = chance.randint(1, 4), client.mark()
        for _ in range(together):
            sent += 1
            word = chance.choice(("ON", "ON", "OFF", "toggle"))
            client.send(topic(f"{chance.choice(NAMES)}/set"), f'{{"value": "{word}", "transaction": "t{sent}"}}')
        client.wait_count(topic("+/reply"), together, mark, timeout=60)
        if sent % 50 < together:  # the kernel's buffer is bounded
            moves += sorted((time, relay, level) for relay in (0, 1) for time, level in trace.driven(relay))
            trace.clear()
    moves += sorted((time, relay, level) for relay in (0, 1) for time, level in trace.driven(relay))
    changes = check(moves)
    print(f"{sent} commands, {len(moves)} levels, {changes} times from the one to the other")
    assert changes > COMMANDS / 40, changes
    host.stop_cleanly()


main(run, __doc__)
