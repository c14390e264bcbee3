"""The broker is gone: a relay with `safe: {on_disconnect: …}` goes to its safe state after the grace time, by the host alone; on the broker's
return nothing switches by itself. A host that starts without a broker counts from its start."""

import time

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["A", "B", "C", "D"]) + """
components:
  pump: { type: relay, line: A, restore: last, safe: { state: off, on_disconnect: 2s } }
  heater: { type: relay, line: B, safe: { state: on, on_disconnect: 2s } }
  patient: { type: relay, line: C, safe: { on_disconnect: 1h } }
  plain: { type: relay, line: D }
"""
LONELY = """
device: { id: house }
simulated: { gpio: [A] }
components:
  pump: { type: relay, line: A, safe: { on_disconnect: 2s } }
"""


def both_safe(host, since, begin):
    """Both relays say so in the log; the time of the later one."""
    for component in ("pump", "heater"):
        host.wait_line(rf"{component}.*goes to its safe state: the broker has been gone for 2 s", since=since)
    taken = time.monotonic() - begin
    assert 1.9 < taken < 8, f"safe after {taken:.2f} s"


def run(s: Scenario):
    broker = s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    for name in ("pump", "patient", "plain"):
        client.wait_state(topic(f"{name}/state"), "OFF")
        assert client.command(topic(f"{name}/set"), "ON")["ok"]
        client.wait_state(topic(f"{name}/state"), "ON")
    client.wait_state(topic("heater/state"), "OFF")

    since = host.mark()
    begin = time.monotonic()
    broker.kill()
    both_safe(host, since, begin)

    # It is back: what is published is what is so, and stays so.
    client.wait_disconnected()
    client.forget()
    broker.start()
    client.wait_connected()
    for name, state in (("pump", "OFF"), ("heater", "ON"), ("patient", "ON"), ("plain", "ON")):
        client.wait_state(topic(f"{name}/state"), state, timeout=40)
        assert {m.text for m in client.seen(topic(f"{name}/state"))} == {state}
    assert client.command(topic("pump/set"), "ON")["ok"]
    client.wait_state(topic("pump/state"), "ON")

    # A start without a broker: what `restore` says, for the grace time.
    client.command(topic("heater/set"), "OFF")
    host.stop_cleanly()
    broker.kill()
    begin = time.monotonic()
    host = s.host()
    both_safe(host, 0, begin)
    client.wait_disconnected()
    client.forget()
    broker.start()
    client.wait_connected()
    client.wait_state(topic("pump/state"), "OFF", timeout=40)
    assert {m.text for m in client.seen(topic("pump/state"))} == {"OFF"}
    host.stop_cleanly()

    # Without any broker in the descriptor there is none to lose.
    host = s.host(LONELY)
    host.wait_line(r"safe\.on_disconnect: there is no broker to lose")


main(run, __doc__)
