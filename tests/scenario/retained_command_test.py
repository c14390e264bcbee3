"""A command that lies retained on the broker is stale: whoever comes by it never executes it, in MQTT 5 and in 3.1.1."""

from harness import Scenario, main, simulated, topic

COMPONENTS = simulated(lines=["PUMP"]) + """
components:
  pump: { type: relay, line: PUMP }
  dial: { type: dial }
"""


def ask(client, component, payload, transaction):
    """A command with a transaction, which works in both versions; its answer."""
    client.publish(topic(f"{component}/set"), f'{{"value": {payload}, "transaction": "{transaction}"}}')
    return client.wait_message(topic(f"{component}/reply"), lambda m: m.json.get("transaction") == transaction).json


def leave_stale_commands(client):
    client.publish(topic("pump/state/set"), "ON", retain=True)
    client.publish(topic("pump/set"), "ON", retain=True)
    client.publish("m2ag/all/pump/set", "ON", retain=True)


def check(s, client, version):
    header = s.header().replace("mqtt:\n", f'mqtt:\n  version: "{version}"\n')
    leave_stale_commands(client)
    client.forget()
    host = s.host(header + COMPONENTS)
    client.wait_state(topic("pump/state"), "OFF")
    client.wait_state(topic("dial/level"))

    # Commands keep their order: once these are answered, a retained one that counted would have been executed.
    assert ask(client, "dial", "1", "a")["ok"]
    assert ask(client, "pump", '"OFF"', "b")["ok"]
    assert "ON" not in [m.text for m in client.seen(topic("pump/state"))], f"MQTT {version}: a retained command was executed"
    if version == "3.1.1":
        # The broker sends them with every subscription; that they are stale is said.
        refused = client.wait_message(topic("pump/reply"), lambda m: not m.json["ok"]).json
        assert refused["error"]["code"] == "retained", refused
        host.wait_line("pump.*retain")

    # After a reconnect they may lie there again.
    s.brokers[0].stop()
    client.wait_disconnected()
    client.forget()
    s.brokers[0].start()
    client.wait_connected()
    leave_stale_commands(client)
    client.wait_state(topic("status"), "online", timeout=40)
    assert ask(client, "dial", "2", "c")["ok"]
    if version == "5":
        # In MQTT 5 one that is published with retain to a subscriber says so.
        since = client.mark()
        client.publish(topic("pump/state/set"), "ON", retain=True)
        answer = client.wait_message(topic("pump/reply"), since=since).json
        assert answer["error"]["code"] == "retained", answer
        assert "ON" not in [m.text for m in client.seen(topic("pump/state"))]
    for path in (topic("pump/state/set"), topic("pump/set"), "m2ag/all/pump/set"):
        client.publish(path, "", retain=True)
    host.stop_cleanly()
    client.wait_state(topic("status"), "offline")


def run(s: Scenario):
    s.broker()
    client = s.client()
    for version in ("5", "3.1.1"):
        check(s, client, version)


main(run, __doc__)
