"""Edges of a line of the kernel become states and events on the broker."""

from machine import Scenario, Wire, main, topic, wait_running

DESCRIPTOR = """\
components:
  button: { type: gpio_switch, line: SWITCH0 }
  door: { type: gpio_switch, line: { chip: board, offset: 5 }, bias: pull-up, active_low: true, debounce: 50ms }
"""


def run(s: Scenario):
    button, door = Wire(4), Wire(5)
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    wait_running(client, "button")
    wait_running(client, "door")
    client.wait_state(topic("button/state"), "OFF")
    client.wait_state(topic("door/state"), "OFF")  # pulled up by its bias

    for direction, state, event in 3 * (("up", "ON", "press"), ("down", "OFF", "release")):
        since = client.mark()
        button.pull(direction)
        seen = client.wait_message(topic("button/event"), since=since)
        assert seen.text == event and not seen.retain, seen
        client.wait_state(topic("button/state"), state)

    since = client.mark()
    for number in range(21):
        door.pull("down" if number % 2 == 0 else "up")
    client.wait_state(topic("door/state"), "ON")
    door.pull("up")
    client.wait_message(topic("door/event"), "release", since)
    assert [m.text for m in client.seen(topic("door/event"), since)] == ["press", "release"]

    # Changed while nobody looked: the state at the start is the one of the line.
    host.stop_cleanly()
    button.pull("up")
    client.forget()
    s.host()
    client.wait_state(topic("button/state"), "ON")
    assert not client.seen(topic("button/event"))


main(run, __doc__)
