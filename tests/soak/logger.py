"""A logger that is killed at random moments under load: what the broker has acknowledged to who published it is in the history, each message
once, and the file is whole after each kill."""

import csv
import io
import os
import sqlite3
import tempfile
import shutil
import threading
import time

import paho.mqtt.client as mqtt
from harness.client import CALLBACKS
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

HUB = """
components:
  history: { type: logger, batch_time: 100ms, interval: 1s }
"""
SERIES, RATE = 10, 2000  # messages a second, about
LONGEST = 1.5  # seconds from one start to the kill


class Publisher(threading.Thread):
    """Numbers from 0 on, each series its own, with a time of its own each."""

    def __init__(self, broker, tls):
        super().__init__(daemon=True)
        self.stopped, self.sent = threading.Event(), [0] * SERIES
        self.client = mqtt.Client(*CALLBACKS, "publisher", protocol=mqtt.MQTTv5)
        self.client.tls_set(f"{tls}/ca.crt", f"{tls}/observer.crt", f"{tls}/observer.key")
        self.client.max_inflight_messages_set(1000)
        self.client.connect("localhost", broker.port)
        self.client.loop_start()

    def run(self):
        began, last = time.monotonic(), None
        while not self.stopped.is_set():
            behind = (time.monotonic() - began) * RATE - sum(self.sent)
            if behind < 1:
                self.stopped.wait(0.005)
                continue
            for _ in range(int(behind)):
                series = sum(self.sent) % SERIES
                properties = Properties(PacketTypes.PUBLISH)
                properties.UserProperty = ("time", str(int(time.time() * 1000) // 1000 * 1000 + self.sent[series] % 1000))
                last = self.client.publish(f"m2ag/source/s{series}/value", str(self.sent[series]), qos=1, properties=properties)
                self.sent[series] += 1
        if last:
            last.wait_for_publish(60)
            assert last.is_published(), "the broker did not acknowledge the last message"
        self.client.disconnect()
        self.client.loop_stop()


def check_file(path):
    """A copy of it: to recover what the kill left is the logger's business."""
    with tempfile.TemporaryDirectory() as copy:
        for each in (path, path + "-wal"):
            if os.path.exists(each):
                shutil.copy(each, copy)
        database = sqlite3.connect(os.path.join(copy, os.path.basename(path)))
        found = database.execute("PRAGMA integrity_check").fetchall()
        database.close()
    assert found == [("ok",)], found


def stored(s, path):
    """The values of each series in the order of the file."""
    done = s.m2ag("history", "--file", path, "export", "--series", "source/#", check=False, timeout=600)
    values = {}
    if done.returncode == 0:
        for row in csv.DictReader(io.StringIO(done.stdout)):
            values.setdefault(row["series"], []).append(int(float(row["value"])))
    return values


def missing(values, sent):
    return sum(sent) - sum(len(each) for each in values.values())


def soak(s, _programs, count, chance):
    broker = s.broker()
    s.m2ag("cert", "client", "hub", "--dir", s.tls)
    client = s.client()
    hub = s.host(HUB, device="hub")
    path = os.path.join(s.folder, "history.db")
    client.wait_state("m2ag/hub/history/availability", "online")
    publisher = Publisher(broker, s.tls)
    publisher.start()
    for number in range(1, count + 1):
        threading.Event().wait(chance.uniform(0, LONGEST))
        hub.crash()
        check_file(path)
        hub = s.host(device="hub")
        s.hosts = [hub]
        if number % 10 == 0 or number == count:
            print(f"soak: {number} kills, {sum(publisher.sent)} messages", flush=True)
    publisher.stopped.set()
    publisher.join()
    end = time.monotonic() + 120
    while missing(stored(s, path), publisher.sent) > 0 and time.monotonic() < end:
        threading.Event().wait(0.5)
    values = stored(s, path)
    for series, sent in enumerate(publisher.sent):
        found = sorted(values.get(f"source/s{series}/value", []))
        lost = sorted(set(range(sent)) - set(found))
        double = len(found) - len(set(found))
        assert not lost and not double, f"s{series}: of {sent} {len(lost)} are missing (first {lost[:3]}), {double} are there twice"
    hub.stop_cleanly()
    check_file(path)
    print(f"soak: {sum(publisher.sent)} messages are in the history, each once")
