"""systemd hears when the host is ready, how it is, and that it stops; its watchdog is fed as long as the host makes progress and no longer."""

import os
import socket
import time

from harness import Scenario, main, topic

WATCHDOG = 1.5  # seconds


class Manager:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)

    def wait(self, expected, timeout=20.0):
        """The next message that begins so; what is before it is passed over."""
        deadline = time.monotonic() + timeout
        while True:
            message = self.next(deadline - time.monotonic())
            if message is None:
                raise AssertionError(f"no {expected} within {timeout} s")
            if message.startswith(expected):
                return message

    def next(self, timeout):
        if timeout <= 0:
            return None
        self._socket.settimeout(timeout)
        try:
            return self._socket.recv(4096).decode()
        except (TimeoutError, BlockingIOError):
            return None

    def fed_within(self, timeout):
        """Whether WATCHDOG=1 comes within the time."""
        deadline = time.monotonic() + timeout
        while (message := self.next(deadline - time.monotonic())) is not None:
            if message == "WATCHDOG=1":
                return True
        return False


def run(s: Scenario):
    s.broker()
    client = s.client()
    manager = Manager(os.path.join(s.folder, "notify"))
    busy = os.path.join(s.folder, "busy")
    # As many as compute at once before the executor adds no more threads, and some.
    spinners = "".join(f"  spinner-{n}: {{ type: spinner, busy_while: {busy} }}\n" for n in range(os.cpu_count() + 8))
    s.environment |= {"NOTIFY_SOCKET": os.path.join(s.folder, "notify"), "WATCHDOG_USEC": str(int(WATCHDOG * 1e6))}
    host = s.host(f"components:\n  dial: {{ type: dial }}\n  misset: {{ type: faulty, settings_wrong: true }}\n{spinners}")
    manager.wait("READY=1")
    status = manager.wait("STATUS=")
    assert "components run" in status and "failed: misset" in status, status
    client.wait_state(topic("dial/availability"), "online")
    for _ in range(3):
        assert manager.fed_within(10 * WATCHDOG), "the watchdog is not fed although all is well"

    # Every worker computes: no lane has its turn any more.
    open(busy, "w").close()
    deadline = time.monotonic() + 60
    while manager.fed_within(2 * WATCHDOG):
        assert time.monotonic() < deadline, "the watchdog is fed although the executor stands still"
    assert not manager.fed_within(WATCHDOG)
    assert host.running()

    os.remove(busy)
    assert manager.fed_within(60), "the watchdog is not fed although the host goes on"
    assert client.command(topic("dial/level/set"), "3")["ok"]
    host.stop_cleanly()
    manager.wait("STOPPING=1")


main(run, __doc__)
