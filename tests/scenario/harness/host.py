"""A running `m2ag run` of a descriptor that the test gives."""

import signal

from .process import Process


class Host(Process):
    def __init__(self, argv, env, device, **options):
        super().__init__("m2ag", argv, env=env, **options)
        self.device = device
        self.expected_exits = set()

    def stop_cleanly(self, timeout=20.0):
        """SIGTERM; it must end by itself with exit code 0."""
        self.signal(signal.SIGTERM)
        code = self.wait_exit(timeout)
        if code != 0:
            raise AssertionError(f"m2ag: exit code {code} after SIGTERM, expected 0")

    def crash(self):
        """SIGKILL: no last words, no clean-up."""
        self.expected_exits.add(-signal.SIGKILL)
        self.kill()
