"""`m2ag sub … | head -1` ends by itself and says nothing about it."""

import subprocess
import time

from harness import Scenario, main


def run(s: Scenario):
    s.broker()
    client = s.client()
    descriptor = s.write_descriptor("")
    # pipefail: the exit code of m2ag counts; a signal would make it 141.
    pipe = subprocess.Popen(
        ["bash", "-c", 'set -o pipefail; "$@" | head -1', "bash", s.binary, "sub", "--config", descriptor, "some/#"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=s.environment, text=True)
    try:
        # The first of these is what head prints, one after it finds nobody who reads.
        deadline = time.monotonic() + 60
        number = 0
        while pipe.poll() is None:
            assert time.monotonic() < deadline, "m2ag sub goes on without a reader"
            client.publish(f"some/{number}", "text")
            number += 1
            try:
                pipe.wait(0.1)
            except subprocess.TimeoutExpired:
                pass
        out, err = pipe.communicate()
    finally:
        if pipe.poll() is None:
            pipe.kill()
    lines = out.splitlines()
    assert len(lines) == 1 and lines[0].startswith("some/") and lines[0].endswith(" text"), lines
    assert pipe.returncode == 0 and err == "", f"exit code {pipe.returncode}, stderr: {err}"


main(run, __doc__)
