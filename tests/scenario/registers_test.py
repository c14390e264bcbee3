"""Registers: shown retained, set by topic, checked as a descriptor is, applied to that one component, there again after a kill and a
restart, and gone when the descriptor comes to say something else."""

import json

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP", "BELL"], chips=[("i2c-1", 0x76, "bmp280", {})]) + """
components:
  air: { type: bmp280, bus: i2c-1, interval: 50ms }
  pump: { type: relay, line: PUMP, restore: last, max_on: 10m }
  bell: { type: gpio_switch, line: BELL, click_time: 500ms }
  box: { type: tunable, fixed: rock, token: hush-hush }
  dial: { type: dial }
"""

# topic, payload, code, words that the sentence must hold
WRONG = [
    ("pump/config/max_on/set", "ten", "bad_value", ["max_on", "a duration such as 10s", "ten"]),
    ("pump/config/max_on/set", "10", "bad_value", ["the unit is missing"]),
    ("pump/config/max_on/set", "367d", "bad_value", ["out of range", "1ms to 366d"]),
    ("pump/config/max_on/set", "", "bad_value", ["a duration"]),
    ("pump/config/max_on/set", b"\xff", "not_utf8", ["UTF-8"]),
    ("pump/config/max_on/set", '{"value": "9m"', "bad_json", []),
    ("pump/config/max_on/set", '{"value": "9m", "for": "1m"}', "bad_payload", ["for", "transaction"]),
    ("pump/config/max_on/set", '{"max_on": "9m"}', "bad_payload", ["value"]),
    ("pump/config/max_on/set", "1" * (64 * 1024 + 1), "too_long", ["64 KiB"]),
    ("pump/config/mxa_on/set", "9m", "unknown_register", ['did you mean "max_on"', "min_off", "pulse_time"]),
    ("pump/config/line/set", "BELL", "read_only", ["changed in the descriptor"]),
    ("dial/config/gain/set", "1", "unknown_register", ["it has none"]),
    ("lamp/config/gain/set", "1", "unknown_component", ["lamp"]),
    ("air/config/filter/set", "3", "bad_value", ["0, 2, 4, 8, 16"]),
    ("air/config/interval/set", "0s", "bad_value", ["1ms to 7d"]),
    ("box/config/loud/set", "toggle", "bad_value", ["boolean", "toggle"]),
    ("box/config/gain/set", "101", "bad_value", ["0 to 100"]),
    ("box/config/gain/set", "1.5", "bad_value", ["integer"]),
    ("box/config/times/set", '["1s", "soon"]', "bad_value", ["times[1]", "soon"]),
    ("box/config/limits/set", '{"lwo": 1}', "bad_value", ["lwo", 'did you mean "low"']),
    ("box/config/limits/set", '{"low": 5, "high": 4}', "refused", ["low is above high"]),
    ("box/config/gain/set", "13", "refused", ["bad luck"]),
    ("box/config/token/set", "x", "read_only", ["secret"]),
    ("bell/config/double_time/set", "{}", "bad_payload", []),
    ("bell/config/long_time/set", "400ms", "refused", ["more than `click_time`"]),
]


def start(s, client, max_on="10m"):
    client.forget()
    host = s.host(DESCRIPTOR.replace("max_on: 10m", f"max_on: {max_on}"))
    for name in ("pump", "bell", "box", "dial"):
        client.wait_state(topic(f"{name}/availability"), "online")
    return host


def shown(s, client):
    client.wait_state(topic("pump/config/max_on"), "10m")
    client.wait_state(topic("pump/config/pulse_time"), "500ms")
    client.wait_state(topic("air/config/interval"), "50ms")
    client.wait_state(topic("air/config/filter"), "0")
    client.wait_state(topic("box/config/loud"), "OFF")
    client.wait_state(topic("box/config/times"), "[]")
    client.wait_state(topic("box/config/limits"), lambda m: m.json == {"low": 0, "high": 10})
    assert not client.state(topic("pump/config/min_off")), "a register without a value has no retained message"
    assert not [m for m in client.messages if m.topic.endswith(("config/token", "config/fixed", "config/line"))]
    late = s.client()
    assert late.wait_state(topic("pump/config/max_on"), "10m").retain


def wrong(client, host):
    problems = []
    for path, payload, code, words in WRONG:
        reply = client.command(topic(path), payload)
        error = reply.get("error", {})
        if reply["ok"] or error["code"] != code or not all(word in error["message"] for word in words):
            problems.append(f"{path} {payload[:40]!r}: expected {code} {words}, found {reply}")
    assert not problems, "\n".join(problems)
    since = client.mark()
    client.publish(topic("pump/config/max_on/set"), "1s", retain=True)
    assert client.wait_message(topic("pump/reply"), since=since).json["error"]["code"] == "retained"
    client.publish(topic("pump/config/max_on/set"), "", retain=True)
    client.publish("m2ag/all/nobody/config/max_on/set", "1s")
    client.publish("m2ag/all/pump/config/max_on/set", "soon")
    assert client.wait_message(topic("pump/reply"), lambda m: "soon" in m.text, since).json["error"]["code"] == "bad_value"
    client.wait_state(topic("box/status"), lambda m: m.json["state"] == "running")
    assert client.command(topic("box/config/gain/set"), "1")["ok"], "what was refused has left nothing behind"
    assert client.state(topic("pump/config/max_on")) == "10m" and client.state(topic("box/config/gain")) == "1"


def applied(client):
    """Each to the component that it is of, and no other one blinks."""
    client.wait_state(topic("air/availability"), "online")
    since = client.mark()
    assert client.command(topic("pump/state/set"), "ON")["ok"]
    assert client.command(topic("pump/config/max_on/set"), "20m")["ok"]
    client.wait_state(topic("pump/config/max_on"), "20m")
    assert client.command(topic("air/config/filter/set"), '{"value": 4}')["ok"]
    assert client.command(topic("air/config/sea_level_pressure/set"), "1013.25")["ok"]
    client.wait_state(topic("air/altitude"))
    assert client.command(topic("air/config/interval/set"), "20ms")["ok"]
    assert client.command(topic("bell/config/click_time/set"), "700ms")["ok"]
    assert client.command("m2ag/all/bell/config/debounce/set", "20ms")["ok"]
    assert not client.seen(topic("+/status"), since), "these take their registers while they run"

    since = client.mark()
    assert client.command(topic("box/config/gain/set"), "42")["ok"]
    client.wait_message(topic("box/gain"), "42", since)
    assert client.command(topic("box/config/word/set"), " ünï ")["ok"]
    assert client.command(topic("box/config/loud/set"), "1")["ok"]
    assert client.command(topic("box/config/times/set"), '["90s", "120s"]')["ok"]
    assert client.command(topic("box/config/limits/set"), '{"low": 2.5}')["ok"]
    restarted = {m.topic for m in client.seen(topic("+/status"), since)}
    assert restarted == {topic("box/status")}, restarted
    assert not client.seen(topic("+/availability"), since) and client.state(topic("pump/state")) == "ON"

    client.publish(topic("box/config/gain/set"), '{"value": 43, "transaction": "t-1"}')
    answer = client.wait_message(topic("box/reply"), lambda m: "t-1" in m.text).json
    assert answer == {"ok": True, "command": "config/gain/set", "transaction": "t-1"}, answer


def there_again(client):
    for path, text in {"pump/config/max_on": "20m", "air/config/filter": "4", "air/config/interval": "20ms",
                       "bell/config/click_time": "700ms", "bell/config/debounce": "20ms", "box/config/word": " ünï ",
                       "box/config/loud": "ON", "box/config/times": '["90s","2m"]', "box/gain": "43", "box/word": " ünï "}.items():
        client.wait_state(topic(path), text)
    client.wait_state(topic("box/config/limits"), lambda m: m.json == {"low": 2.5, "high": 10})


def killed(s, client, host):
    """What was answered ok is there, whatever happens right after it."""
    for value in range(50, 56):
        assert client.command(topic("box/config/gain/set"), str(value))["ok"]
        host.crash()
        client.wait_state(topic("status"), "offline")
        host = start(s, client)
        client.wait_state(topic("box/gain"), str(value))
        client.wait_state(topic("box/config/gain"), str(value))
    assert client.command(topic("box/config/gain/set"), "43")["ok"]
    return host


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = start(s, client)
    shown(s, client)
    wrong(client, host)
    applied(client)
    there_again(client)
    host = killed(s, client, host)
    there_again(client)
    host.stop_cleanly()
    client.wait_state(topic("status"), "offline")

    # The descriptor says something else of one of them: there it wins, and only there.
    host = start(s, client, max_on="5m")
    client.wait_state(topic("pump/config/max_on"), "5m")
    host.wait_line('pump.*register max_on is dropped: the descriptor has come to say "5m"')
    assert client.command(topic("request/registers"), '{"component": "pump"}')["data"][0]["set"] is False
    client.wait_state(topic("box/gain"), "43")
    host.stop_cleanly()
    client.wait_state(topic("status"), "offline")
    start(s, client)
    client.wait_state(topic("pump/config/max_on"), "10m")


main(run, __doc__)
