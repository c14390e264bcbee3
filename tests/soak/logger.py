"""A logger under load at whose random moments something breaks: it is killed, the broker is killed, or its disk is full. After each of them
what it has acknowledged to the broker is in the history and the file is whole; at the end each message is there once, and it goes on by itself."""

import contextlib
import csv
import ctypes
import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import paho.mqtt.client as mqtt
from harness.client import CALLBACKS, SturdyMqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from tap import Tap

HUB = """
components:
  history: {{ type: logger, file: "{file}", batch_time: 100ms, interval: 1s, least_free_megabytes: 0 }}
"""
# A broker that comes back with the sessions it had, as it is on a device; what it had not written down by then is lost with it.
BROKER = "\npersistence true\npersistence_location {folder}/\nautosave_interval 1\n"
SERIES = 10
RATE, SLOW_RATE = 2000, 200  # messages a second, about
LONGEST = 1.5  # seconds from one fault to the next, and of each full disk
PATIENCE = 120  # seconds until all of it is there again
SKIPPED = 77  # the exit code
CLONE_NEWNS = 0x00020000
DISK_MB = 64


class Publisher(threading.Thread):
    """Numbers from 0 on, each series its own, with a time of its own each."""

    def __init__(self, broker, tls, rate):
        super().__init__(daemon=True)
        self.rate = rate
        self.stopped, self.sent, self.acknowledged = threading.Event(), [0] * SERIES, 0
        self.client = SturdyMqtt(*CALLBACKS, "publisher", protocol=mqtt.MQTTv5)
        self.client.tls_set(f"{tls}/ca.crt", f"{tls}/observer.crt", f"{tls}/observer.key")
        self.client.max_inflight_messages_set(1000)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_publish = self.on_publish
        self.client.connect("localhost", broker.port)
        self.client.loop_start()

    def on_publish(self, *_):
        self.acknowledged += 1

    def publish(self):
        series = sum(self.sent) % SERIES
        properties = Properties(PacketTypes.PUBLISH)
        properties.UserProperty = ("time", str(int(time.time()) * 1000 + self.sent[series] % 1000))
        self.sent[series] += 1
        return self.client.publish(f"m2ag/source/s{series}/value", str(self.sent[series] - 1), qos=1, properties=properties)

    def run(self):
        began = time.monotonic()
        while not self.stopped.is_set():
            for _ in range(int((time.monotonic() - began) * self.rate) - sum(self.sent)):
                self.publish()
            self.stopped.wait(0.005)

    def finish(self):
        """All of it is with the broker, last of all one more of each series."""
        self.stopped.set()
        self.join()
        for _ in range(SERIES):
            self.publish()
        end = time.monotonic() + PATIENCE
        # What was published without a connection is acknowledged too, but its own object does not say so.
        while self.acknowledged < sum(self.sent):
            assert time.monotonic() < end, f"the broker has acknowledged {self.acknowledged} of {sum(self.sent)} messages"
            time.sleep(0.05)
        self.client.disconnect()
        self.client.loop_stop()


class Bench:
    """The broker, the logger behind the tap, and the publisher."""

    def __init__(self, s, folder, rate=RATE):
        self.s, self.path = s, os.path.join(folder, "history.db")
        self.broker = s.broker(extra=BROKER.format(folder=s.folder))
        s.m2ag("cert", "client", "hub", "--dir", s.tls)
        self.tap = Tap(self.broker, s.tls, "hub")
        text = s.header("hub", url=f"mqtts://localhost:{self.tap.port}") + HUB.format(file=self.path)
        self.hub = s.host(text, device="hub")
        watcher = s.client()
        watcher.wait_state("m2ag/hub/history/availability", "online")
        watcher.close()
        s.clients = []
        self.publisher = Publisher(self.broker, s.tls, rate)
        self.publisher.start()

    def restart(self):
        self.hub = self.s.host(device="hub")
        self.s.hosts = [self.hub]

    def stored(self, path):
        """(topic, payload) of each message, in the order of the file."""
        done = self.s.m2ag("history", "--file", path, "export", "--series", "source/#", check=False, timeout=600)
        return [(f"m2ag/{row['series']}", row["value"]) for row in csv.DictReader(io.StringIO(done.stdout))] if done.returncode == 0 else []

    def check(self, what):
        acknowledged = {each for each in self.tap.acknowledged() if each[0].startswith("m2ag/source/")}
        with self.readable() as path:
            with contextlib.closing(sqlite3.connect(path)) as database:
                found = database.execute("PRAGMA integrity_check").fetchall()
            assert found == [("ok",)], (what, found)
            missing = acknowledged - set(self.stored(path))
        assert not missing, f"{what}: of {len(acknowledged)} that were acknowledged {len(missing)} are missing, among them {sorted(missing)[:3]}"

    @contextlib.contextmanager
    def readable(self):
        """Of a dead logger a copy: to recover what a kill left is the logger's business."""
        if self.hub.running():
            yield self.path
            return
        with tempfile.TemporaryDirectory() as folder:
            for suffix in ("", "-wal"):
                if os.path.exists(self.path + suffix):
                    shutil.copy(self.path + suffix, os.path.join(folder, "history.db" + suffix))
            yield os.path.join(folder, "history.db")

    def finish(self, all_of_it=True):
        """How many of the published messages are not there; without a fault of the broker's that must be none."""
        self.publisher.finish()
        last = {(f"m2ag/source/s{series}/value", str(sent - 1)) for series, sent in enumerate(self.publisher.sent)}
        end = time.monotonic() + PATIENCE
        while not last <= set(self.stored(self.path)):
            assert time.monotonic() < end, f"{len(last - set(self.stored(self.path)))} of the last messages are not stored after {PATIENCE} s"
            threading.Event().wait(0.5)
        self.hub.stop_cleanly()
        self.check("at the end")
        found = self.stored(self.path)
        sent = {(f"m2ag/source/s{series}/value", str(number)) for series, count in enumerate(self.publisher.sent) for number in range(count)}
        assert len(found) == len(set(found)), f"{len(found) - len(set(found))} messages are there twice"
        lost = sent - set(found)
        assert not (lost and all_of_it), f"of {len(sent)} {len(lost)} are missing, among them {sorted(lost)[:3]}"
        print(f"soak: of {len(sent)} messages {len(found)} are in the history, each once; {len(lost)} were lost with the broker", flush=True)


