"""A bus hangs (a transfer that does not come back): its component is stuck and says so, and nobody else is late. When the bus is back, so is
the component."""

import time

from machine import LONG, SIM_BUS, STUB_BUS, Scenario, Wire, fault, main, topic, transfers, wait_running

SECONDS = 30 if LONG else 12  # a call is stuck after 10 s
DESCRIPTOR = f"""\
components:
  hung: {{ type: bmp280, bus: {SIM_BUS}, address: 0x76, interval: 200ms }}
  air: {{ type: bmp280, bus: {STUB_BUS}, address: 0x76, interval: 200ms }}
  pump: {{ type: relay, line: RELAY0 }}
"""
LATE = 1.0  # seconds, on a machine emulated at a tenth of its speed


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    for name in ("hung", "air", "pump"):
        wait_running(client, name)

    before = transfers()
    fault("delay_us", SECONDS * 1_000_000)
    deadline = time.monotonic() + 20
    while transfers() == before:
        assert time.monotonic() < deadline, "no transfer began"
    begin = time.monotonic()
    fault("delay_us", 0)  # the one that has begun hangs
    since = client.mark()
    slowest, word = 0.0, "OFF"
    while time.monotonic() - begin < SECONDS - 0.5:
        sent = time.monotonic()
        word = "ON" if word == "OFF" else "OFF"
        assert client.command(topic("pump/set"), word)["ok"] is True
        slowest = max(slowest, time.monotonic() - sent)
        assert Wire(0).level() == (word == "ON")
    stuck = client.wait_state(topic("hung/status"), lambda m: m.json["state"] == "stuck")
    assert '"sample" has been running for' in stuck.json["reason"], stuck
    samples = [m.time for m in client.seen(topic("air/temperature"), since)]
    longest = max(later - earlier for earlier, later in zip(samples, samples[1:]))
    print(f"hung for {SECONDS} s: slowest command {slowest * 1000:.0f} ms, {len(samples)} samples of the other bus, "
          f"longest gap {longest * 1000:.0f} ms, stuck after {stuck.time - begin:.1f} s")
    assert slowest < LATE and longest < LATE and len(samples) > 0.8 * SECONDS / 0.2

    client.wait_message(topic("hung/temperature"), "25.08", client.mark(), timeout=60)
    wait_running(client, "hung")
    assert not client.seen(topic("air/status"), since) and not client.seen(topic("pump/status"), since)
    host.stop_cleanly()


main(run, __doc__)
