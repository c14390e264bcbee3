"""A component that crashes the host three times within ten minutes is not started any more, the others are, until its settings or its
plugin change or somebody asks for it. With --safe none is started, and single ones can be."""

import os
import shutil
import signal

from harness import Scenario, main, simulated, topic

quarantined = lambda m: m.json["state"] == "quarantined"


def descriptor(switch, comment="", extra=""):
    return simulated(["PUMP"]) + f"""
components:
  pump: {{ type: relay, line: PUMP }}
  bad: {{ type: crasher, in: start, broken_while: {switch}{extra} }}
  good: {{ type: crasher, broken_while: {switch} }}
  misset: {{ type: faulty, settings_wrong: true }}
  {comment}
"""


def crash(s, client, times):
    for _ in range(times):
        host = s.host()
        host.expected_exits.add(-signal.SIGSEGV)
        assert host.wait_exit() == -signal.SIGSEGV
        assert "crashed in component bad" in host.text()
    client.forget()


def start(s, client):
    host = s.host()
    client.wait_state(topic("status"), "online")
    client.wait_state(topic("pump/availability"), "online")
    return host


def stop(host, client):
    host.stop_cleanly()
    client.wait_state(topic("status"), "offline")
    client.forget()


def run(s: Scenario):
    if s.sanitized():
        print("skipped: a sanitizer handles crashes itself")
        return
    s.broker()
    client = s.client()
    # A copy of the plugin, so that it can be replaced.
    folder = os.path.join(s.folder, "plugins")
    os.mkdir(folder)
    original = next(each for each in s.plugin_folders if os.path.exists(os.path.join(each, "probe.so")))
    shutil.copy(os.path.join(original, "probe.so"), folder)
    s.plugin_folders[s.plugin_folders.index(original)] = folder
    switch = os.path.join(s.folder, "broken")
    open(switch, "w").close()

    s.write_descriptor(descriptor(switch))
    crash(s, client, 3)
    since = client.mark()
    host = start(s, client)
    event = client.wait_message(topic("event/component_crashed"), since=since).json
    assert event["component"] == "bad" and event["crashes"] == 3 and event["quarantined"] is True, event
    reason = client.wait_state(topic("bad/status"), quarantined).json["reason"]
    for word in ("3 times within 10 minutes", 'SIGSEGV in "start"', "request/retry"):
        assert word in reason, reason
    client.wait_state(topic("bad/availability"), "offline")
    client.wait_state(topic("good/availability"), "online")
    assert client.command(topic("pump/set"), "ON")["ok"]
    answer = client.command(topic("bad/set"), "ON")
    assert answer["error"]["code"] == "unavailable" and "quarantined" in answer["error"]["message"], answer
    health = client.command(topic("request/health"))["data"]
    assert health["components"]["bad"]["state"] == "quarantined", health["components"]
    stop(host, client)

    # Who asks for a restart wants it to run.
    host = start(s, client)
    client.wait_state(topic("bad/status"), quarantined)
    os.remove(switch)
    assert client.command(topic("request/restart-component"), '{"component":"bad"}')["status"] == "ok"
    client.wait_state(topic("bad/availability"), "online")
    stop(host, client)
    open(switch, "w").close()
    crash(s, client, 3)

    # Another start and other changes do not end it.
    s.write_descriptor(descriptor(switch, comment="# nothing that the plugin sees"))
    host = start(s, client)
    client.wait_state(topic("bad/status"), quarantined)

    # What is asked for.
    answer = client.command(topic("request/retry"), '{"component":"bda"}')
    assert answer["error"]["code"] == "unknown_component" and 'did you mean "bad"' in answer["error"]["message"], answer
    for wrong in ("", '{"component":7}'):
        assert client.command(topic("request/retry"), wrong)["error"]["code"] == "bad_arguments"
    assert client.command(topic("request/retry"), '{"component":"pump"}')["data"]["state"] == "running"
    os.remove(switch)
    answer = client.command(topic("request/retry"), '{"component":"bad"}')
    assert answer["status"] == "ok" and answer["data"] == {"component": "bad", "state": "starting"}, answer
    client.wait_state(topic("bad/availability"), "online")
    assert client.command(topic("bad/set"), "ON")["ok"]
    # What is failed for ever is tried too, and fails for the same reason.
    client.wait_state(topic("misset/status"), lambda m: m.json["state"] == "failed")
    since = client.mark()
    assert client.command(topic("request/retry"), '{"component":"misset"}')["status"] == "ok"
    client.wait_message(topic("misset/status"), lambda m: m.json["state"] == "starting", since)
    client.wait_state(topic("misset/status"), lambda m: m.json["state"] == "failed" and "settings_wrong" in m.json["reason"])
    stop(host, client)
    host = start(s, client)
    client.wait_state(topic("bad/availability"), "online")
    stop(host, client)

    # Changed settings end it.
    open(switch, "w").close()
    crash(s, client, 3)
    host = start(s, client)
    client.wait_state(topic("bad/status"), quarantined)
    stop(host, client)
    os.remove(switch)
    s.write_descriptor(descriptor(switch, extra=", how: abort"))
    host = start(s, client)
    client.wait_state(topic("bad/availability"), "online")
    host.wait_line("bad: its settings or its plugin have changed")
    stop(host, client)

    # So does another plugin. A trailing byte is enough to be another file.
    s.write_descriptor(descriptor(switch))
    open(switch, "w").close()
    crash(s, client, 3)
    host = start(s, client)
    client.wait_state(topic("bad/status"), quarantined)
    stop(host, client)
    with open(os.path.join(folder, "probe.so"), "ab") as file:
        file.write(b"\n")
    os.remove(switch)
    host = start(s, client)
    client.wait_state(topic("bad/availability"), "online")
    stop(host, client)

    # --safe: nothing of any plugin runs, but the device can be reached.
    open(switch, "w").close()
    host = s.host(arguments=["--safe"])
    client.wait_state(topic("status"), "online")
    for name in ("pump", "bad", "good", "misset"):
        reason = client.wait_state(topic(f"{name}/status"), lambda m: m.json["state"] == "stopped").json["reason"]
        assert "--safe" in reason and "request/retry" in reason, reason
        client.wait_state(topic(f"{name}/availability"), "offline")
    host.wait_line("none is started")
    answer = client.command(topic("pump/set"), "ON")
    assert answer["error"]["code"] == "unavailable" and "--safe" in answer["error"]["message"], answer
    assert client.command(topic("request/retry"), '{"component":"pump"}')["status"] == "ok"
    client.wait_state(topic("pump/availability"), "online")
    assert client.command(topic("pump/set"), "ON")["ok"]
    assert client.state(topic("bad/availability")) == "offline"
    # What was asked for is not held again when it is changed.
    s.write_descriptor(descriptor(switch).replace("line: PUMP }", "line: PUMP, restore: off }"))
    assert client.command(topic("request/reload"))["status"] == "ok"
    client.wait_state(topic("pump/availability"), "online")
    assert client.command(topic("pump/set"), "ON")["ok"]
    assert client.state(topic("bad/availability")) == "offline"
    stop(host, client)


main(run, __doc__)
