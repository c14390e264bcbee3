"""A component in a process of its own is restarted, killed, and taken out and put in again while commands come: each command is answered, once."""

import os
import signal
import threading
import time

from harness import Scenario, main, topic

DESCRIPTOR = """
components:
  steady: {{ type: meter, isolation: process }}
  {dial}
"""
DIAL = "dial: { type: dial, isolation: process }"
ROUNDS = 12


class Load(threading.Thread):
    def __init__(self, client, component):
        super().__init__(daemon=True)
        self.client, self.component, self.stopped, self.problems, self.answers = client, component, threading.Event(), [], []

    def run(self):
        number = 0
        while not self.stopped.is_set():
            number += 1
            try:
                self.answers.append(self.client.command(topic(f"{self.component}/set"), str(number % 100), timeout=15)["ok"])
            except AssertionError as error:
                self.problems.append(f"{self.component}, command {number}: {error}")


def process_of(host, component):
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat") as file:
                parent = int(file.read().rsplit(")", 1)[1].split()[1])
            with open(f"/proc/{entry}/cmdline") as file:
                words = file.read().split("\0")
        except (OSError, ValueError, IndexError):
            continue
        if parent == host.pid and words[1:3] == ["isolated", component]:
            return int(entry)
    return None


def back_again(client, since):
    """It has been away, and is there."""
    deadline = time.monotonic() + 30
    while True:
        texts = [m.text for m in client.seen(topic("dial/availability"), since)]
        if texts and texts[-1] == "online" and any(each in ("offline", "") for each in texts):
            return
        assert time.monotonic() < deadline, texts
        time.sleep(0.02)


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR.format(dial=DIAL))
    for each in ("dial", "steady"):
        client.wait_state(topic(f"{each}/availability"), "online")
    replies = s.client(filters=("test/#",))  # all answers, whoever asked
    loads = [Load(s.client(filters=("nothing",)), each) for each in ("dial", "dial", "steady")]
    for load in loads:
        load.start()
    for number in range(ROUNDS):
        since = client.mark()
        if number % 3 == 0:
            assert client.command(topic("request/restart-component"), '{"component":"dial"}', timeout=20)["status"] == "ok"
        elif number % 3 == 1:
            os.kill(process_of(host, "dial"), signal.SIGKILL)
        else:
            s.write_descriptor(DESCRIPTOR.format(dial=""))
            assert client.command(topic("request/reload"), timeout=20)["status"] == "ok"
            s.write_descriptor(DESCRIPTOR.format(dial=DIAL))
            assert client.command(topic("request/reload"), timeout=20)["status"] == "ok"
        back_again(client, since)
    for load in loads:
        load.stopped.set()
    for load in loads:
        load.join(30)
        assert not load.is_alive() and not load.problems, load.problems[:3]
    assert all(loads[2].answers), "a command to the untouched component was refused"
    assert any(loads[0].answers) and not all(loads[0].answers), "no command met the component while it was away, or none while it was there"
    # As many answers as commands: none had two.
    assert client.command(topic("request/info"))["status"] == "ok"
    asked = sum(len(load.answers) for load in loads)
    seen = [m for m in replies.messages if any(m.topic == load.client.reply_topic for load in loads)]
    assert len(seen) == asked, (len(seen), asked)
    print(f"{asked} commands, {sum(sum(load.answers) for load in loads)} of them done")
    host.stop_cleanly()


main(run, __doc__)
