"""Many good and bad edits in a row while commands come: see tests/soak/reload.py, which takes longer."""

import os
import random
import sys

from harness import Scenario, main

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "soak"))
from reload import soak  # noqa: E402


def run(s: Scenario):
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    soak(s, None, 100, random.Random(seed))


main(run, __doc__)
