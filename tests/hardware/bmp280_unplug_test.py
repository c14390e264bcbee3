"""A chip is pulled off its bus and put back: offline within two intervals, back within two, however long it was away."""

import time

from machine import SIM_BUS, Scenario, fault, main, topic, wait_running

INTERVAL = 3
DESCRIPTOR = f"components:\n  air: {{ type: bmp280, bus: {SIM_BUS}, address: 0x76, interval: {INTERVAL}s }}\n"
HERE, AWAY = 0x76, 0x70


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    wait_running(client, "air")
    for tries in (1, 4):
        since, begin = client.mark(), time.monotonic()
        fault("address", AWAY)
        gone = client.wait_message(topic("air/availability"), "offline", since, timeout=60).time - begin
        failed = lambda m: m.json["state"] == "failed"
        client.wait_message(topic("air/status"), lambda m: failed(m) and "no device answered at 0x76" in m.json["reason"], since)
        # Away until it has been looked for so often.
        for _ in range(tries - 1):
            client.wait_message(topic("air/status"), failed, client.mark(), timeout=60)
        since, begin = client.mark(), time.monotonic()
        fault("address", HERE)
        back = client.wait_message(topic("air/availability"), "online", since, timeout=60).time - begin
        value = client.wait_message(topic("air/temperature"), since=since, timeout=60)
        print(f"offline after {gone:.1f} s, back after {back:.1f} s, interval {INTERVAL} s")
        assert gone < 2 * INTERVAL and back < 2 * INTERVAL and value.text == "25.08", (gone, back, value)
    host.stop_cleanly()


main(run, __doc__)
