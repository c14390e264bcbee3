"""A component that misses its stop is left behind and the reload goes on; what it does later is nobody's any more."""

import time

from harness import Scenario, main, topic

SLOW = "components:\n  slow: {{ type: sleeper, set: {seconds}s, interval: 1h }}\n  dial: {{ type: dial }}\n"


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(SLOW.format(seconds=9))
    client.wait_state(topic("slow/availability"), "online")
    client.publish(topic("slow/set"), '{"value":"ON","transaction":"t"}')
    host.wait_line("takes longer than 1 s")

    s.write_descriptor(SLOW.format(seconds=0))
    began, since = time.monotonic(), client.mark()
    answer = client.command(topic("request/reload"))
    assert answer["status"] == "ok", answer
    done = client.wait_message(topic("event/config_applied"), None, since).json
    assert done["changed"] == ["slow"] and done["abandoned"] == ["slow"], done
    assert time.monotonic() - began < 8, "the reload waited for a component that does not stop"
    reply = client.wait_message(topic("slow/reply"), None, since).json
    assert reply["error"]["code"] == "failed" and reply["transaction"] == "t", reply
    client.wait_state(topic("slow/status"), lambda m: m.json["state"] == "running")
    assert client.command(topic("slow/set"), "OFF")["ok"]
    client.wait_state(topic("slow/state"), "OFF")
    since = client.mark()
    time.sleep(max(0.0, began + 9 - time.monotonic()))  # the old call comes back
    assert client.command(topic("dial/set"), "1")["ok"]
    assert not client.seen(topic("slow/#"), since), client.seen(topic("slow/#"), since)
    host.stop_cleanly()


main(run, __doc__)
