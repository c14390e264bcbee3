"""A simulated line that a reload takes away fails who holds it, as a GPIO chip that is unplugged does: an input at once, an output at its next
command. With the line they are back by themselves."""

from harness import Scenario, main, simulated, topic

COMPONENTS = """
components:
  door: { type: gpio_switch, line: DOOR }
  pump: { type: relay, line: PUMP }
  finger: { type: simulated_line, line: DOOR }
  other: { type: relay, line: OTHER }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(simulated(lines=["DOOR", "PUMP", "OTHER"]) + COMPONENTS)
    for component in ("door", "pump", "finger", "other"):
        client.wait_state(topic(component + "/availability"), "online")
    s.write_descriptor(simulated(lines=["OTHER"]) + COMPONENTS)
    assert client.command(topic("request/reload"))["status"] == "ok"
    client.wait_state(topic("door/status"), lambda m: m.json["state"] == "failed" and "DOOR" in m.json["reason"])
    for component, line in (("pump", "PUMP"), ("finger", "DOOR")):
        answer = client.command(topic(component + "/set"), "ON")
        assert not answer["ok"] and f"line {line} is gone" in answer["error"]["message"], answer
        client.wait_state(topic(component + "/availability"), "offline")
    assert client.command(topic("other/set"), "ON")["ok"]

    s.write_descriptor(simulated(lines=["DOOR", "PUMP", "OTHER"]) + COMPONENTS)
    assert client.command(topic("request/reload"))["status"] == "ok"
    # The finger's line is no device that comes back: its settings were wrong meanwhile.
    client.command(topic("request/retry"), '{"component": "finger"}')
    for component in ("door", "pump", "finger"):
        client.wait_state(topic(component + "/availability"), "online", timeout=60)
    assert client.command(topic("finger/set"), "ON")["ok"]
    client.wait_state(topic("door/state"), "ON")
    host.stop_cleanly()


main(run, __doc__)
