"""The device database cannot be written: commands work and say so, the device goes on; and a file that is no database is not destroyed."""

import os
import resource

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP"]) + """
components:
  pump: { type: relay, line: PUMP, restore: last }
  dial: { type: dial }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("pump/state"), "OFF")
    assert client.command(topic("pump/set"), "ON")["ok"]

    # No file of this process may grow: what a full disk does to it.
    resource.prlimit(host.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    answer = client.command(topic("pump/set"), "OFF")
    assert answer["ok"] is False and answer["error"]["code"] == "not_saved", answer
    client.wait_state(topic("pump/state"), "OFF")
    assert client.command(topic("dial/level/set"), "3")["ok"]
    assert host.running()
    host.crash()
    client.wait_state(topic("status"), "offline")

    # What was answered ok survived; what was not saved did not.
    client.forget()
    host = s.host()
    client.wait_state(topic("status"), "online")
    assert client.wait_message(topic("pump/state")).text == "ON"

    # There is room again: what waits is saved by itself.
    resource.prlimit(host.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    assert client.command(topic("pump/set"), "OFF")["error"]["code"] == "not_saved"
    since = host.mark()
    resource.prlimit(host.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    host.wait_line(r"state\.db.* can be written again", timeout=90, since=since)
    host.crash()
    client.wait_state(topic("status"), "offline")
    client.forget()
    host = s.host()
    client.wait_state(topic("status"), "online")
    assert client.wait_message(topic("pump/state")).text == "OFF"
    host.stop_cleanly()

    database = os.path.join(s.folder, "house.state.db")
    with open(database, "rb") as file:
        assert file.read(15) == b"SQLite format 3"
    for file in os.listdir(s.folder):
        if file.startswith("house.state.db-"):
            os.remove(os.path.join(s.folder, file))
    rubbish = b"this was a database once " * 1000
    with open(database, "wb") as file:
        file.write(rubbish)
    host = s.host()
    host.wait_line(r"house\.state\.db")
    code = host.wait_exit() if not host.running() else 0
    host.expected_exits.update((1, 2))
    kept = [name for name in os.listdir(s.folder) if name.startswith("house.state.db") and open(os.path.join(s.folder, name), "rb").read() == rubbish]
    assert kept, f"exit code {code}: the damaged file is gone: {os.listdir(s.folder)}"


main(run, __doc__)
