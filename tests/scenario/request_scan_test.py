"""The requests scan-i2c and gpio-map answer what `m2ag scan --json` shows on the same machine, whatever hardware it has."""

import json

from harness import Scenario, main, topic

DESCRIPTOR = """
components:
  dial: { type: dial }
"""


def verb(s, *words):
    return json.loads(s.m2ag("scan", *words, "--json", check=False).stdout)


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("dial/availability"), "online")

    for request, word in (("scan-i2c", "i2c"), ("gpio-map", "gpio")):
        answer = client.command(topic(f"request/{request}"))
        assert answer["status"] == "ok" and answer["data"] == verb(s, word), answer
        answer = client.command(topic(f"request/{request}"), '{"transaction": "t-1"}')
        assert answer["status"] == "ok" and answer["transaction"] == "t-1", answer

    # What can be no bus or no argument is told apart from what is not there.
    for request, payload, code, words in (
            ("scan-i2c", '{"buss": 1}', "bad_arguments", 'did you mean "bus"?'),
            ("scan-i2c", '{"bus": [1]}', "bad_arguments", "bus"),
            ("scan-i2c", '{"bus": "../null"}', "bad_arguments", "such as i2c-1"),
            ("scan-i2c", '{"bus": "null"}', "bad_arguments", "/dev/null is no I²C bus"),
            ("scan-i2c", '{"bus": 4711}', "failed", "no I²C bus i2c-4711"),
            ("gpio-map", '{"chip": [1]}', "bad_arguments", "chip"),
            ("gpio-map", '{"chip": "nowhere"}', "failed", 'no GPIO chip "nowhere"')):
        answer = client.command(topic(f"request/{request}"), payload)
        assert answer["status"] == "error" and answer["error"]["code"] == code, answer
        assert words in answer["error"]["message"], answer

    assert client.command(topic("dial/set"), "10")["ok"]
    host.stop_cleanly()


main(run, __doc__)
