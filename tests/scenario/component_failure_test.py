"""A device that fails is offline and says no number; it is retried and comes back by itself. Wrong settings are not retried."""

import os

from harness import Scenario, main, simulated, topic


def run(s: Scenario):
    s.broker()
    client = s.client()
    switch = os.path.join(s.folder, "broken")
    descriptor = simulated(["PUMP"], [("i2c-1", 0x77, "bmp280", {"id": "0x60"})]) + f"""
components:
  shaky: {{ type: faulty, broken_while: {switch} }}
  dead: {{ type: bmp280, bus: i2c-1, address: 0x76, interval: 100ms }}
  other-chip: {{ type: bmp280, bus: i2c-1, address: 0x77, interval: 100ms }}
  no-line: {{ type: relay, line: NOWHERE }}
  first: {{ type: relay, line: PUMP }}
  second: {{ type: relay, line: PUMP }}
  misset: {{ type: faulty, settings_wrong: true }}
  dial: {{ type: dial }}
"""
    open(switch, "w").close()
    host = s.host(descriptor)
    client.wait_state(topic("dial/availability"), "online")

    failed = lambda m: m.json["state"] == "failed"
    reasons = {}
    for name in ("shaky", "dead", "other-chip", "no-line", "misset"):
        client.wait_state(topic(f"{name}/availability"), "offline")
        reasons[name] = client.wait_state(topic(f"{name}/status"), failed).json["reason"]
    assert "0x76" in reasons["dead"] and "i2c-1" in reasons["dead"], reasons
    for word in ("BME280", "0x60", "0x77", "bmp280", "0x58"):
        assert word in reasons["other-chip"], reasons
    assert "NOWHERE" in reasons["no-line"], reasons
    assert "settings_wrong" in reasons["misset"], reasons
    client.wait_message(topic("event/component_failed"), lambda m: m.json["component"] == "shaky")

    # One of the two has the line; the other says who holds it.
    either = client.wait_message(topic("+/status"), lambda m: m.topic.split("/")[2] in ("first", "second") and failed(m))
    loser = either.topic.split("/")[2]
    winner = "second" if loser == "first" else "first"
    assert "PUMP" in either.json["reason"] and f"house/{winner}" in either.json["reason"], either.json
    client.wait_state(topic(f"{winner}/availability"), "online")

    # A command to what is failed is answered with the reason.
    answer = client.command(topic("no-line/state/set"), "ON")
    assert answer["ok"] is False and "NOWHERE" in answer["error"]["message"], answer

    # It is mended: the next try finds it.
    since = client.mark()
    os.remove(switch)
    client.wait_state(topic("shaky/availability"), "online")
    client.wait_state(topic("shaky/status"), lambda m: m.json["state"] == "running")
    client.wait_message(topic("event/component_recovered"), lambda m: m.json["component"] == "shaky", since)
    client.wait_state(topic("shaky/value"))

    # It breaks while it runs: offline, and from then on no number.
    open(switch, "w").close()
    client.wait_state(topic("shaky/availability"), "offline")
    client.wait_state(topic("shaky/status"), failed)
    since = client.mark()
    client.wait_count(topic("shaky/status"), 2, since)  # starting, failed: it was tried again
    assert not client.seen(topic("shaky/value"), since), "a number of a device that does not answer"
    os.remove(switch)
    client.wait_state(topic("shaky/availability"), "online")

    for name in ("dead", "other-chip"):
        assert not client.seen(topic(f"{name}/temperature")), "an invented value"
    # Wrong settings: never tried again. `dead` was meanwhile.
    client.wait_count(topic("dead/status"), 2, since)
    assert not client.seen(topic("misset/status"), since)
    lines = [line for line in host.lines if "dead" in line and "failed" in line]
    assert len(lines) == 1, "the log repeats itself:\n" + "\n".join(lines)


main(run, __doc__)
