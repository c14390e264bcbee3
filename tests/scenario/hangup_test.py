"""The terminal goes away (SIGHUP): a host that was started on it stops as when it is told to, with its outputs in their safe state; with
nohup it goes on, and without a terminal SIGHUP means that the descriptor is read again."""

import os
import signal

from harness import Host, Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP", "VENT"]) + """
components:
  pump: { type: relay, line: PUMP }
  vent: { type: relay, line: VENT, safe: { state: on } }
"""


# Its session has no terminal yet: the first one that is opened is it. Its standard input is none, as in a script.
ON_TERMINAL = "import os, sys; os.open(sys.argv[1], os.O_RDWR); os.execv(sys.argv[2], sys.argv[2:])"


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("vent/state"), "OFF")
    host.signal(signal.SIGHUP)
    host.signal(signal.SIGHUP)
    host.wait_line(r"descriptor read again \(signal\): nothing is different")
    assert client.command(topic("pump/set"), "ON")["ok"]
    host.stop_cleanly()
    client.wait_state(topic("status"), "offline")

    master, slave = os.openpty()
    launcher = ["/usr/bin/python3", "-c", ON_TERMINAL, os.ttyname(slave), s.binary]
    host = Host([*launcher, *s.run_arguments()], s.environment, "house")
    s.hosts.append(host)
    client.wait_state(topic("vent/state"), "OFF")
    client.wait_state(topic("status"), "online")
    assert client.command(topic("pump/set"), "ON")["ok"]
    os.close(slave)
    os.close(master)
    code = host.wait_exit()
    assert code == 0, f"exit code {code}"
    client.wait_state(topic("pump/state"), "OFF")
    client.wait_state(topic("vent/state"), "ON")
    client.wait_state(topic("pump/status"), lambda m: m.json["state"] == "stopped")
    client.wait_state(topic("status"), "offline")

    # As nohup starts it.
    host = Host(["/bin/sh", "-c", 'trap "" HUP; exec "$@"', "sh", s.binary, *s.run_arguments()], s.environment, "house")
    s.hosts.append(host)
    client.wait_state(topic("status"), "online")
    host.signal(signal.SIGHUP)
    assert client.command(topic("pump/set"), "ON")["ok"]
    host.stop_cleanly()


main(run, __doc__)
