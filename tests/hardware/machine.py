"""The devices of the virtual machine, for the tests that run in it, and the harness of the scenario tests beside them."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenario"))

from harness import Scenario, main, topic  # noqa: E402

__all__ = ["LONG", "SIM_BUS", "STUB_BUS", "Scenario", "Trace", "Wire", "bind_kernel_driver", "fault", "main", "plug_board", "release_kernel_driver", "topic",
           "transfers", "wait_failed", "wait_running"]

if "VM_GPIO" not in os.environ:
    sys.exit("this test runs in the virtual machine: tests/hardware/boot -- /usr/bin/python3 …")

STUB_BUS = os.environ["VM_STUB_BUS"]
SIM_BUS = os.environ["VM_SIM_BUS"]
LONG = "VM_LONG" in os.environ  # tests/soak: the whole time that is promised, not the shortest that shows it


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)


def _read(path):
    with open(path) as file:
        return file.read().strip()


class Wire:
    """The outside of a line of the gpio-sim chip "board"."""

    def __init__(self, offset):
        self.folder = os.path.join(os.environ["VM_GPIO"], f"sim_gpio{offset}")

    def pull(self, direction):
        _write(os.path.join(self.folder, "pull"), f"pull-{direction}")

    def level(self):
        with open(os.path.join(self.folder, "value")) as file:
            return int(file.read())


class Trace:
    """Every level that the kernel has driven a line of the chip "board" to, and when: its own trace, which misses none."""

    FOLDER = "/sys/kernel/tracing"

    def __init__(self):
        if not os.path.exists(f"{self.FOLDER}/trace"):
            subprocess.run(["busybox", "mount", "-t", "tracefs", "none", self.FOLDER], check=True)
        _write(f"{self.FOLDER}/trace_clock", "boot")
        _write(f"{self.FOLDER}/events/gpio/enable", "1")
        with open("/sys/kernel/debug/gpio") as file:
            self.base = int(re.search(r"gpiochip0: GPIOs (\d+)-", file.read()).group(1))
        self.clear()

    def clear(self):
        _write(f"{self.FOLDER}/trace", "")

    def driven(self, offset):
        """(seconds since boot, level) of each time since clear()."""
        with open(f"{self.FOLDER}/trace") as file:
            found = re.findall(rf" (\d+\.\d+): gpio_value: {self.base + offset} set (\d)", file.read())
        return [(float(time), int(level)) for time, level in found]

    def levels(self, offset):
        """The levels without repetitions: what a relay on the line would have done."""
        levels = [level for _, level in self.driven(offset)]
        return [level for before, level in zip([None, *levels], levels) if level != before]


def plug_board(plugged):
    """Takes the chip "board" away, whoever holds lines of it, or puts it back."""
    folder = "/sys/kernel/config"
    if not os.path.exists(f"{folder}/gpio-sim"):
        subprocess.run(["busybox", "mount", "-t", "configfs", "none", folder], check=True)
    board = f"{folder}/gpio-sim/board"
    _write(f"{board}/live", "1" if plugged else "0")
    if plugged:  # with another number, it may be
        os.environ["VM_GPIO"] = f"/sys/devices/platform/{_read(f'{board}/dev_name')}/{_read(f'{board}/bank/chip_name')}"


def transfers():
    """How many there have been on the simulated adapter."""
    with open("/sys/kernel/debug/m2ag_i2c_sim/transfers") as file:
        return int(file.read())


def fault(name, value):
    """Sets one of the simulated adapter's faults (modules/m2ag_i2c_sim.c)."""
    _write(f"/sys/kernel/debug/m2ag_i2c_sim/{name}", str(value))


def bind_kernel_driver(bus, address, chip="bmp280"):
    subprocess.run(["busybox", "modprobe", "bmp280-i2c"], check=True)
    _write(f"/sys/bus/i2c/devices/{bus}/new_device", f"{chip} {address:#x}")


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
