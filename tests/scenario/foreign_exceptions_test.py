"""A plugin that throws what is no std::exception, wherever it does: its component fails with a reason and is tried again, the host lives on."""

import os

from harness import Scenario, main, topic

PLACES = ("construct", "start", "sample", "timer", "service")


def run(s: Scenario):
    s.broker()
    client = s.client()
    switch = os.path.join(s.folder, "broken")
    open(switch, "w").close()
    host = s.host("components:\n  dial: { type: dial }\n" + "".join(
        f"  {place}: {{ type: thrower, in: {place}, broken_while: {switch} }}\n"
        for place in PLACES) + f"""
  set-one: {{ type: thrower, in: set, broken_while: {switch} }}
  command-one: {{ type: thrower, in: command, broken_while: {switch} }}
""")
    client.wait_state(topic("dial/availability"), "online")

    for place in PLACES:
        client.wait_message(topic(f"{place}/status"), lambda m: m.json["state"] == "failed" and "no std::exception" in m.json["reason"] and "next try" in m.json["reason"])
        client.wait_message(topic("event/component_failed"), lambda m: m.json["component"] == place and m.json["retry"] is True)
        since = client.mark()
        client.wait_message(topic(f"{place}/status"), lambda m: m.json["state"] == "starting", since)

    for name, path in (("set-one", "set-one/state/set"), ("command-one", "command-one/poke/run")):
        client.wait_state(topic(f"{name}/availability"), "online")
        since = client.mark()
        answer = client.command(topic(path), "ON" if path.endswith("set") else "")
        assert answer["ok"] is False and answer["error"]["code"] == "failed", answer
        assert "no std::exception" in answer["error"]["message"], answer
        client.wait_message(topic(f"{name}/status"), lambda m: m.json["state"] == "failed", since)
    assert host.running()
    assert client.command(topic("dial/level/set"), "12")["ok"]

    # It throws no more: the next try finds it well.
    since = client.mark()
    os.remove(switch)
    for name in (*PLACES, "set-one", "command-one"):
        client.wait_message(topic(f"{name}/served"), "ON", since, timeout=90)
        client.wait_state(topic(f"{name}/availability"), "online")
        client.wait_state(topic(f"{name}/status"), lambda m: m.json["state"] == "running")
        assert client.command(topic(f"{name}/state/set"), "ON")["ok"], name
        assert client.command(topic(f"{name}/poke/run"))["ok"], name
    assert client.command(topic("dial/level/set"), "13")["ok"]
    host.stop_cleanly()


main(run, __doc__)
