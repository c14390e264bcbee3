"""A button on a simulated line: press, release, click, double and long, each in its order; and an output that is switched by commands."""

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["BUTTON", "LAMP", "DOOR"]) + """
components:
  finger: { type: simulated_line, line: BUTTON, active_low: true }
  button: { type: gpio_switch, line: BUTTON, bias: pull-up, active_low: true, click_time: 2s, double_time: 3s, long_time: 3s }
  lamp: { type: gpio_switch, line: LAMP, direction: output, restore: last }
  door: { type: gpio_switch, line: DOOR }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("button/state"), "OFF")
    client.wait_state(topic("finger/state"), "OFF")

    def events(since):
        return [m.text for m in client.seen(topic("button/event"), since)]

    def press():
        since = client.mark()
        assert client.command(topic("finger/press/run"), '{"for": "50ms"}')["ok"]
        client.wait_message(topic("button/event"), "release", since)

    since = client.mark()
    press()
    client.wait_message(topic("button/event"), "click", since)
    assert events(since) == ["press", "release", "click"]

    since = client.mark()
    press()
    press()
    client.wait_message(topic("button/event"), "double", since)
    assert events(since) == ["press", "release", "press", "release", "double"]

    since = client.mark()
    client.command(topic("finger/set"), "ON")
    client.wait_message(topic("button/event"), "long", since)
    client.command(topic("finger/set"), "OFF")
    client.wait_message(topic("button/event"), "release", since)
    assert events(since) == ["press", "long", "release"]

    # The same type as an output.
    client.wait_state(topic("lamp/state"), "OFF")
    for word, state in (("ON", "ON"), ("toggle", "OFF"), ("toggle", "ON")):
        assert client.command(topic("lamp/set"), word)["ok"]
        client.wait_state(topic("lamp/state"), state)
    reply = client.command(topic("door/set"), "ON")
    assert reply["error"]["code"] == "read_only" and "direction: output" in reply["error"]["message"], reply
    assert client.command(topic("door/total/set"), "5")["error"]["code"] == "not_counting"
    host.stop_cleanly()
    client.wait_state(topic("lamp/state"), "OFF")
    client.forget()
    s.host()
    assert client.wait_message(topic("lamp/state")).text == "ON"


main(run, __doc__)
