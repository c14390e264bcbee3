"""A relay takes every spelling of on and off, by channel and by component, as bare words and as JSON."""

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP"]) + """
components:
  pump: { type: relay, line: PUMP }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    s.host(DESCRIPTOR)
    client.wait_state(topic("pump/state"), "OFF")

    for where in ("pump/state/set", "pump/set"):
        for word, state in (("ON", "ON"), ("OFF", "OFF"), ("true", "ON"), ("false", "OFF"), ("1", "ON"), ("0", "OFF"), ("on", "ON"), ("off", "OFF"),
                            ("toggle", "ON"), ("toggle", "OFF"), ('{"value": "ON"}', "ON"), ('{"value": false}', "OFF"), (' ON\n', "ON"),
                            ('{"value": "toggle"}', "OFF")):
            reply = client.command(topic(where), word)
            assert reply["ok"] is True and reply["command"] == where.removeprefix("pump/"), (word, reply)
            message = client.wait_state(topic("pump/state"), state)
            assert message.qos == 1, message
    assert client.command(topic("pump/set"), '{"state": "ON"}')["ok"] is True
    client.wait_state(topic("pump/state"), "ON")

    # A success is answered only when that was asked for: by a response topic, as above, or by a transaction.
    client.forget()
    client.publish(topic("pump/state/set"), "OFF")
    client.wait_state(topic("pump/state"), "OFF")
    client.publish(topic("pump/state/set"), '{"value": "ON", "transaction": "t-1"}')
    answer = client.wait_message(topic("pump/reply")).json
    assert answer["ok"] is True and answer["transaction"] == "t-1", answer
    client.wait_state(topic("pump/state"), "ON")
    assert len(client.seen(topic("pump/reply"))) == 1, client.seen(topic("pump/reply"))

    # Retained is the newest state, and nothing else of a command.
    late = s.client()
    late.wait_state(topic("pump/state"), "ON")
    assert not [m for m in late.seen("m2ag/#") if m.topic.endswith(("/set", "/reply"))], late.seen("m2ag/#")


main(run, __doc__)
