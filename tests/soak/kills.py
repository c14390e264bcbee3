"""Relays and registers under commands while the host or the broker is killed at a random moment. After each kill every one of them is one of
two things: what was answered last, or what had been sent and not answered yet. The database of a host that was killed is whole."""

import glob
import os
import shutil
import sqlite3
import tempfile
import threading

from harness import simulated, topic

COMPONENTS = {
    "pump": "type: relay, line: PUMP, restore: last, pulse_time: 1ms",
    "timed": "type: relay, line: TIMED, restore: last, max_on: 1h",
    "always": "type: relay, line: ALWAYS, restore: on",
    "never": "type: relay, line: NEVER, restore: off",
    "tuned": "type: tunable, gain: 0, word: none",  # a register of it restarts it
    "slow": "type: sleeper, interval: 1h",
}
LAST, ALWAYS, NEVER = ("pump", "timed"), "always", "never"
# Written as the host publishes them.
REGISTERS = {
    "pump/config/pulse_time": lambda chance: f"{chance.randrange(2, 1000)}ms",
    "timed/config/max_on": lambda chance: f"{chance.randrange(2, 24)}h",
    "tuned/config/gain": lambda chance: str(chance.choice([each for each in range(1, 100) if each != 13])),
    "tuned/config/word": lambda chance: f"word-{chance.randrange(1000)}",
    "slow/config/interval": lambda chance: f"{chance.randrange(2, 24)}h",
}
LONGEST = 0.6  # seconds from the first command to the kill


class Commands(threading.Thread):
    """Sends one command after the other until the kill. `possible`: what may be there now, by topic."""

    def __init__(self, client, possible, killed, next_command):
        super().__init__(daemon=True)
        self.client, self.possible, self.killed, self.next_command = client, possible, killed, next_command
        self.answered, self.problem = 0, None

    def run(self):
        try:
            while not self.killed.is_set():
                where, command, value = self.next_command(self.possible)
                before = self.possible.get(where, set())
                self.possible[where] = before | {value}
                try:
                    answer = self.client.command(topic(command), value, timeout=1.0)
                except (AssertionError, RuntimeError, ValueError):
                    if not self.killed.is_set():
                        raise
                    return
                if self.killed.is_set() and not answer["ok"]:
                    return  # in a process of its own it still says that it is stopping
                assert answer["ok"], (command, value, answer)
                self.answered += 1
                self.possible[where] = {value}
        except Exception as error:  # told by the thread that waits for this one
            self.problem = error


def switch(chance):
    def command(possible):
        name = chance.choice((*LAST, ALWAYS, NEVER))
        value = "OFF" if possible.get(f"{name}/state") == {"ON"} else "ON"
        return f"{name}/state", f"{name}/set", value

    return command


def tune(chance):
    def command(_possible):
        where = chance.choice(sorted(REGISTERS))
        return where, f"{where}/set", REGISTERS[where](chance)

    return command


def descriptor(split):
    """`split`: each component in a process of its own."""
    apart = "isolation: process, " if split else ""
    rows = "".join(f"  {name}: {{ {apart}{settings} }}\n" for name, settings in COMPONENTS.items())
    return simulated(lines=["PUMP", "TIMED", "ALWAYS", "NEVER"]) + "components:\n" + rows


def check_databases(folder):
    """Copies of them: to recover what the kill left is the host's business."""
    for path in (f"{folder}/house.state.db", *glob.glob(f"{folder}/house.state.db.isolated/*.db")):
        with tempfile.TemporaryDirectory() as copy:
            for each in (path, path + "-wal", path + "-journal"):
                if os.path.isfile(each):
                    shutil.copy(each, copy)
            database = sqlite3.connect(os.path.join(copy, os.path.basename(path)))
            found = database.execute("PRAGMA integrity_check").fetchall()
            database.close()
        assert found == [("ok",)], (path, found)


def found_again(client, possible, what, host_started):
    """Waits for all and compares; what was open is known then."""
    client.wait_message(topic("status"), "online", timeout=90)
    for where in (*(f"{name}/state" for name in LAST), *REGISTERS):
        state = client.wait_message(topic(where), timeout=90).text
        assert where not in possible or state in possible[where], f"{what}: {where} is {state}, expected {possible[where]}"
        possible[where] = {state}
    for name, start in ((ALWAYS, "ON"), (NEVER, "OFF")):
        state = client.wait_message(topic(f"{name}/state"), timeout=90).text
        expected = {start} if host_started else possible[f"{name}/state"]
        assert state in expected, f"{what}: {name} is {state}, expected {expected}"
        possible[f"{name}/state"] = {state}


def commands_until_kill(client, possible, chance, kill):
    """How many were answered."""
    killed = threading.Event()
    relays, registers = {k: v for k, v in possible.items() if k not in REGISTERS}, {k: v for k, v in possible.items() if k in REGISTERS}
    # Seeds of their own: the two threads would share the order of their draws otherwise, and a seed repeats nothing.
    threads = [Commands(client, relays, killed, switch(type(chance)(chance.random()))),
               Commands(client, registers, killed, tune(type(chance)(chance.random())))]
    wait = chance.uniform(0, LONGEST)
    for thread in threads:
        thread.start()
    threading.Event().wait(wait)
    killed.set()
    kill()
    for thread in threads:
        thread.join()
        if thread.problem:
            raise thread.problem
    possible.update({**relays, **registers})
    return sum(thread.answered for thread in threads)


def soak(s, _programs, count, chance):
    broker = s.broker()
    client = s.client()
    host = s.host(descriptor(s.split))
    possible = {}
    found_again(client, possible, "at the start", True)
    answered, brokers = 0, 0
    for number in range(1, count + 1):
        answered += commands_until_kill(client, possible, chance, host.crash)
        # The will is published when the broker sees the connection end.
        client.wait_state(topic("status"), "offline")
        if s.split:
            # What has lost its host stops by itself, and says so in its last topics.
            for name in COMPONENTS:
                client.wait_state(topic(f"{name}/availability"), "offline", timeout=30)
        check_databases(s.folder)
        client.forget()
        host = s.host()
        found_again(client, possible, f"after kill {number} of the host", True)
        if number % 4 == 0:
            brokers += 1
            answered += commands_until_kill(client, possible, chance, broker.kill)
            # A new observer: the old one would send its last commands again.
            client.close()
            broker.start()
            client = s.client()
            assert host.running()
            found_again(client, possible, f"after kill {brokers} of the broker", False)
        s.hosts, s.clients = [host], [client]
        if number % 20 == 0 or number == count:
            print(f"soak: {number} kills of the host, {brokers} of the broker, {answered} commands answered: relays, registers and database "
                  "were right after each", flush=True)
    host.stop_cleanly()
