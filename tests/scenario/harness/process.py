"""A child process whose output is kept and can be waited for. It never outlives the test, however the test ends."""

import ctypes
import os
import re
import signal
import subprocess
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")
_libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # Tests that were started in the background ignore it, and so would the child.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Process:
    """stdout and stderr together, line by line, as `lines`; or to `output`, a file descriptor, and then no line is seen here."""

    def __init__(self, name, argv, env=None, cwd=None, output=subprocess.PIPE):
        self.name = name
        self.lines = []
        self._changed = threading.Condition()
        self.started = time.monotonic()
        # A session of its own: whether the test was started on a terminal makes no difference to the program.
        # restore_signals: a test may limit the size of files, and then a write shall fail as on a full disk, not end the process.
        self._child = subprocess.Popen(argv, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output,
                                       stderr=subprocess.STDOUT, preexec_fn=_die_with_parent, restore_signals=False,
                                       start_new_session=True)
        self.pid = self._child.pid
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._child.stdout or ():
            with self._changed:
                self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def text(self):
        with self._changed:
            return "\n".join(self.lines)

    def mark(self):
        """A place in the output, for `since`."""
        with self._changed:
            return len(self.lines)

    def wait_line(self, pattern, timeout=20.0, since=0):
        """The first line from `since` on that the regular expression finds."""
        regex = re.compile(pattern)
        deadline = time.monotonic() + timeout
        position = since
        with self._changed:
            while True:
                while position < len(self.lines):
                    if regex.search(self.lines[position]):
                        return self.lines[position]
                    position += 1
                left = deadline - time.monotonic()
                if left <= 0 or not self._reader.is_alive():
                    tail = "\n".join(self.lines[-30:])
                    raise AssertionError(f"{self.name}: no line like /{pattern}/ within {timeout} s, its last words:\n{tail}")
                self._changed.wait(min(left, 1.0))

    def running(self):
        return self._child.poll() is None

    def signal(self, number):
        self._child.send_signal(number)

    def wait_exit(self, timeout=20.0):
        """The exit code; negative: the signal."""
        try:
            code = self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name}: still running after {timeout} s") from None
        self._reader.join(5)
        return code

    def stop(self, timeout=20.0):
        """SIGTERM and the exit code."""
        if self.running():
            self.signal(signal.SIGTERM)
        return self.wait_exit(timeout)

    def kill(self):
        if self.running():
            self._child.kill()
        self._child.wait()
        self._reader.join(5)

    def pause(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def cpu_seconds(self):
        """User and system time so far."""
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def status(self, key):
        """A number of /proc/PID/status: VmRSS (KiB), Threads, …"""
        with open(f"/proc/{self.pid}/status") as file:
            for line in file:
                if line.startswith(key + ":"):
                    return int(line.split()[1])
        raise KeyError(key)

    def rss_mib(self):
        return self.status("VmRSS") / 1024
