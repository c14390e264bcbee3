"""A relay on a line of the kernel: commands move it, a start restores it, a stop makes it safe, and trouble with the line is told."""

import subprocess

from machine import Scenario, Wire, main, topic, wait_failed, wait_running

DESCRIPTOR = """\
components:
  pump: { type: relay, line: RELAY0, restore: last }
  heater: { type: relay, line: { chip: board, offset: 1 }, active_low: true, restore: on, safe: { state: on } }
  typo: { type: relay, line: RELAY7 }
  rival: { type: relay, line: SWITCH1 }
"""


def run(s: Scenario):
    pump, heater = Wire(0), Wire(1)
    holder = subprocess.Popen(["gpioset", "--mode=signal", "board", "5=0"])
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    wait_failed(client, "typo", "no GPIO line RELAY7, did you mean RELAY0?", "SWITCH0")
    wait_failed(client, "rival", "line SWITCH1 (gpiochip0 [board] 5) is busy: held by \"gpioset\"")
    wait_running(client, "pump")
    wait_running(client, "heater")
    assert (pump.level(), heater.level()) == (0, 0)
    client.wait_state(topic("heater/state"), "ON")

    # What holds the line of the other component ends: it is had at the next try.
    holder.terminate()
    holder.wait()
    wait_running(client, "rival")

    for word, level in (("ON", 1), ("OFF", 0), ("toggle", 1), ("ON", 1)):
        assert client.command(topic("pump/set"), word)["ok"] is True
        assert pump.level() == level
        client.wait_state(topic("pump/state"), "ON" if level else "OFF")
    assert client.command(topic("heater/set"), "OFF")["ok"] is True
    assert heater.level() == 1
    lines = subprocess.run(["gpioinfo", "board"], capture_output=True, text=True, check=True).stdout
    assert '"house/pump"' in lines, lines

    # gpio-sim goes back to its resistor as soon as the line is let go; the safe state before that is what was published last.
    host.stop_cleanly()
    client.wait_state(topic("pump/state"), "OFF")
    client.wait_state(topic("heater/state"), "ON")

    client.forget()
    host = s.host()
    wait_running(client, "pump")
    client.wait_state(topic("pump/state"), "ON")
    assert (pump.level(), heater.level()) == (1, 0)
    host.stop_cleanly()


main(run, __doc__)
