"""A stderr that nobody reads any more, or that has no reader, does not stop the device: what does not fit is lost, the rest goes on."""

import fcntl
import os

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

    # Somebody reads again: from now on the log is there.
    os.set_blocking(reader, False)
    while True:
        try:
            assert os.read(reader, 65536).strip(b".") == b"", "written where there was no room"
        except BlockingIOError:
            break
    os.set_blocking(reader, True)
    assert client.command(topic("dial/level/set"), "cold")["error"]["code"] == "wrong_type"
    # Lines of the host's own may come before it. One that never comes ends the test by its time limit.
    text = b""
    while b"cold" not in text:
        text += os.read(reader, 65536)

    # The reader goes for good.
    os.close(reader)
    for _ in range(10):
        assert client.command(topic("dial/level/set"), "warm")["error"]["code"] == "wrong_type"
    assert client.command(topic("pump/set"), "ON")["ok"]
    host.stop_cleanly()
    client.wait_state(topic("status"), "offline")
    client.wait_state(topic("pump/state"), "OFF")


main(run, __doc__)
