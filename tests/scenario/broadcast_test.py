"""Commands to `all` and to a group reach the devices they are for, and only those."""

from harness import Scenario, main, simulated, topic

COMPONENTS = simulated(lines=["LAMP"]) + """
components:
  lamp: { type: relay, line: LAMP }
"""


def run(s: Scenario):
    s.broker()
    s.certificates(clients=("kitchen", "cellar"))
    client = s.client()
    for device, groups in (("kitchen", "[upstairs, lights]"), ("cellar", "[lights]")):
        s.host(s.header(device).replace(f"id: {device},", f"id: {device}, groups: {groups},") + COMPONENTS, device)
    kitchen, cellar = topic("lamp/state", "kitchen"), topic("lamp/state", "cellar")
    for state in (kitchen, cellar):
        client.wait_state(state, "OFF")

    client.publish("m2ag/all/lamp/state/set", "ON")
    client.wait_state(kitchen, "ON")
    client.wait_state(cellar, "ON")
    client.publish("m2ag/group/lights/lamp/set", "OFF")
    client.wait_state(kitchen, "OFF")
    client.wait_state(cellar, "OFF")

    client.publish("m2ag/group/upstairs/lamp/set", "ON")
    client.wait_state(kitchen, "ON")
    assert client.command(topic("lamp/set", "cellar"), "toggle")["ok"]
    client.wait_state(cellar, "ON")  # it was OFF still: the group's command was not for it

    # A broadcast is meant for those that have such a component; who has not is silent. Who has, says what is wrong.
    since = client.mark()
    client.publish("m2ag/all/heater/set", "ON")
    client.publish("m2ag/all/lamp/state/set", "perhaps")
    for device in ("kitchen", "cellar"):
        answer = client.wait_message(topic("lamp/reply", device), since=since).json
        assert answer["error"]["code"] == "wrong_type", answer
    assert not client.seen("m2ag/+/heater/reply", since)
    client.publish("m2ag/all/lamp/state/set", "ON", retain=True)
    answer = client.wait_message(topic("lamp/reply", "kitchen"), lambda m: m.json["error"]["code"] == "retained", since)
    assert answer.json["ok"] is False
    client.publish("m2ag/all/lamp/state/set", "", retain=True)


main(run, __doc__)
