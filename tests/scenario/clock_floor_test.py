"""A device whose database has seen a later date than its machine has: dates go on from there, unless the network says that the machine is right."""

import ctypes
import datetime
import os
import sqlite3
import time

from harness import Scenario, main, topic

DESCRIPTOR = """
components:
  dial: { type: dial }
  pump: { type: relay, line: NOWHERE }
"""
AHEAD = 400 * 86400


class Timex(ctypes.Structure):
    _fields_ = [("modes", ctypes.c_uint), ("times", ctypes.c_long * 4), ("status", ctypes.c_int), ("rest", ctypes.c_char * 256)]


def synchronised():
    """What the kernel says; None when it may not be asked here."""
    state = Timex()
    result = ctypes.CDLL(None).adjtimex(ctypes.byref(state))
    return None if result == -1 else result != 5 and not state.status & 0x40  # TIME_ERROR, STA_UNSYNC


def kept(file, set_to=None):
    with sqlite3.connect(file) as database:
        if set_to is not None:
            database.execute("UPDATE memory SET value = ? WHERE component = '#clock'", (str(set_to),))
        value, = database.execute("SELECT value FROM memory WHERE component = '#clock'").fetchone()
    database.close()
    return int(value)


def seconds(message):
    return datetime.datetime.fromisoformat(message.json["time"].replace("Z", "+00:00")).timestamp()


def run(s: Scenario):
    file = os.path.join(s.folder, "house.state.db")
    s.broker()
    client = s.client()
    before = int(time.time())
    host = s.host(DESCRIPTOR)
    health = client.wait_state(topic("health")).json
    assert health["clock"]["floor"] is False and "behind" not in health["clock"], health
    assert health["clock"].get("synchronised") == synchronised(), health
    assert abs(seconds(client.wait_message(topic("event/component_failed"))) - time.time()) < 60
    host.stop_cleanly()
    assert before - 1 <= kept(file) <= time.time(), "the date is kept at a clean stop"
    assert "before what this device has seen" not in host.text()

    later = int(time.time()) + AHEAD
    kept(file, set_to=later)
    client.forget()
    since = client.mark()
    host = s.host()
    failed = client.wait_message(topic("event/component_failed"), since=since)
    assert seconds(failed) >= later, failed.json
    assert "before what this device has seen" in host.text()
    if synchronised():
        client.wait_state(topic("health"), lambda m: m.json["clock"]["floor"] is False)
        host.stop_cleanly()
        assert kept(file) < later
    else:
        health = client.wait_state(topic("health")).json
        assert health["clock"]["floor"] is True and abs(health["clock"]["behind"] - AHEAD) < 60, health
        host.stop_cleanly()
        assert later <= kept(file) < later + 120


main(run, __doc__)
