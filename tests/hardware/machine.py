"""The devices of the virtual machine, for the tests that run in it, and the harness of the scenario tests beside them."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenario"))

from harness import Scenario, main, topic  # noqa: E402

__all__ = ["SIM_BUS", "STUB_BUS", "Scenario", "Wire", "bind_kernel_driver", "fault", "main", "release_kernel_driver", "topic",
           "wait_failed", "wait_running"]

if "VM_GPIO" not in os.environ:
    sys.exit("this test runs in the virtual machine: tests/hardware/boot -- /usr/bin/python3 …")

STUB_BUS = os.environ["VM_STUB_BUS"]
SIM_BUS = os.environ["VM_SIM_BUS"]


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)


class Wire:
    """The outside of a line of the gpio-sim chip "board"."""

    def __init__(self, offset):
        self.folder = os.path.join(os.environ["VM_GPIO"], f"sim_gpio{offset}")

    def pull(self, direction):
        _write(os.path.join(self.folder, "pull"), f"pull-{direction}")

    def level(self):
        with open(os.path.join(self.folder, "value")) as file:
            return int(file.read())


def fault(name, value):
    """Sets one of the simulated adapter's faults (modules/m2ag_i2c_sim.c)."""
    _write(f"/sys/kernel/debug/m2ag_i2c_sim/{name}", str(value))


def bind_kernel_driver(bus, address):
    subprocess.run(["busybox", "modprobe", "bmp280-i2c"], check=True)
    _write(f"/sys/bus/i2c/devices/{bus}/new_device", f"bmp280 {address:#x}")


def release_kernel_driver(bus, address):
    _write(f"/sys/bus/i2c/devices/{bus}/delete_device", f"{address:#x}")


def wait_running(client, component):
    client.wait_state(topic(f"{component}/availability"), "online", timeout=60)
    client.wait_state(topic(f"{component}/status"), lambda m: m.json["state"] == "running", timeout=60)


def wait_failed(client, component, *words):
    """Until the component is failed for a reason that has all these words in it, and offline."""
    def failed(message):
        status = message.json
        return status["state"] == "failed" and all(word in status["reason"] for word in words)

    client.wait_state(topic(f"{component}/status"), failed, timeout=60)
    client.wait_state(topic(f"{component}/availability"), "offline", timeout=60)
