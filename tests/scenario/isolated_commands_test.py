"""A component with `isolation: process` behaves at its topics as any other: commands and refusals are answered once, registers and the last
state survive restarts, a reload exchanges it alone. Its process goes with the host, however that ends."""

import os
import signal
import time

from harness import Scenario, main, simulated, topic


def descriptor(isolated="isolation: process, ", max_on="", lines=("PUMP", "VENT"), extra=""):
    return simulated(lines) + f"""
components:
  pump: {{ type: relay, line: PUMP, restore: last, {isolated}{max_on}publish_json: true }}
  vent: {{ type: relay, line: VENT, restore: off }}
  {extra}
"""


def children(pid):
    """The processes of isolated components of this host."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat") as file:
                parent = int(file.read().rsplit(")", 1)[1].split()[1])
            with open(f"/proc/{entry}/cmdline") as file:
                words = file.read().split("\0")
        except (OSError, ValueError, IndexError):
            continue
        if parent == pid and "isolated" in words:
            found.append(int(entry))
    return found


def gone(pid):
    """Not there, or only waiting to be noticed by whoever inherited it."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] in "ZX"
    except OSError:
        return True


def until(what, condition, timeout=20.0):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {timeout} s"
        time.sleep(0.02)


def once(client, since, count=1):
    """As many answers as were asked for, when all that could come has come."""
    assert client.command(topic("request/info"))["status"] == "ok"
    replies = client.seen(topic("pump/reply"), since)
    assert len(replies) == count, [m.text for m in replies]


def commands(client):
    since = client.mark()
    assert client.command(topic("pump/set"), "ON")["ok"]
    client.wait_state(topic("pump/state"), "ON")
    assert client.command("m2ag/all/pump/state/set", "OFF")["ok"]
    client.wait_state(topic("pump/state"), "OFF")
    once(client, since, 0)
    for name, payload, code in (("set", "maybe", "wrong_type"), ("nothing/set", "1", "unknown_channel"),
                                ("nothing/run", "", "unknown_command"), ("config/nothing/set", "1", "unknown_register")):
        since = client.mark()
        answer = client.command(topic(f"pump/{name}"), payload)
        assert answer["error"]["code"] == code, answer
        client.wait_message(topic("pump/reply"), since=since)
        once(client, since)
    since = client.mark()
    client.publish(topic("pump/set"), '{"value":"ON","transaction":"seven"}')
    assert client.wait_message(topic("pump/reply"), since=since).json == {"ok": True, "command": "set", "transaction": "seven"}
    once(client, since)
    assert client.wait_state(topic("pump/json")).json["state"] in (True, "ON")


