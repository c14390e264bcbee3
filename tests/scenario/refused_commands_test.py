"""Every wrong command gets a reply with a code and a sentence that names what was expected; the host lives on and nothing changes."""

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP"], chips=[("i2c-1", 0x76, "bmp280", {})]) + """
components:
  pump: { type: relay, line: PUMP }
  dial: { type: dial }
  air: { type: bmp280, bus: i2c-1, interval: 200ms }
"""

# topic, payload, code, words that the sentence must hold
WRONG = [
    ("pumpe/set", "ON", "unknown_component", ["pumpe", 'did you mean "pump"']),
    ("nothing-like-it/state/set", "ON", "unknown_component", ["nothing-like-it"]),
    ("pump/stat/set", "ON", "unknown_channel", ["stat", "state"]),
    ("dial/level/run", "", "unknown_command", ["level", "press"]),
    ("dial/pres/run", "", "unknown_command", ["pres", 'did you mean "press"']),
    ("pump/reset/run", "", "unknown_command", ["reset"]),
    ("air/temperature/set", "21", "read_only", ["temperature"]),
    ("air/set", "21", "unknown_channel", ["air"]),
    ("dial/sets/set", "1", "read_only", ["sets"]),
    ("pump/state/set", "maybe", "wrong_type", ["ON", "OFF", "maybe"]),
    ("pump/state/set", "", "wrong_type", ["ON", "OFF"]),
    ("pump/state/set", "2", "wrong_type", ["ON", "OFF"]),
    ("dial/level/set", "warm", "wrong_type", ["number", "warm"]),
    ("dial/level/set", "", "wrong_type", ["number"]),
    ("dial/level/set", "NaN", "wrong_type", ["number", "NaN"]),
    ("dial/level/set", "inf", "wrong_type", ["number"]),
    ("dial/level/set", "-Infinity", "wrong_type", ["number"]),
    ("dial/level/set", "1e999", "wrong_type", ["number"]),
    ("dial/level/set", "0x10", "wrong_type", ["number"]),
    ("dial/level/set", "1,5", "wrong_type", ["number"]),
    ("dial/level/set", "100.1", "out_of_range", ["100.1", "0", "100"]),
    ("dial/level/set", "-1", "out_of_range", ["0", "100"]),
    ("dial/mode/set", "warm", "out_of_range", ["eco", "comfort", "warm"]),
    ("dial/level/set", '{"value": 12', "bad_json", []),
    ("dial/level/set", '{"level": 12}', "bad_payload", ["value"]),
    ("dial/level/set", '{"value": 12, "fro": "1s"}', "bad_payload", ["fro", "for"]),
    ("dial/level/set", '{"value": 12, "for": "soon"}', "wrong_type", ["for", "soon"]),
    ("dial/level/set", '{"value": 12, "for": -5}', "wrong_type", ["for"]),
    ("dial/level/set", '{"value": 12, "for": "367d"}', "out_of_range", ["for", "366d"]),
    ("dial/level/set", '{"value": [1]}', "wrong_type", ["number"]),
    ("dial/level/set", '{"value": NaN}', "bad_json", []),
    ("dial/level/set", "{" * 5000, "bad_json", []),
    ("dial/level/set", '{"value":' + "[" * 20000 + "]" * 20000 + "}", "bad_json", []),
    ("dial/set", '{"level": 50, "mode": "warm"}', "out_of_range", ["mode", "eco"]),
    ("dial/set", '{"level": 50, "colour": "red"}', "unknown_channel", ["colour"]),
    ("dial/set", "{}", "bad_payload", []),
    ("dial/add/run", '{"left": 1, "rihgt": 2}', None, ["rihgt", "right"]),
    ("dial/add/run", '{"left": 1001}', None, ["left", "1000"]),
    ("dial/add/run", '{"left": "one"}', None, ["left"]),
    ("dial/add/run", "{}", None, ["left"]),
    ("dial/add/run", "[1, 2]", "bad_json", ["object", "list"]),
    ("dial/lock/run", "", "locked", ["turn the key first"]),
    ("dial/level/set", b"\xff\xfe\x00", "not_utf8", ["UTF-8"]),
    ("dial/level/set", b"\xc3", "not_utf8", ["UTF-8"]),
    ("dial/level/set", b"1\x00", None, ["number"]),
    ("dial/level/set", "1" * (64 * 1024 + 1), "too_long", ["64 KiB"]),
    ("dial/level/set", "x" * 200_000, "too_long", ["64 KiB"]),
]


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("pump/state"), "OFF")
    client.wait_state(topic("dial/level"), "0.0")
    client.wait_state(topic("air/availability"), "online")

    problems = []
    for path, payload, code, words in WRONG:
        shown = f"{path} {payload[:50]!r}"
        since = client.mark()
        try:
            reply = client.command(topic(path), payload)
        except AssertionError as error:
            problems.append(str(error))
            continue
        error = reply.get("error", {})
        if reply.get("ok") is not False:
            problems.append(f"{shown}: accepted: {reply}")
        elif (code and error.get("code") != code) or not all(word in error.get("message", "") for word in words):
            problems.append(f"{shown}: expected {code} {words}, found {error}")
        elif len(error["message"]) > 1000:
            problems.append(f"{shown}: the sentence has {len(error['message'])} characters")
        # A failure is always answered on the component's reply topic too.
        component = path.split("/")[0]
        try:
            public = client.wait_message(topic(f"{component}/reply"), since=since).json
            if public.get("error") != error:
                problems.append(f"{shown}: two different answers: {public} and {reply}")
        except AssertionError as missing:
            problems.append(f"{shown}: {missing}")
        if not host.running():
            raise AssertionError(f"{shown}: the host died; before that: {problems}")
    assert not problems, "\n" + "\n".join(problems)

    # A failure is answered with its transaction and without being asked to.
    client.forget()
    client.publish(topic("dial/level/set"), '{"value": 1000, "transaction": "t-9"}')
    answer = client.wait_message(topic("dial/reply")).json
    assert answer["ok"] is False and answer["transaction"] == "t-9" and answer["command"] == "level/set", answer

    # Nothing of all that was applied, not even half of a command, and everything still works.
    assert client.state(topic("dial/level")) in (None, "0.0")
    assert client.command(topic("dial/add/run"), '{"left": 40, "right": 2}')["data"] == 42
    assert client.command(topic("dial/set"), '{"level": 12.5, "mode": "comfort"}')["ok"] is True
    client.wait_state(topic("dial/level"), "12.5")
    client.wait_state(topic("dial/mode"), "comfort")
    client.wait_state(topic("dial/sets"), "2")
    client.wait_state(topic("air/temperature"))


main(run, __doc__)
