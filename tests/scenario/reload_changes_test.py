"""A changed descriptor touches only what is different: the others keep their instance, what is removed leaves no topic behind."""

import signal
import time

from harness import Scenario, main, simulated, topic

COUNTERS = """
  steady: { type: faulty, broken_while: /nowhere }
  dial: { type: dial }
"""


def descriptor(components, lines=("PUMP", "VENT")):
    return simulated(lines=list(lines)) + "components:" + COUNTERS + components


def change(s, client, text):
    """What was applied, by the request or by who was faster."""
    since = client.mark()
    s.write_descriptor(text)
    answer = client.command(topic("request/reload"))
    assert answer["status"] == "ok", answer
    return client.wait_message(topic("event/config_applied"), None, since).json


def check_untouched(client, since):
    """The counter went on and no word was said about the component."""
    values = [int(message.text) for message in client.seen(topic("steady/value"), since)]
    assert values == list(range(values[0], values[0] + len(values))), f"a counter that is not one: {values}"
    for name in ("steady", "dial"):
        for part in ("status", "availability"):
            assert not client.seen(topic(f"{name}/{part}"), since), f"{name}/{part} was published although nothing of it changed"


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(descriptor("""
  pump: { type: relay, line: PUMP, publish_json: true }
  lamp: { type: lamp }
"""))
    client.wait_state(topic("pump/json"))
    for name in ("steady", "dial", "pump", "lamp"):
        client.wait_state(topic(f"{name}/availability"), "online")
    client.wait_state(topic("steady/value"))
    assert client.command(topic("dial/set"), "10")["ok"]
    pid, since = host.pid, client.mark()

    # Nothing is different: nothing happens, and it is said so.
    host.signal(signal.SIGHUP)
    data = client.command(topic("request/reload"))["data"]
    assert not (data["added"] or data["changed"] or data["removed"]), data
    assert not client.seen(topic("event/config_applied"))

    # One changed, one added, one removed, by SIGHUP.
    s.write_descriptor(descriptor("""
  pump: { type: relay, line: VENT, publish_json: true }
  vent: { type: relay, line: PUMP }
"""))
    host.signal(signal.SIGHUP)
    done = client.wait_message(topic("event/config_applied"), None, since).json
    assert (done["added"], done["changed"], done["removed"]) == (["vent"], ["pump"], ["lamp"]), done
    assert done["origin"] in ("signal", "file"), done
    client.wait_message(topic("pump/status"), lambda m: m.json["state"] == "stopped", since)
    client.wait_state(topic("pump/status"), lambda m: m.json["state"] == "running")
    client.wait_state(topic("vent/availability"), "online")
    for part in ("status", "availability", "state"):
        client.wait_state(topic(f"lamp/{part}"), "")
    assert client.command(topic("vent/set"), "ON")["ok"] and client.command(topic("pump/set"), "ON")["ok"]
    assert client.command(topic("lamp/set"), "ON")["error"]["code"] == "unknown_component"
    info = client.wait_state(topic("info"), lambda m: "vent" in m.text).json
    assert sorted(each["id"] for each in info["components"]) == ["dial", "pump", "steady", "vent"], info

    # Another type under the same id: channels that it no longer has are gone. `publish_json` is off again.
    data = change(s, client, descriptor("\n  pump: { type: dial }\n  vent: { type: relay, line: PUMP, enabled: false }\n"))
    assert (data["changed"], data["removed"]) == (["pump"], ["vent"]), data
    client.wait_state(topic("pump/level"), "0.0")
    for part in ("pump/state", "pump/json", "vent/status", "vent/state"):
        client.wait_state(topic(part), "")

    # A line that is unplugged and plugged in again.
    change(s, client, descriptor("\n  vent: { type: relay, line: VENT }\n", lines=["PUMP"]))
    client.wait_state(topic("vent/status"), lambda m: m.json.get("state") == "failed" and "VENT" in m.json["reason"])
    assert change(s, client, descriptor("\n  vent: { type: relay, line: VENT }\n"))["simulated"]
    client.wait_state(topic("vent/availability"), "online")

    client.wait_count(topic("steady/value"), 10, since)
    check_untouched(client, since)
    assert client.state(topic("dial/sets")) == "1", "the dial has forgotten how often it was set"

    # Nothing of what was removed is left at the broker.
    fresh = s.client()
    fresh.wait_state(topic("status"), "online")
    fresh.wait_state(topic("steady/status"))
    time.sleep(0.2)
    left = [message.topic for message in fresh.seen(topic("#")) if message.topic.split("/")[2] in ("lamp", "pump")]
    assert not left, left

    # What is removed while the broker is away is cleared when it is back.
    s.brokers[0].pause()
    s.write_descriptor(descriptor(""))
    host.signal(signal.SIGHUP)
    host.wait_line("taken over .*removed vent")
    s.brokers[0].resume()
    client.wait_state(topic("vent/status"), "")

    assert host.pid == pid and host.running()
    host.stop_cleanly()


main(run, __doc__)