def say(number, count, bench):
    if number % 10 == 0 or number == count:
        print(f"soak: {number} times, {sum(bench.publisher.sent)} messages, {len(bench.tap.acknowledged())} acknowledged and there", flush=True)


def killed(s, _programs, count, chance):
    bench = Bench(s, s.folder)
    for number in range(1, count + 1):
        threading.Event().wait(chance.uniform(0, LONGEST))
        bench.hub.crash()
        bench.tap.settled()
        bench.check(f"kill {number}")
        bench.restart()
        say(number, count, bench)
    bench.finish()


def broker_killed(s, _programs, count, chance):
    # After several broken connections the logger waits up to a minute before the next one: no more shall come than the broker keeps.
    bench = Bench(s, s.folder, SLOW_RATE)

    def logs_again(kills):
        before = len(bench.tap.acknowledged())
        end = time.monotonic() + PATIENCE
        while len(bench.tap.acknowledged()) == before:
            assert time.monotonic() < end, f"nothing was logged for {PATIENCE} s after kill {kills} of the broker"
            threading.Event().wait(0.05)

    for number in range(1, count + 1):
        logs_again(number - 1)
        threading.Event().wait(chance.uniform(0, LONGEST))
        bench.broker.kill()
        bench.broker.start()
        bench.check(f"kill {number} of the broker")
        assert bench.hub.running()
        say(number, count, bench)
    logs_again(count)  # who is not there when the last ones are published may be one that the broker has forgotten
    bench.finish(all_of_it=False)


@contextlib.contextmanager
def small_disk(folder):
    """A tmpfs that nobody else sees and that ends with this process."""
    if os.geteuid() != 0 or ctypes.CDLL(None).unshare(CLONE_NEWNS) != 0:
        print("soak: skipped, a disk of its own needs root")
        sys.exit(SKIPPED)
    os.mkdir(folder, 0o700)
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0700", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(path):
    with open(path, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):  # no space left
            for size in (1024 * 1024, 4096):
                while file.write(bytes(size)) == size:
                    pass


def disk_full(s, _programs, count, chance):
    with small_disk(os.path.join(s.folder, "disk")) as folder:
        bench = Bench(s, folder)
        ballast = os.path.join(folder, "ballast")
        refused = 0
        for number in range(1, count + 1):
            threading.Event().wait(chance.uniform(0, LONGEST))
            mark = bench.hub.mark()
            fill(ballast)
            if chance.random() < 0.8:
                # What the file had room for already is written all the same.
                with contextlib.suppress(AssertionError):
                    bench.hub.wait_line(r"trying again, the broker keeps what comes", timeout=5, since=mark)
                    refused += 1
            threading.Event().wait(chance.uniform(0, LONGEST))
            if number % 5 == 0:  # killed on top of it
                bench.hub.crash()
                bench.tap.settled()
                bench.check(f"full disk {number}")
                bench.restart()
                threading.Event().wait(chance.uniform(0, LONGEST))
            before = len(bench.tap.acknowledged())
            os.remove(ballast)
            end = time.monotonic() + PATIENCE
            while len(bench.tap.acknowledged()) == before:
                assert time.monotonic() < end, f"nothing was logged for {PATIENCE} s after full disk {number}"
                threading.Event().wait(0.05)
            say(number, count, bench)
        bench.finish()
        print(f"soak: {refused} of them were noticed while a batch was written", flush=True)
