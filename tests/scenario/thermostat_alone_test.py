"""A thermostat regulates without any broker: a simulated sensor that drifts around the target, a relay, and the database as the only witness."""

import os
import sqlite3
import time

from harness import Scenario, main, simulated

DESCRIPTOR = "device: { id: house }\n" + simulated(
    lines=["HEATER"], chips=[("i2c-1", 0x76, "bmp280", {"temperature": 20, "temperature_drift": 5, "period": "3s"})]) + """
components:
  air: { type: bmp280, bus: i2c-1, interval: 100ms }
  heater: { type: relay, line: HEATER, restore: last }
  heating: { type: thermostat, sensor: air/temperature, output: heater, target: 20, hysteresis: 2 }
  fan:
    type: condition
    inputs: { t: air/temperature }
    formula: t > 20
"""


def run(s: Scenario):
    host = s.host(DESCRIPTOR)
    path = os.path.join(s.folder, "house.state.db")
    changes, last = [], None
    deadline = time.monotonic() + 60
    while len(changes) < 5:
        assert host.running(), host.text()
        assert time.monotonic() < deadline, f"the heater only did {changes}\n{host.text()}"
        time.sleep(0.05)
        if not os.path.exists(path):
            continue
        try:
            row = sqlite3.connect(path, timeout=5).execute("SELECT value FROM memory WHERE component='heater' AND key='state'").fetchone()
        except sqlite3.OperationalError:  # no table yet
            continue
        if row and row[0] != last:
            last = row[0]
            changes.append(last)
    assert set(changes) == {"true", "false"}, changes
    host.stop_cleanly()
    assert "without a broker" in host.text()


main(run, __doc__)
