"""The host's own sections change while it runs: another broker, log level, name, groups; another id makes the whole device anew in the same
process."""

from harness import DEVICE, Scenario, main, topic

COMPONENTS = """
components:
  steady: { type: faulty, broken_while: /nowhere }
  dial: { type: dial }
"""


def run(s: Scenario):
    first = s.broker()
    second = s.broker()
    s.m2ag("cert", "client", "house2", "--dir", s.tls)
    client = s.client(broker=first)
    other = s.client(broker=second)

    def text(device=DEVICE, broker=first, extra="", tail="", cert="house"):
        return (f"device: {{ id: {device}, name: Test device{extra} }}\n"
                f"mqtt:\n  url: mqtts://localhost:{broker.port}\n"
                f"  tls: {{ ca: {s.tls}/ca.crt, cert: {s.tls}/{cert}.crt, key: {s.tls}/{cert}.key }}\n" + tail + COMPONENTS)

    host = s.host(text())
    pid = host.pid
    client.wait_state(topic("dial/availability"), "online")
    assert client.command(topic("dial/set"), "10")["ok"]

    # Groups and name.
    s.write_descriptor(text(extra=", groups: [garden]").replace("Test device", "Other name"))
    client.wait_state(topic("info"), lambda m: m.json["name"] == "Other name")
    assert client.command(topic("request/reload"))["status"] == "ok"
    assert client.command("m2ag/group/garden/dial/set", "12")["ok"]
    client.wait_state(topic("dial/level"), "12.0")

    # Log level.
    s.write_descriptor(text(tail="log: { level: debug }\n"))
    for _ in range(2):
        assert client.command(topic("request/reload"))["status"] == "ok"
    host.wait_line("debug .*nothing is different")
    s.write_descriptor(text())
    client.wait_state(topic("info"), lambda m: m.json["name"] == "Test device")

    # Another broker: the first hears the last word, the second everything; components do not notice.
    s.write_descriptor(text(broker=second))
    client.wait_state(topic("status"), "offline")
    other.wait_state(topic("status"), "online")
    other.wait_state(topic("dial/level"), "12.0")
    other.wait_message(topic("event/config_applied"), lambda m: m.json["mqtt"] is True)
    assert other.command(topic("dial/set"), "13")["ok"]
    other.wait_state(topic("dial/sets"), "3")  # it is the same dial
    values = [int(m.text) for m in client.seen(topic("steady/value")) + other.seen(topic("steady/value"))]
    assert values == sorted(values), "the counter began again"
    assert not [m for m in other.seen(topic("steady/status")) if m.json["state"] != "running"]

    # Another id: nothing is left of the old one, the process is the same.
    s.write_descriptor(text(device="house2", broker=second, cert="house2"), device=DEVICE)
    other.wait_state(topic("status", "house2"), "online")
    other.wait_state(topic("dial/availability", "house2"), "online")
    other.wait_message(topic("event/config_applied", "house2"), lambda m: m.json["device"] is True)
    for part in ("status", "info", "dial/status", "dial/level", "steady/value", "steady/availability"):
        other.wait_state(topic(part), "")
    assert other.command(topic("dial/set", "house2"), "5")["ok"]

    # Without a broker, and back.
    s.write_descriptor("device: { id: house2 }\n" + COMPONENTS, device=DEVICE)
    other.wait_state(topic("status", "house2"), "offline")
    host.wait_line("another connection to the broker")
    s.write_descriptor(text(device="house2", broker=first, cert="house2"), device=DEVICE)
    client.wait_state(topic("status", "house2"), "online")
    assert client.command(topic("dial/set", "house2"), "6")["ok"]

    # A database that cannot be: the device goes on as it was.
    since = client.mark()
    s.write_descriptor(text(device="house2", broker=first, cert="house2", tail="state: { file: /proc/none/state.db }\n"), device=DEVICE)
    client.wait_message(topic("event/config_rejected", "house2"), lambda m: "/proc/none" in m.text, since)
    client.wait_state(topic("status", "house2"), "online")
    assert client.command(topic("dial/set", "house2"), "7")["ok"]
    assert host.pid == pid and host.running()
    host.stop_cleanly()


main(run, __doc__)
