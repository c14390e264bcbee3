"""The disk is full when the host starts: the device works, restores what can be read, says that it cannot save, and saves once it can."""

import resource

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP", "VALVE"]) + """
components:
  pump: { type: relay, line: PUMP, restore: last }
  valve: { type: relay, line: VALVE, restore: last }
"""
NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def on_full_disk(s):
    """A host of which no file may grow; the signal of it is ignored in here and so in its children."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        return s.host()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, NO_LIMIT)


def run(s: Scenario):
    s.broker()
    client = s.client()
    s.write_descriptor(DESCRIPTOR)

    # No file at all yet.
    host = on_full_disk(s)
    client.wait_state(topic("pump/state"), "OFF")
    host.wait_line(r"house\.state\.db: cannot open the device database.*runs on")
    answer = client.command(topic("pump/set"), "ON")
    assert answer["ok"] is False and answer["error"]["code"] == "not_saved", answer
    client.wait_state(topic("pump/state"), "ON")

    # There is room: what waits is saved, and what is saved from now on is answered ok.
    resource.prlimit(host.pid, resource.RLIMIT_FSIZE, NO_LIMIT)
    host.wait_line(r"state\.db.* can be written again", timeout=90)
    assert client.command(topic("valve/set"), "ON")["ok"]
    host.crash()
    client.wait_state(topic("status"), "offline")

    # The file and its log are there: they are read although nothing can be written.
    client.forget()
    host = on_full_disk(s)
    client.wait_state(topic("status"), "online")
    assert client.wait_message(topic("pump/state")).text == "ON"
    assert client.wait_message(topic("valve/state")).text == "ON"
    assert client.command(topic("valve/set"), "OFF")["error"]["code"] == "not_saved"
    resource.prlimit(host.pid, resource.RLIMIT_FSIZE, NO_LIMIT)
    host.wait_line(r"state\.db.* can be written again", timeout=90)
    host.stop_cleanly()
    client.forget()
    host = s.host()
    client.wait_state(topic("status"), "online")
    assert client.wait_message(topic("valve/state")).text == "OFF"
    assert client.wait_message(topic("pump/state")).text == "ON"
    host.stop_cleanly()


main(run, __doc__)
