"""A simulated BMP280 goes through the real driver: plausible values appear as retained bare numbers."""

import re

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(chips=[("i2c-1", 0x76, "bmp280", {"temperature": 21.5, "pressure": 1013.25})]) + """
components:
  air: { type: bmp280, bus: i2c-1, address: 0x76, interval: 100ms }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("status"), "online")
    client.wait_state(topic("air/availability"), "online")
    client.wait_state(topic("air/status"), lambda m: m.json["state"] == "running")
    temperature = client.wait_state(topic("air/temperature"))
    pressure = client.wait_state(topic("air/pressure"))

    assert re.fullmatch(r"-?\d+\.\d\d", temperature.text), f"two digits after the point, found {temperature.text}"
    assert re.fullmatch(r"\d+\.\d\d", pressure.text), pressure.text
    assert abs(float(temperature.text) - 21.5) < 0.1, temperature.text
    assert abs(float(pressure.text) - 1013.25) < 0.5, pressure.text

    # Retained: a client that comes later gets them at once, marked as retained.
    late = s.client()
    for name in ("status", "air/availability", "air/status", "air/temperature", "air/pressure"):
        assert late.wait_state(topic(name)).retain, f"{name} is not retained"
    info = late.wait_state(topic("info")).json
    assert "air" in str(info), info
    host.stop_cleanly()


main(run, __doc__)
