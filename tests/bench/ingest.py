"""How fast the logger of a hub stores what devices publish at full speed, beside a bare libmosquitto subscriber that only counts and a
logger of a page of Python: same broker, same publisher, one after the other."""

import json
import os
import subprocess
import sys
import time

from harness import Process

HERE = os.path.dirname(os.path.abspath(__file__))
HUB = "components:\n  history: { type: logger, interval: 1s }\n"
TOPICS = 1000
# A broker that drops nothing: how much waits is the subscriber's doing, and what is measured.
BROKER = "\nmax_queued_messages 0\n"
PATIENCE = 3600


def tls_arguments(s, name):
    return ["--port", str(s.brokers[0].port), "--ca", f"{s.tls}/ca.crt", "--cert", f"{s.tls}/{name}.crt", "--key", f"{s.tls}/{name}.key"]


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def publisher(s, programs, messages):
    return subprocess.Popen([os.path.join(programs, "bench_publish"), *tls_arguments(s, "observer"), "--messages", str(messages), "--topics", str(TOPICS)],
                            stdout=subprocess.PIPE, text=True)


def finished(process):
    out, _ = process.communicate(timeout=PATIENCE)
    if process.returncode != 0:
        raise RuntimeError(f"bench_publish ended with {process.returncode}")
    return json.loads(out)


def by_program(s, programs, messages, command):
    """One that says "ready", then a line of JSON."""
    other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if other.stdout.readline().strip() != "ready":
        raise RuntimeError(f"{command[0]} did not start")
    source = publisher(s, programs, messages)
    result = json.loads(other.stdout.readline())
    finished(source)
    other.wait(30)
    return {"rate": messages / result["seconds"], "cpu_us": result["cpu_seconds"] / messages * 1e6}


def stored(s, hub):
    """What the channel of the hub's logger says."""
    return int(float(s.hub_client.state("m2ag/hub/history/samples") or 0))


def by_host(s, programs, messages, say=lambda text: None):
    """The rate until everything is stored, and whether all of it is; the file stays for who wants to look into it."""
    s.hub_client = s.client(filters=("m2ag/hub/history/#",))
    hub = s.host(HUB, device="hub")
    s.hub_client.wait_state("m2ag/hub/history/availability", "online")
    before = cpu_seconds(hub.pid)
    rss = 0
    began = time.monotonic()
    source = publisher(s, programs, messages)
    said = began
    # The logger says how much it has each second: no load of its own on two cores. Its own channels are samples too.
    while stored(s, hub) < messages:
        if time.monotonic() - began > PATIENCE or not hub.running():
            raise RuntimeError(f"{stored(s, hub)} of {messages} were stored")
        rss = max(rss, hub.rss_mib())
        if time.monotonic() - said > 30:
            said = time.monotonic()
            say(f"{stored(s, hub):,} of {messages:,} stored")
        time.sleep(0.05)
    seconds = time.monotonic() - began
    # The hub's own channels were counted too: so many of the messages may still be on their way.
    s.hub_client.wait_message("m2ag/hub/history/waiting", "0", s.hub_client.mark())
    cpu = cpu_seconds(hub.pid) - before
    finished(source)
    hub.stop_cleanly()
    path = os.path.join(s.folder, "history.db")
    count = s.m2ag("history", "--file", path, "export", "--series", "+/meter/value", "--output", os.devnull, timeout=PATIENCE).stderr
    return {"rate": messages / seconds, "cpu_us": cpu / messages * 1e6, "rss_mib": rss, "stored": int(count.split(" samples of")[0].split()[-1]),
            "bytes": os.path.getsize(path) / messages}


def measure(s, programs, messages, say):
    s.broker(extra=BROKER)
    s.m2ag("cert", "client", "hub", "--dir", s.tls)
    result = {"messages": messages}
    say(f"ingest: {messages:,} messages to a subscriber that counts")
    result["count"] = by_program(s, programs, messages, [os.path.join(programs, "bench_count"), *tls_arguments(s, "hub"), "--messages", str(messages)])
    say("ingest: to the logger")
    result["host"] = by_host(s, programs, messages, say)
    some = min(messages, 200_000)
    say(f"ingest: {some:,} to a logger in Python")
    result["python"] = by_program(s, programs, some, [sys.executable, os.path.join(HERE, "python_logger.py"), *tls_arguments(s, "hub"), "--messages", str(some),
                                                      "--file", os.path.join(s.folder, "python.db")])
    return result
