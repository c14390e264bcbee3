"""The broker dies and comes back with nothing remembered: meanwhile the device goes on; then the state is right and commands arrive."""

import time

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP", "DOOR"], chips=[("i2c-1", 0x76, "bmp280", {})]) + """
components:
  air: { type: bmp280, bus: i2c-1, interval: 100ms }
  pump: { type: relay, line: PUMP }
  magnet: { type: simulated_line, line: DOOR, active_low: true, every: 400ms, press_for: 100ms }
  door: { type: gpio_switch, line: DOOR, bias: pull-up, active_low: true }
  beat: { type: sleeper, interval: 100ms }
  dial: { type: dial }
"""
STATES = ("air/temperature", "air/pressure", "air/availability", "pump/state", "pump/availability", "door/state", "dial/level", "dial/mode", "info")


def outage(s, client, host, end):
    broker = s.brokers[0]
    client.command(topic("dial/level/set"), "42")
    client.command(topic("pump/set"), '{"value": "ON", "for": "1s"}')
    client.wait_state(topic("pump/state"), "ON")
    before = int(client.wait_state(topic("beat/samples")).text)
    since = host.mark()
    end()
    client.wait_disconnected()
    host.wait_line("MQTT connection to .* lost", since=since)
    gone = time.monotonic()
    client.forget()

    broker.start()
    client.wait_connected()
    client.wait_state(topic("status"), "online", timeout=40)
    for path in STATES:
        client.wait_state(topic(path))
    client.wait_state(topic("pump/state"), "OFF")
    client.wait_state(topic("dial/level"), "42.0")
    first = int(client.seen(topic("beat/samples"))[0].text)
    away = client.seen(topic("beat/samples"))[0].time - gone
    assert first - before >= away / 0.1 * 0.5, f"{first - before} samples in {away:.1f} s without a broker"

    # Subscriptions are back, each of them.
    assert client.command(topic("pump/state/set"), "ON")["ok"]
    assert client.command(topic("pump/set"), "OFF")["ok"]
    assert client.command(topic("dial/add/run"), '{"left": 1}')["ok"]
    client.publish("m2ag/all/dial/level/set", "43")
    client.wait_state(topic("dial/level"), "43.0")
    client.wait_message(topic("door/event"), "press", since=client.mark())
    client.wait_state(topic("beat/samples"), lambda m: int(m.text) > first)


def run(s: Scenario):
    broker = s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("status"), "online")
    client.wait_state(topic("beat/samples"))
    outage(s, client, host, broker.kill)
    outage(s, client, host, broker.stop)


main(run, __doc__)
