"""What a relay goes to at a start: off, on, or what it was told last, also when the host was killed right after it said ok."""

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["A", "B", "C", "D"]) + """
components:
  never: { type: relay, line: A, restore: off }
  always: { type: relay, line: B, restore: on }
  last: { type: relay, line: C, restore: last }
  fresh: { type: relay, line: D, restore: last }
"""


def first_states(s, client):
    """Starts the host; the first state that each relay says."""
    client.forget()
    host = s.host()
    client.wait_state(topic("status"), "online")
    states = {name: client.wait_message(topic(f"{name}/state")).text for name in ("never", "always", "last", "fresh")}
    return host, states


def run(s: Scenario):
    s.broker()
    client = s.client()
    s.write_descriptor(DESCRIPTOR)
    host, states = first_states(s, client)
    assert states == {"never": "OFF", "always": "ON", "last": "OFF", "fresh": "OFF"}, states

    for round_, word in enumerate(("ON", "OFF", "ON", "ON", "OFF", "ON")):
        for name in ("never", "always", "last"):
            assert client.command(topic(f"{name}/state/set"), word)["ok"] is True
        # The answer has said that it is safe: at once after it anything may happen.
        host.crash() if round_ % 2 == 0 else host.stop_cleanly()
        client.wait_state(topic("status"), "offline")
        host, states = first_states(s, client)
        assert states == {"never": "OFF", "always": "ON", "last": word, "fresh": "OFF"}, (round_, word, states)


main(run, __doc__)
