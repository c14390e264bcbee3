"""A component in a process of its own that does not come back from a call: it is stuck as any other, and then its process is killed, where
a thread would have to be left behind: on request, and when the host stops."""

import os
import signal
import time

from harness import Scenario, main, topic

DESCRIPTOR = """
components:
  slow: { type: sleeper, isolation: process, set: 600s, interval: 1h }
  dial: { type: dial }
"""


def stick(client):
    client.wait_state(topic("slow/availability"), "online")
    client.publish(topic("slow/set"), '{"value":"ON","transaction":"t"}')


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    stick(client)
    host.wait_line(r'slow: "set" takes longer than 1 s')
    stuck = client.wait_state(topic("slow/status"), lambda m: m.json["state"] == "stuck", timeout=30)
    assert '"set" has been running for' in stuck.json["reason"], stuck.text
    answer = client.command(topic("slow/set"), "OFF")
    assert answer["error"]["code"] == "busy", answer
    listed = {each["id"]: each for each in client.command(topic("request/list"))["data"]}
    assert listed["slow"]["state"] == "stuck", listed
    assert client.command(topic("request/retry"), '{"component":"slow"}')["error"]["code"] == "busy"
    assert client.command(topic("dial/set"), "1")["ok"]

    since = client.mark()
    answer = client.command(topic("request/restart-component"), '{"component":"slow"}')
    assert answer["status"] == "ok" and answer["data"]["abandoned"] is False, answer
    host.wait_line("slow: its process did not stop within 4 s: killed")
    client.wait_message(topic("slow/availability"), "offline", since)
    client.wait_message(topic("slow/availability"), "online", since)
    client.wait_state(topic("slow/status"), lambda m: m.json["state"] == "running")

    # A process that stands still as a whole cannot say so: its host notices.
    [process] = [int(each) for each in os.listdir("/proc") if each.isdigit() and parent(each) == host.pid]
    os.kill(process, signal.SIGSTOP)
    try:
        stuck = client.wait_state(topic("slow/status"), lambda m: m.json["state"] == "stuck", timeout=60)
        assert "has said nothing for 20 s" in stuck.json["reason"], stuck.text
        answer = client.command(topic("slow/set"), "OFF")
        assert answer["error"]["code"] == "busy" and "has said nothing" in answer["error"]["message"], answer
    finally:
        os.kill(process, signal.SIGCONT)
    client.wait_state(topic("slow/status"), lambda m: m.json["state"] == "running", timeout=30)

    # A host with such a component ends in time and with nothing left behind.
    client.publish(topic("slow/set"), "ON")
    mark = host.mark()
    host.wait_line(r'slow: "set" takes longer than 1 s', since=mark)
    began = time.monotonic()
    host.stop_cleanly()
    assert time.monotonic() - began < 10
    client.wait_state(topic("slow/availability"), "offline")
    assert client.state(topic("slow/status")) == '{"state":"stopped"}', client.state(topic("slow/status"))

    # So does the process when it is the host that goes.
    client.forget()
    host = s.host()
    stick(client)
    host.wait_line(r'slow: "set" takes longer than 1 s')
    [process] = [int(each) for each in os.listdir("/proc") if each.isdigit() and parent(each) == host.pid]
    host.crash()
    deadline = time.monotonic() + 20
    while parent(process) is not None:
        assert time.monotonic() < deadline, "the process outlives its host"
        time.sleep(0.05)
    client.wait_state(topic("slow/availability"), "offline")


def parent(pid):
    """None when it is gone, or only waits to be noticed."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            state, parent_, *_ = file.read().rsplit(")", 1)[1].split()
        return None if state in "ZX" else int(parent_)
    except OSError:
        return None


main(run, __doc__)
