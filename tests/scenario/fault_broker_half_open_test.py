"""The broker stops answering without closing the connection: the host notices by itself, goes on, and is right again afterwards."""

from harness import Scenario, main, topic

DESCRIPTOR = """
components:
  beat: { type: sleeper, interval: 200ms }
  dial: { type: dial }
"""


def run(s: Scenario):
    broker = s.broker()
    client = s.client()
    header = s.header().replace("mqtt:\n", "mqtt:\n  keep_alive: 5s\n")
    host = s.host(header + DESCRIPTOR)
    client.wait_state(topic("status"), "online")
    client.wait_state(topic("beat/samples"))
    since = host.mark()
    broker.pause()
    host.wait_line("MQTT connection to .* lost", timeout=60, since=since)
    assert host.running()
    client.forget()
    broker.resume()
    client.wait_connected(60)
    first = client.wait_state(topic("beat/samples"), timeout=60)
    client.wait_state(topic("beat/samples"), lambda m: int(m.text) > int(first.text) + 3, timeout=60)
    client.wait_state(topic("status"), "online", timeout=60)
    client.publish(topic("dial/level/set"), '{"value": 7, "transaction": "t"}')
    assert client.wait_message(topic("dial/reply")).json["ok"]
    client.wait_state(topic("dial/level"), "7.0")
    host.stop_cleanly()


main(run, __doc__)
