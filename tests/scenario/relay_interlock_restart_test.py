"""Interlocks when relays have not started, are taken away, and when the host is killed: by the states that are published, never two on, and
no relay that goes on after a kill is off for a moment."""

from harness import Scenario, main, simulated, topic

HEAD = simulated(lines=["A", "B", "C"]) + "components:\n"
A = "  a: { type: relay, line: A }\n"
NAMING = (
    "  b: { type: relay, line: B, interlock: [a], enabled: false }\n",
    "  b: { type: relay, line: B, interlock: [a], safe: { state: on } }\n",  # its constructor refuses that
)
SHADE = HEAD + """\
  up: { type: relay, line: A, restore: last, interlock: [down] }
  down: { type: relay, line: B, restore: last }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()

    def take_over(descriptor):
        since = client.mark()
        s.write_descriptor(descriptor)
        client.wait_message(topic("event/config_applied"), None, since, timeout=60)

    def blocked(name, by):
        reply = client.command(topic(f"{name}/set"), "ON")
        assert not reply["ok"] and reply["error"]["code"] == "interlocked", reply
        assert reply["error"]["message"].startswith(f"{name} is interlocked with {by}, which has no line"), reply

    def goes_on(name):
        for _ in range(1000):
            reply = client.command(topic(f"{name}/set"), "ON")
            if reply["ok"]:
                return
        raise AssertionError(reply)

    # Named by one that does not run: from the start, after a reload, and no more once that one is gone.
    for section in NAMING:
        client.forget()
        host = s.host(HEAD + A + section)
        client.wait_state(topic("a/state"), "OFF")
        blocked("a", "b")
        take_over(HEAD + A + "  b: { type: gpio_switch, direction: output, line: B }\n")
        goes_on("a")
        host.stop_cleanly()

    # --safe: only a was started.
    client.forget()
    host = s.host(HEAD + A + "  b: { type: relay, line: B, interlock: [a] }\n", arguments=["--safe"])
    client.wait_state(topic("status"), "online")
    assert client.command(topic("request/retry"), '{"component": "a"}')["status"] == "ok"
    client.wait_state(topic("a/state"), "OFF")
    blocked("a", "b")
    host.stop_cleanly()

    # A relay that is taken away while the host runs, and after a start: for who names it the same.
    client.forget()
    host = s.host(HEAD + "  a: { type: relay, line: A, interlock: [b] }\n  b: { type: relay, line: B }\n")
    client.wait_state(topic("b/state"), "OFF")
    goes_on("a")
    client.command(topic("a/set"), "OFF")
    take_over(HEAD + "  a: { type: relay, line: A, interlock: [b] }\n")
    blocked("a", "b")
    host.stop_cleanly()
    client.forget()
    host = s.host()
    client.wait_state(topic("a/state"), "OFF")
    blocked("a", "b")
    host.stop_cleanly()

    # Killed while one is on.
    client.forget()
    host = s.host(SHADE)
    for name in ("up", "down"):
        client.wait_state(topic(f"{name}/state"), "OFF")
    for name, other in (("up", "down"), ("down", "up")) * 3:
        client.command(topic(f"{other}/set"), "OFF")
        goes_on(name)
        host.crash()
        client.wait_state(topic("status"), "offline")
        client.forget()
        since = client.mark()
        host = s.host()
        client.wait_state(topic(f"{name}/state"), "ON")
        client.wait_state(topic(f"{other}/state"), "OFF")
        states = [message.text for message in client.seen(topic(f"{name}/state"), since)]
        assert set(states) == {"ON"}, states
    host.stop_cleanly()


main(run, __doc__)
