"""The history of a logger has random bytes over some of its pages: the logger starts all the same, moves the file aside, takes over what can be
read, says so on its topic, and goes on. So it does when the first page, with the schema, is hit, too."""

import contextlib
import glob
import json
import os
import random
import re
import sqlite3
import time

from harness import Scenario, main

HUB = """
components:
  history: { type: logger, batch_time: 20ms, interval: 1s, messages: [noise/#] }
"""
PAGE = 4096
SERIES, SAMPLES, MESSAGES = 20, 20, 600


def history(s, *words, check=True):
    return s.m2ag("history", "--config", os.path.join(s.folder, "hub.yaml"), *words, check=check).stdout


def publish_all(client, first):
    for number in range(first, first + SAMPLES):
        for series in range(SERIES):
            client.publish(f"m2ag/source/s{series}/value", f"{number}")


def kept(s):
    """Values by series; each must be one that was published."""
    rows = [line.split(",") for line in history(s, "export", "--series", "source/#", check=False).splitlines()[1:]]
    values = {}
    for row in rows:
        values.setdefault(row[0], []).append(int(float(row[4])))
    return values


def eventually(condition, what, timeout=60):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def damage(path, pages):
    with open(path, "r+b") as file:
        for page in pages:
            file.seek(page * PAGE)
            file.write(random.randbytes(PAGE))


def roots(path):
    """The first page of each table: with one of them all of that table is lost (docs/history.md)."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        return {row[0] - 1 for row in database.execute("SELECT rootpage FROM sqlite_master")}


def copies(s):
    return [each for each in glob.glob(f"{s.folder}/history.db.corrupt-*") if not each.endswith("-wal")]


def run(s: Scenario):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    random.seed(seed)
    s.broker()
    s.m2ag("cert", "client", "hub", "--dir", s.tls)
    client = s.client()
    hub = s.host(HUB, device="hub")
    client.wait_state("m2ag/hub/history/availability", "online")
    path = os.path.join(s.folder, "history.db")
    for number in range(MESSAGES):
        client.publish(f"noise/{number % 7}", "n" * 300)
    eventually(lambda: json.loads(history(s, "--json", "stats"))["messages"] == MESSAGES, "the messages")

    for round, first in enumerate((1000, 2000, 3000)):
        publish_all(client, first)
        last = lambda: {values[-1] for values in kept(s).values()}
        eventually(lambda: last() == {first + SAMPLES - 1} and len(kept(s)) == SERIES, f"the samples from {first} on")
        before = kept(s)
        # Killed once it has all in the file: then it looks the file through.
        hub.crash()
        history(s, "vacuum")
        client.wait_state("m2ag/hub/status", "offline")
        hub = s.host(device="hub")
        hub.wait_line("history: connected to")
        hub.crash()
        client.wait_state("m2ag/hub/status", "offline")
        pages = os.path.getsize(path) // PAGE
        hit = random.sample(sorted(set(range(1, pages)) - roots(path)), pages // 10) + ([0] if round == 1 else [])
        damage(path, hit)
        client.forget()
        hub = s.host(device="hub")
        line = hub.wait_line(r"the history is damaged|is not a database|malformed")
        told = client.wait_message("m2ag/hub/history/problem").text
        assert "moved to" in told and "salvaged:" in told and re.search(r"corrupt-\d{8}T\d{6}Z", told), told
        assert told in line, (told, line)
        hub.wait_line("history: connected to")
        assert len(copies(s)) == round + 1, copies(s)
        after = kept(s)
        for name, values in after.items():
            assert set(values) <= set(before.get(name, [])), f"{name}: {sorted(set(values) - set(before.get(name, [])))} were never published"
        left = json.loads(history(s, "--json", "stats"))["messages"]
        print(f"round {round}: {len(hit)} of {pages} pages; of {sum(map(len, before.values()))} samples {sum(map(len, after.values()))}, "
              f"of {MESSAGES} messages {left} are left")
        assert left > MESSAGES // 4 and sum(map(len, after.values())) > 0
    hub.stop_cleanly()


main(run, __doc__)
