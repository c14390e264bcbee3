"""A descriptor with something wrong changes nothing: all runs on, and the reason is in the answer, in the log and in an event."""

import os

from harness import Scenario, main, simulated, topic

GOOD = simulated(lines=["PUMP"]) + """
components:
  steady: { type: faulty, broken_while: /nowhere }
  pump: { type: relay, line: PUMP }
"""

REJECTED = {
    "syntax": (GOOD + "  air: { type: dial\n", "house.yaml:"),
    "unknown key": (GOOD.replace("line: PUMP }", "lines: PUMP }"), 'did you mean "line"?'),
    "missing plugin": (GOOD + "  air: { type: nosuchtype }\n", 'no plugin offers the type "nosuchtype"'),
    "no component": (GOOD.replace("components:", "components: 3\nother:"), "components"),
    "settings that do not go together": (GOOD.replace("line: PUMP }", "line: PUMP, interlock: [pump] }"), "interlocked with itself"),
    "formula": (GOOD + "  sum: { type: expression, inputs: { x: pump }, formula: x + }\n", 'formula: "x +"'),
    "empty": ("device:\n", "device"),
}


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(GOOD)
    client.wait_state(topic("pump/availability"), "online")
    assert client.command(topic("pump/set"), "ON")["ok"]
    client.wait_state(topic("steady/value"))
    since = client.mark()
    switch = os.path.join(s.folder, "broken")
    open(switch, "w").close()
    REJECTED["constructor throws"] = (GOOD + f"  bad: {{ type: thrower, in: construct, broken_while: {switch} }}\n", "components.bad")

    for what, (text, word) in REJECTED.items():
        s.write_descriptor(text)
        mark, line = client.mark(), host.mark()
        answer = client.command(topic("request/reload"))
        assert answer["status"] == "error" and answer["error"]["code"] == "rejected", (what, answer)
        assert word in answer["error"]["message"], (what, answer)
        event = client.wait_message(topic("event/config_rejected"), None, mark).json
        assert event["origin"] in ("request", "file") and any(word in each for each in event["problems"]), (what, event)
        host.wait_line("not taken over", since=line)
        assert client.command(topic("pump/set"), "ON")["ok"], what
        assert not client.seen(topic("+/status"), mark), what
    os.remove(s.descriptor)
    answer = client.command(topic("request/reload"))
    assert "there is no such file" in answer["error"]["message"], answer
    mark = client.mark()
    os.mkdir(s.descriptor)
    answer = client.command(topic("request/reload"))
    assert answer["error"]["code"] == "rejected" and "house.yaml: is not a regular file" in answer["error"]["message"], answer
    client.wait_message(topic("event/config_rejected"), lambda m: "is not a regular file" in m.text, mark)
    os.rmdir(s.descriptor)

    values = [int(message.text) for message in client.seen(topic("steady/value"), since)]
    assert values == list(range(values[0], values[0] + len(values))), values
    assert client.state(topic("pump/state")) == "ON"

    # And it is still ready for a good one.
    s.write_descriptor(GOOD + "  dial: { type: dial }\n")
    answer = client.command(topic("request/reload"))
    assert answer["status"] == "ok", answer
    client.wait_state(topic("dial/availability"), "online")
    host.stop_cleanly()


main(run, __doc__)
