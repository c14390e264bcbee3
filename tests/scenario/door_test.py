"""A simulated door contact: each edge becomes a state and an event; a bouncing contact does not."""

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["DOOR"]) + """
components:
  magnet: { type: simulated_line, line: DOOR, active_low: true }
  door: { type: gpio_switch, line: DOOR, bias: pull-up, active_low: true, debounce: 20ms }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    s.host(DESCRIPTOR)
    client.wait_state(topic("door/state"), "OFF")
    client.wait_state(topic("magnet/state"), "OFF")
    for _ in range(3):
        since = client.mark()
        client.command(topic("magnet/set"), "ON")
        event = client.wait_message(topic("door/event"), since=since)
        assert event.text == "press" and not event.retain, event
        client.wait_state(topic("door/state"), "ON")
        since = client.mark()
        client.command(topic("magnet/set"), "OFF")
        assert client.wait_message(topic("door/event"), since=since).text == "release"
        client.wait_state(topic("door/state"), "OFF")

    # Shorter than the debounce time: nothing happened. The long one after it is the next that is seen.
    since = client.mark()
    client.command(topic("magnet/press/run"), '{"for": "2ms"}')
    client.wait_message(topic("magnet/state"), "OFF", since)
    client.command(topic("magnet/press/run"), '{"for": "300ms"}')
    client.wait_message(topic("door/event"), "release", since)
    assert [m.text for m in client.seen(topic("door/event"), since)] == ["press", "release"]
    # An event is no state: nobody gets it later.
    late = s.client()
    late.wait_state(topic("door/state"))
    late.wait_state(topic("magnet/availability"))
    assert not late.seen(topic("door/event"))


main(run, __doc__)