def registers(client):
    assert client.command(topic("pump/config/max_on/set"), "10m")["ok"]
    client.wait_state(topic("pump/config/max_on"), "10m")
    row = lambda: next(each for each in client.command(topic("request/registers"), '{"component":"pump"}')["data"] if each["register"] == "max_on")
    until("the list of registers", lambda: row()["value"] == "10m" and row()["set"])
    for wrong in ('{"component":"pump","register":"nothing"}', '{"component":"pump","what":7}'):
        since = client.mark()
        assert client.command(topic("request/reset-register"), wrong)["status"] == "error"
        assert client.command(topic("request/info"))["status"] == "ok"
        assert len(client.seen(client.reply_topic, since)) == 2, "answered twice"
    assert client.command(topic("request/reset-register"), '{"component":"pump","register":"max_on"}')["status"] == "ok"
    client.wait_state(topic("pump/config/max_on"), lambda m: m.text != "10m")
    assert client.command(topic("pump/config/max_on/set"), "20m")["ok"]
    client.wait_state(topic("pump/config/max_on"), "20m")


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(descriptor())
    client.wait_state(topic("pump/availability"), "online")
    client.wait_state(topic("vent/availability"), "online")
    [process] = children(host.pid)
    commands(client)
    registers(client)

    # Neither reaches the other, and that is known before anything runs.
    good = s.descriptor
    bad = os.path.join(s.folder, "bad.yaml")
    with open(good) as before, open(bad, "w") as after:
        after.write(before.read().replace("line: VENT", "line: VENT, interlock: [pump]"))
    folders = [word for folder in s.plugin_folders for word in ("--plugins", folder)]
    checked = s.m2ag("check", *folders, bad, check=False)
    assert checked.returncode == 1 and "components.vent.interlock[0]" in checked.stdout + checked.stderr, checked

    # What it has saved is its own, over a restart of it and of the host.
    assert client.command(topic("pump/set"), "ON")["ok"]
    since = client.mark()
    assert client.command(topic("request/restart-component"), '{"component":"pump"}')["status"] == "ok"
    client.wait_message(topic("pump/availability"), "offline", since)
    client.wait_state(topic("pump/availability"), "online")
    client.wait_state(topic("pump/state"), "ON")
    assert gone(process) and children(host.pid) != [process]
    host.stop_cleanly()
    client.wait_state(topic("pump/availability"), "offline")
    client.wait_state(topic("pump/status"), lambda m: m.json["state"] == "stopped")
    assert "did not stop" not in host.text(), host.text()
    client.forget()
    host = s.host()
    assert client.wait_message(topic("pump/availability"), "online")
    client.wait_state(topic("pump/state"), "ON")
    assert client.wait_state(topic("pump/config/max_on")).text == "20m"
    [process] = children(host.pid)

    # A reload touches it when something of it changes, and only then.
    s.write_descriptor(descriptor(extra="lamp: { type: lamp }"))
    client.wait_state(topic("lamp/availability"), "online")
    assert children(host.pid) == [process]
    since = client.mark()
    s.write_descriptor(descriptor(max_on="min_off: 1ms, "))
    client.wait_message(topic("pump/availability"), "online", since)
    until("another process", lambda: children(host.pid) not in ([], [process]))
    assert client.command(topic("pump/set"), "ON")["ok"]

    # A host that is killed takes the process with it, in good order.
    [process] = children(host.pid)
    host.crash()
    until("the end of the process", lambda: gone(process))
    client.wait_state(topic("pump/availability"), "offline")
    client.wait_state(topic("status"), "offline")
    client.forget()
    host = s.host()
    client.wait_state(topic("pump/availability"), "online")
    client.wait_state(topic("pump/state"), "ON")

    # The next host may come at once: its process waits for the one before, and no command is answered by two.
    since = client.mark()
    host.crash()
    host = s.host()
    texts = lambda: [m.text for m in client.seen(topic("pump/availability"), since)]
    until("the next process", lambda: "offline" in texts() and texts()[-1] == "online", 40)
    for value in ("OFF", "ON"):
        since = client.mark()
        assert client.command(topic("pump/set"), value)["ok"]
        client.wait_state(topic("pump/state"), value)
        once(client, since, 0)
    assert len(children(host.pid)) == 1

    # A second host on the same device database does not even begin.
    second = s.m2ag(*s.run_arguments(), check=False)
    assert second.returncode == 2 and f"in use by another m2ag (process {host.pid})" in second.stderr, second
    assert client.state(topic("status")) == "online"

    # A process that somebody kills has not crashed; it is started again.
    since = client.mark()
    os.kill(children(host.pid)[0], signal.SIGKILL)
    reason = client.wait_message(topic("pump/status"), lambda m: m.json["state"] == "failed", since).json["reason"]
    assert "SIGKILL" in reason, reason
    client.wait_message(topic("pump/availability"), "offline", since)
    client.wait_message(topic("pump/availability"), "online", since)
    assert not client.seen(topic("event/component_crashed"), since)
    client.wait_message(topic("event/component_recovered"), since=since)

    # Switched off and on again: what was saved moves along.
    s.write_descriptor(descriptor(isolated=""))
    until("no process", lambda: not children(host.pid))
    client.wait_state(topic("pump/availability"), "online")
    assert client.command(topic("request/registers"), '{"component":"pump"}')["status"] == "ok"
    assert client.wait_state(topic("pump/state")).text == "ON" and client.state(topic("pump/config/max_on")) == "20m"
    assert client.command(topic("pump/set"), "OFF")["ok"]
    since = client.mark()
    s.write_descriptor(descriptor())
    until("a process", lambda: children(host.pid))
    client.wait_message(topic("pump/availability"), "online", since)
    assert client.wait_state(topic("pump/state")).text == "OFF" and client.state(topic("pump/config/max_on")) == "20m"

    # Taken out of the descriptor nothing of it stays at the broker.
    s.write_descriptor(descriptor().replace("  pump:", "  # pump:"))
    for each in ("availability", "status", "state", "config/max_on", "json"):
        client.wait_state(topic(f"pump/{each}"), "")
    assert not children(host.pid)
    host.stop_cleanly()


main(run, __doc__)
