"""A GPIO chip is pulled out while its lines are held, as one on USB can be: inputs and outputs fail with a reason, and work again by themselves
once it is back, the relay in the state it was told last."""

from machine import Scenario, Wire, main, plug_board, topic, wait_failed, wait_running

DESCRIPTOR = """\
components:
  button: { type: gpio_switch, line: SWITCH0 }
  pump: { type: relay, line: RELAY0, restore: last }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    for name in ("button", "pump"):
        wait_running(client, name)
    assert client.command(topic("pump/set"), "ON")["ok"] is True

    plug_board(False)
    for name in ("button", "pump"):
        wait_failed(client, name)
    assert client.command(topic("pump/set"), "OFF")["error"]["code"] == "unavailable"

    plug_board(True)
    for name in ("button", "pump"):
        wait_running(client, name)
    client.wait_state(topic("pump/state"), "ON")
    assert Wire(0).level() == 1
    since = client.mark()
    Wire(4).pull("up")
    client.wait_message(topic("button/event"), "press", since)
    host.stop_cleanly()


main(run, __doc__)
