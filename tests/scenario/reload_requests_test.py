"""Requests of one who looks after the device: list what there is, start one component anew."""

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP"]) + """
components:
  dial: { type: dial, name: Volume }
  pump: { type: relay, line: NOWHERE }
  off: { type: dial, enabled: false }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("dial/availability"), "online")
    client.wait_state(topic("pump/status"), lambda m: m.json["state"] == "failed")

    listed = {each["id"]: each for each in client.command(topic("request/list"))["data"]}
    assert list(listed) == ["dial", "pump", "off"], listed
    assert listed["dial"]["state"] == "running" and listed["dial"]["name"] == "Volume", listed
    assert listed["dial"]["plugin"] == "probe 1.0.0" and listed["dial"]["type"] == "dial", listed
    assert listed["pump"]["state"] == "failed" and "NOWHERE" in listed["pump"]["reason"], listed
    assert listed["off"]["enabled"] is False and "state" not in listed["off"], listed

    assert client.command(topic("dial/set"), "10")["ok"]
    client.wait_state(topic("dial/sets"), "1")
    since = client.mark()
    answer = client.command(topic("request/restart-component"), '{"component": "dial"}')
    assert answer["data"] == {"component": "dial", "abandoned": False}, answer
    client.wait_message(topic("dial/status"), lambda m: m.json["state"] == "stopped", since)
    client.wait_state(topic("dial/sets"), "0")
    assert client.command(topic("dial/set"), "20")["ok"]
    assert not client.seen(topic("event/config_applied")), "nothing of the configuration has changed"

    for payload, code, word in (("", "bad_arguments", "component"), ('{"component": "dail"}', "unknown_component", '"dial"'),
                                ('{"component": 3}', "bad_arguments", "id")):
        error = client.command(topic("request/restart-component"), payload)["error"]
        assert error["code"] == code and word in error["message"], error
    host.stop_cleanly()


main(run, __doc__)
