"""Started with its standard streams closed, the host works as ever: no file of it takes their numbers, no log line lands in a database."""

import os

from harness import Host, Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP"]) + """
components:
  pump: { type: relay, line: PUMP, restore: last }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    s.write_descriptor(DESCRIPTOR)
    host = Host(["/bin/sh", "-c", 'exec "$@" 0<&- 1>&- 2>&-', "sh", s.binary, *s.run_arguments()], s.environment, "house")
    s.hosts.append(host)
    client.wait_state(topic("pump/state"), "OFF")
    assert client.command(topic("pump/set"), "ON")["ok"]
    assert client.command(topic("pump/set"), "perhaps")["ok"] is False  # written to the log
    for number in (0, 1, 2):
        assert os.readlink(f"/proc/{host.pid}/fd/{number}") == "/dev/null"
    host.stop_cleanly()
    client.forget()
    s.host()
    assert client.wait_state(topic("pump/state")).text == "ON"


main(run, __doc__)
