"""Topics with an empty level, and requests to everybody, are no request to this device and do it no harm."""

from harness import Scenario, main, topic

DESCRIPTOR = """
components:
  dial: { type: dial }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("dial/level"), "0.0")

    for path in ("/set", "/level/set", "/press/run", "/config/gain/set"):
        since = client.mark()
        answer = client.command(topic(path), "1")
        assert answer.get("ok") is False and "status" not in answer, f"{path}: {answer}"
        assert answer["error"]["code"] == "unknown_component", f"{path}: {answer}"
        refused = client.wait_message(topic("event/command_refused"), since=since).json
        assert refused["error"] == answer["error"], refused
    assert client.command(topic("dial//set"), "1")["error"]["code"] == "unknown_channel"
    assert client.command(topic("request/"), "")["status"] == "error"

    # To everybody means components. `info` of one device is answered by one device.
    since = client.mark()
    for word in ("set", "info/set", "info/run", "config/info/set"):
        client.publish(f"m2ag/all/request/{word}", "1", response_topic=client.reply_topic)
    assert client.command(topic("request/info"))["status"] == "ok"
    assert len(client.seen(client.reply_topic, since)) == 1, "a request to everybody was answered"
    assert not client.seen(topic("response/#"), since)

    client.publish("m2ag/all/dial/set", "12")
    client.wait_state(topic("dial/level"), "12.0")
    assert host.running()


main(run, __doc__)
