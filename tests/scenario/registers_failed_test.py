"""A component that has failed takes registers: they are used at its next start, and those that let it start do so at once."""

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP"], chips=[("i2c-1", 0x76, "bmp280", {"id": "0x60"})]) + """
components:
  air: { type: bmp280, bus: i2c-1 }
  box: { type: tunable, gain: 13 }
  pump: { type: relay, line: PUMP, safe: { state: on } }
"""


def failed(message):
    return message.json["state"] == "failed"


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    for name in ("air", "box"):
        client.wait_state(topic(f"{name}/status"), failed)
    client.wait_state(topic("box/config/gain"), "13")

    # Another register of a component that still cannot start, then the one that lets it.
    assert client.command(topic("box/config/word/set"), "hello")["ok"]
    client.wait_state(topic("box/status"), failed)
    assert client.command(topic("box/config/gain/set"), "12")["ok"]
    client.wait_state(topic("box/availability"), "online")
    client.wait_state(topic("box/word"), "hello")

    assert client.command(topic("air/config/filter/set"), "4")["ok"]
    client.wait_state(topic("air/config/filter"), "4")
    client.wait_state(topic("air/status"), failed)

    # Two settings that do not go together, one of them a register: the relay stays as it is.
    reply = client.command(topic("pump/config/max_on/set"), "10m")
    assert reply["error"]["code"] == "refused" and "safe when it is on" in reply["error"]["message"], reply
    client.wait_state(topic("pump/status"), lambda m: m.json["state"] == "running")

    host.crash()
    client.wait_state(topic("status"), "offline")
    client.forget()
    s.host()
    client.wait_state(topic("box/word"), "hello")
    client.wait_state(topic("air/config/filter"), "4")


main(run, __doc__)
