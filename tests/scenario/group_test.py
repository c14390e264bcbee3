"""One command to many: all members are set, the answer comes when all have answered and names who refused; the group is what its members are.
Components that set each other go round once and never hang. Values are computed from values."""

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["A", "B", "C"]) + """
components:
  a: { type: relay, line: A }
  b: { type: relay, line: B }
  c: { type: relay, line: C }
  lights: { type: group, members: [a, b/state, c] }
  all-on: { type: group, members: [a, b, c], on_when: all }
  left: { type: group, members: [a, right] }
  right: { type: group, members: [b, left] }
  wrong: { type: group, members: [a, d] }
  x: { type: meter }
  y: { type: meter }
  ratio:
    type: expression
    inputs: { x: x/value, y: y }
    formula: x / y
    channels: { value: { filters: [{round: 1}] } }
  many:
    type: condition
    inputs: { a: a, b: b, c: c }
    formula: a + b + c >= 2
  typo: { type: expression, inputs: { x: x }, formula: x + z }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    for lamp in "abc":
        client.wait_state(topic(f"{lamp}/state"), "OFF")
    client.wait_state(topic("lights/state"), "OFF")
    client.wait_state(topic("all-on/state"), "OFF")
    client.wait_state(topic("many/state"), "OFF")
    client.wait_state(topic("wrong/status"), lambda m: 'there is no component "d"' in m.json.get("reason", ""))
    client.wait_state(topic("typo/status"), lambda m: 'formula: "x + z": ' in m.json.get("reason", ""))

    # All at once; the answer is there when they are.
    assert client.command(topic("lights/set"), "ON") == {"ok": True, "command": "set"}
    for lamp in "abc":
        client.wait_state(topic(f"{lamp}/state"), "ON", timeout=2)
    client.wait_state(topic("lights/state"), "ON")
    client.wait_state(topic("all-on/state"), "ON")
    client.wait_state(topic("many/state"), "ON")

    # Any, and all.
    assert client.command(topic("b/set"), "OFF")["ok"]
    client.wait_state(topic("all-on/state"), "OFF")
    assert client.state(topic("lights/state")) == "ON"

    # One refuses and is named, the others are set.
    assert client.command(topic("a/lock/run"))["ok"]
    reply = client.command(topic("lights/set"), "toggle")
    assert reply["error"]["code"] == "locked", reply
    assert reply["error"]["message"].startswith("1 of 3 refused: a: the relay is locked"), reply
    client.wait_state(topic("c/state"), "OFF")
    client.wait_state(topic("many/state"), "OFF")
    assert client.command(topic("a/unlock/run"))["ok"]

    # For a time.
    assert client.command(topic("lights/set"), '{"value": "OFF"}')["ok"]
    client.wait_state(topic("lights/state"), "OFF")
    assert client.command(topic("lights/set"), '{"value": "ON", "for": "300ms"}')["ok"]
    client.wait_state(topic("all-on/state"), "ON")
    for lamp in "abc":
        client.wait_state(topic(f"{lamp}/state"), "OFF")

    # Groups in a ring: everything outside of it is set, and the answer says what is wrong.
    for n in range(20):
        word, first = ("ON", "left") if n % 2 == 0 else ("OFF", "right")
        reply = client.command(topic(f"{first}/set"), word)
        assert reply["error"]["code"] == "loop", reply
        assert "comes back to itself" in reply["error"]["message"], reply
        client.wait_state(topic("a/state"), word)
        client.wait_state(topic("b/state"), word)

    # Computed, and nothing when it cannot be.
    client.wait_state(topic("ratio/status"), lambda m: "has no value yet" in m.json.get("reason", ""))
    assert client.command(topic("x/set"), "10")["ok"]
    assert client.command(topic("y/set"), "4")["ok"]
    client.wait_state(topic("ratio/value"), "2.5")
    since = client.mark()
    for value in ("0", "0", "0"):
        assert client.command(topic("y/set"), value)["ok"]
    client.wait_state(topic("ratio/availability"), "offline")
    client.wait_state(topic("ratio/status"), lambda m: m.json["reason"] == "the formula gives no number with x = 10, y = 0")
    assert client.command(topic("x/set"), "9")["ok"]
    assert client.command(topic("y/set"), "3")["ok"]
    client.wait_state(topic("ratio/value"), "3.0")
    client.wait_state(topic("ratio/availability"), "online")
    assert [m.text for m in client.seen(topic("ratio/value"), since)] == ["3.0"], client.seen(topic("ratio/value"), since)
    said = [line for line in host.lines if "gives no number" in line]
    assert len(said) == 1, said
    host.stop_cleanly()


main(run, __doc__)
