"""The terminal goes away (SIGHUP): the host stops as when it is told to, with its outputs in their safe state; with nohup it goes on."""

import signal

from harness import Host, Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP", "VENT"]) + """
components:
  pump: { type: relay, line: PUMP }
  vent: { type: relay, line: VENT, safe: { state: on } }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("vent/state"), "OFF")
    assert client.command(topic("pump/set"), "ON")["ok"]
    host.signal(signal.SIGHUP)
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
