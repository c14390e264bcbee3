"""A stderr that nobody reads any more, or that has no reader, does not stop the device: what does not fit is lost, the rest goes on."""

import fcntl
import os
import select
import time

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP"]) + """
components:
  pump: { type: relay, line: PUMP }
  dial: { type: dial }
"""


def full_pipe():
    """A pipe into which not one byte fits."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"." * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    return reader, writer


def drained(reader):
    """What lies in the pipe now."""
    text = b""
    try:
        while more := os.read(reader, 65536):
            text += more
    except BlockingIOError:
        pass
    return text


def run(s: Scenario):
    s.broker()
    client = s.client()
    reader, writer = full_pipe()
    host = s.host(DESCRIPTOR, output=writer)
    os.close(writer)
    client.wait_state(topic("status"), "online")
    client.wait_state(topic("pump/state"), "OFF")
    # Each refusal would be a line of the log.
    for number in range(10):
        assert client.command(topic("dial/level/set"), "warm")["error"]["code"] == "wrong_type"
        assert client.command(topic("pump/set"), "ON" if number % 2 == 0 else "OFF")["ok"]
    client.wait_state(topic("pump/state"), "OFF")

    # Somebody reads again: from now on the log is there. A line of the host's own may take the place of one, so each is asked for anew.
    os.set_blocking(reader, False)
    assert drained(reader).strip(b".") == b"", "written where there was no room"
    text = b""
    deadline = time.monotonic() + 60
    while b"cold" not in text:
        assert time.monotonic() < deadline, f"a refusal in the log within 60 s, found {text!r}"
        assert client.command(topic("dial/level/set"), "cold")["error"]["code"] == "wrong_type"
        select.select([reader], [], [], 0.2)
        text += drained(reader)

    # The reader goes for good.
    os.close(reader)
    for _ in range(10):
        assert client.command(topic("dial/level/set"), "warm")["error"]["code"] == "wrong_type"
    assert client.command(topic("pump/set"), "ON")["ok"]
    host.stop_cleanly()
    client.wait_state(topic("status"), "offline")
    client.wait_state(topic("pump/state"), "OFF")


main(run, __doc__)
