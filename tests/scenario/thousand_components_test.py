"""A thousand components in one host: all start, all answer."""

import time

from harness import Scenario, main, topic

COUNT = 1000
DESCRIPTOR = "components:\n" + "".join(f"  lamp-{number}: {{ type: lamp }}\n" for number in range(COUNT))


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    for number in range(COUNT):
        client.wait_state(topic(f"lamp-{number}/state"), "OFF", timeout=60)
        client.wait_state(topic(f"lamp-{number}/availability"), "online", timeout=60)
    since = client.mark()
    for number in range(COUNT):
        client.send(topic(f"lamp-{number}/state/set"), "ON")
    for number in range(COUNT):
        client.wait_state(topic(f"lamp-{number}/state"), "ON", timeout=60)
    assert not client.seen(topic("+/reply"), since)
    # A busy machine had the executor start more than it needs; they end by themselves.
    deadline = time.monotonic() + 60
    while host.status("Threads") >= 20:
        assert time.monotonic() < deadline, f"{host.status('Threads')} threads for {COUNT} components that do nothing"
        time.sleep(0.2)
    host.stop_cleanly(timeout=60)
    client.wait_state(topic(f"lamp-{COUNT - 1}/availability"), "offline")
    client.wait_state(topic("status"), "offline")


main(run, __doc__)
