"""A thermostat made of a sensor and a relay: it regulates, is told another target, goes to its safe state when the sensor is lost or says nothing
any more, and comes back by itself. Who switches its relay by hand is overruled."""

import os
import re

from harness import Scenario, main, simulated, topic

# `knob` is the temperature; `alive` is broken by a file. `room` is offline when either is.
DESCRIPTOR = simulated(lines=["HEATER", "OTHER"]) + """
components:
  knob: {{ type: meter }}
  alive: {{ type: faulty, interval: 100ms, broken_while: {file} }}
  room:
    type: expression
    inputs: {{ t: knob/value, alive: alive/value }}
    formula: t + 0 * alive
    channels: {{ value: {{ unit: °C }} }}
  heater: {{ type: relay, line: HEATER }}
  other: {{ type: relay, line: OTHER }}
  heating: {{ type: thermostat, sensor: room/value, output: heater, target: 20, hysteresis: 1 }}
  slow: {{ type: thermostat, sensor: knob, output: other, target: 20, max_age: 2s }}
  lost: {{ type: thermostat, sensor: rom/value, output: heater }}
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    file = os.path.join(s.folder, "broken")
    host = s.host(DESCRIPTOR.format(file=file))

    # Nothing is measured yet: not online, and the heater is off.
    client.wait_state(topic("heating/availability"), "offline")
    client.wait_state(topic("room/status"), lambda m: m.json.get("reason") == "knob/value has no value yet")
    client.wait_state(topic("lost/status"), lambda m: 'no component "rom", did you mean "room"?' in m.json.get("reason", ""))
    client.wait_state(topic("heater/state"), "OFF")

    # Cold, warm enough, within the band, cold.
    for degrees, state in ((18, "ON"), (20.4, "ON"), (21, "OFF"), (19.6, "OFF"), (19, "ON")):
        assert client.command(topic("knob/set"), str(degrees))["ok"]
        client.wait_state(topic("room/value"), lambda m, degrees=degrees: float(m.text) == degrees)
        client.wait_state(topic("heater/state"), state)
    client.wait_state(topic("heating/availability"), "online")
    client.wait_state(topic("heating/demand"), "ON")

    # Another target, kept over a restart.
    assert client.command(topic("heating/set"), "15")["ok"]
    client.wait_state(topic("heater/state"), "OFF")
    client.wait_state(topic("heating/target"), "15.00")
    assert client.command(topic("heating/set"), "2000")["error"]["code"] == "out_of_range"
    assert client.command(topic("heating/set"), "25")["ok"]
    client.wait_state(topic("heater/state"), "ON")

    # Somebody switches it off.
    since = client.mark()
    assert client.command(topic("heater/set"), "OFF")["ok"]
    client.wait_message(topic("heater/state"), "OFF", since)
    client.wait_state(topic("heater/state"), "ON")

    # The sensor is lost: off at once; it is back: on.
    open(file, "w").close()
    client.wait_state(topic("heater/state"), "OFF")
    client.wait_state(topic("room/status"), lambda m: m.json == {"state": "running", "reason": "alive is offline"})
    client.wait_state(topic("heating/status"), lambda m: m.json.get("reason") == "room is offline; the output is off")
    client.wait_state(topic("heating/availability"), "offline")
    assert client.command(topic("heating/set"), "24")["ok"], "it takes commands meanwhile"
    os.remove(file)
    client.wait_state(topic("heater/state"), "ON")
    client.wait_state(topic("heating/availability"), "online")

    # A value that is too old: nobody says so, the thermostat sees it by itself.
    assert client.command(topic("knob/set"), "10")["ok"]
    client.wait_state(topic("other/state"), "ON")
    client.wait_state(topic("other/state"), "OFF")
    client.wait_state(topic("slow/status"), lambda m: "max_age" in m.json.get("reason", ""))

    # A locked heater refuses; it is asked again.
    assert client.command(topic("heater/lock/run"))["ok"]
    assert client.command(topic("heating/state/set"), "OFF")["ok"], "what the heater says is not the answer"
    host.wait_line(r"heating: heater/state was not switched: the relay is locked")
    assert client.command(topic("heater/unlock/run"))["ok"]
    client.wait_state(topic("heater/state"), "OFF", timeout=30)

    host.stop_cleanly()
    client.forget()
    host = s.host()
    client.wait_state(topic("heating/target"), "24.00")
    client.wait_state(topic("heating/state"), "OFF")
    assert not re.search(r"Traceback|std::", host.text())


main(run, __doc__)
