"""Components that throw, sleep, spin, leak a thread, do not stop or crash: see tests/soak/neighbours.py, which also measures what the others
notice of it."""

import os
import sys

from harness import Scenario, main

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "soak"))
from neighbours import together  # noqa: E402


def run(s: Scenario):
    together(s, seconds=13, beat=500)


main(run, __doc__)
