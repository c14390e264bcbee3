"""One transfer in ten fails: every number that appears is the right one, most failed readings are had at another try, and the component is
back by itself once the bus is."""

import time

from machine import LONG, SIM_BUS, Scenario, fault, main, topic, transfers, wait_running

EREMOTEIO = 121
SECONDS = 60 if LONG else 20


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(f"components:\n  air: {{ type: bmp280, bus: {SIM_BUS}, address: 0x76, interval: 100ms }}\n")
    wait_running(client, "air")

    since, injected, next_fault, end = client.mark(), 0, transfers(), time.monotonic() + SECONDS
    while time.monotonic() < end:
        if transfers() >= next_fault:
            fault("fail_count", 1)
            fault("fail_with", EREMOTEIO)
            injected, next_fault = injected + 1, next_fault + 10
        time.sleep(0.005)
    fault("fail_with", 0)
    client.wait_message(topic("air/temperature"), since=client.mark(), timeout=60)
    wait_running(client, "air")
    online, values, falls = True, 0, 0
    for message in client.messages[since:]:
        if message.topic == topic("air/availability"):
            falls += online and message.text == "offline"
            online = message.text == "online"
        elif message.topic == topic("air/temperature"):
            values += 1
            assert message.text == "25.08", message
        elif message.topic == topic("air/pressure"):
            assert abs(float(message.text) * 100 - 100653) <= 1, message
    print(f"{injected} transfers failed, {falls} times offline, {values} values")
    # A busy machine tries less often within the interval. The long run (tests/soak/run machine) wants the whole of it.
    assert injected > 10 and values > 5 * SECONDS and falls <= (3 if LONG else values // 15), (injected, falls, values)
    health = client.wait_message(topic("health"), lambda m: m.json["components"]["air"]["errors"] > 10, since, timeout=60).json
    print(health["components"]["air"])
    assert len(host.lines) < 20, "each error is a line in the log"
    host.stop_cleanly()


main(run, __doc__)
