"""The plugin `system` in the real host: load, memory and disk of this machine arrive as retained numbers that agree with /proc."""

import re

from harness import Scenario, main, topic

DESCRIPTOR = """
components:
  machine: { type: system, interval: 200ms }
  nowhere: { type: system, interval: 200ms, disk: /no/such/folder }
"""


def meminfo():
    with open("/proc/meminfo", encoding="ascii") as file:
        return {line.split(":")[0]: float(line.split()[1]) for line in file}


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("machine/availability"), "online")
    load = client.wait_state(topic("machine/load-1m"))
    used = client.wait_state(topic("machine/memory-used"))
    available = client.wait_state(topic("machine/memory-available"))
    uptime = client.wait_state(topic("machine/uptime"))
    usage = client.wait_state(topic("machine/cpu-usage"))  # from the second sample on
    disk = client.wait_state(topic("machine/disk-used"))

    assert re.fullmatch(r"\d+\.\d\d", load.text), load.text
    memory = meminfo()
    expected = 100 * (1 - memory["MemAvailable"] / memory["MemTotal"])
    assert abs(float(used.text) - expected) < 25, f"expected about {expected:.1f} %, found {used.text}"
    assert 0 < float(available.text) <= memory["MemTotal"] / 1024, available.text
    with open("/proc/uptime", encoding="ascii") as file:
        now = float(file.read().split()[0])
    assert now - 300 < float(uptime.text) <= now + 1, f"expected about {now} s, found {uptime.text}"
    assert 0 <= float(usage.text) <= 100, usage.text
    assert 0 <= float(disk.text) <= 100, disk.text
    late = s.client()
    for name in ("load-1m", "memory-used", "disk-free"):
        assert late.wait_state(topic("machine/" + name)).retain, f"{name} is not retained"

    # What cannot be read is said, and no number comes of it.
    client.wait_state(topic("nowhere/availability"), "offline")
    client.wait_state(topic("nowhere/status"),
                      lambda m: "/no/such/folder: No such file or directory" in m.json.get("reason", ""))
    host.stop_cleanly()


main(run, __doc__)
