"""Ctrl-C or SIGTERM for the whole process group while the plugins describe themselves: a quiet end, and no plugin has crashed."""

import os
import signal

from harness import Scenario, main

DESCRIPTOR = """
device: { id: house }
components: { dial: { type: dial } }
"""


def state(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "gone"


def hold_child(host):
    """Stops the process in which the plugins describe themselves; None when it was missed."""
    while host.running() and "runs 1 component" not in host.text():
        try:
            with open(f"/proc/{host.pid}/task/{host.pid}/children") as file:
                children = file.read().split()
            if not children:
                continue
            child = int(children[0])
            os.kill(child, signal.SIGSTOP)
        except OSError:
            continue
        while (now := state(child)) not in "TZ" and now != "gone":
            pass
        if now == "T":
            return child
    return None


def run(s: Scenario):
    for number in (signal.SIGTERM, signal.SIGINT):
        for _ in range(50):
            host = s.host(DESCRIPTOR)
            if child := hold_child(host):
                break
            host.stop_cleanly()
        assert child, "the child was missed each time"
        os.killpg(host.pid, number)
        os.kill(child, signal.SIGCONT)
        code = host.wait_exit()
        assert code == 0, f"{number!r}: exit code {code}\n{host.text()}"
        for word in ("crashed", "error", "warning", "house.yaml", "device house runs"):
            assert word not in host.text(), f"{number!r}: {host.text()}"


main(run, __doc__)
