"""The tests of the virtual machine that take a time which is promised, with the whole of it: a bus that hangs 30 s, transfers that fail for a
minute, a broker that is gone for 30 s; and ten thousand commands to interlocked relays."""

import os
import subprocess
import sys

HARDWARE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "hardware")
TESTS = ("bus_hang", "bmp280_errors", "bmp280_unplug", "relay_disconnect", "relay_killed", "relay_trace", "relay_interlock", "gpio_burst")


def soak(folder, count):
    for _ in range(count):
        for test in TESTS:
            print(f"soak: {test}", flush=True)
            command = (f"VM_LONG=1 /usr/bin/python3 -B {HARDWARE}/{test}_test.py --bin {folder}/bin/m2ag "
                       f"--plugins {folder}/lib/m2ag/plugins")
            if subprocess.run([f"{HARDWARE}/boot", "-t", "1200", "--", command]).returncode != 0:
                sys.exit(f"soak: {test} failed")
