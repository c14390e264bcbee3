"""The plugin `hwmon` reads an LM75 by the kernel's own driver: its values follow the chip, errors of the bus give none, and after the chip was
away it is found again by its name."""

import errno
import fcntl
import os
import subprocess

from machine import SIM_BUS, Scenario, fault, main, topic, wait_failed, wait_running

I2C_SLAVE_FORCE = 0x0706  # the driver has the chip, the test is its other side
ADDRESS = 0x48

DESCRIPTOR = """
components:
  shelf: { type: hwmon, chip: lm75, interval: 200ms }
  wrong: { type: hwmon, chip: lm75, inputs: [temp2], interval: 200ms }
"""


def set_temperature(celsius):
    """The chip's register 0: half degrees in the upper nine of 16 bits. The simulated one has its second byte in common with the
    configuration, register 1: only whole and half degrees leave that as it is."""
    bus = os.open(f"/dev/{SIM_BUS}", os.O_RDWR)
    try:
        fcntl.ioctl(bus, I2C_SLAVE_FORCE, ADDRESS)
        os.write(bus, bytes([0]) + (int(celsius * 2) << 7 & 0xFFFF).to_bytes(2, "big"))
    finally:
        os.close(bus)


def bus_file(name, text):
    with open(f"/sys/bus/i2c/devices/{SIM_BUS}/{name}", "w") as file:
        file.write(text)


def run(s: Scenario):
    subprocess.run(["busybox", "modprobe", "lm75"], check=True)
    fault("address", ADDRESS)
    set_temperature(25.5)
    bus_file("new_device", f"lm75 {ADDRESS:#x}")

    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    wait_running(client, "shelf")
    for celsius in (25.5, -10.5, 80):
        set_temperature(celsius)
        client.wait_state(topic("shelf/temperature"), lambda m: float(m.text) == celsius, timeout=60)
    wait_failed(client, "wrong", 'has no input "temp2"; there are temp1')

    since = client.mark()
    fault("fail_with", errno.EREMOTEIO)
    wait_failed(client, "shelf", "Remote I/O error")
    fault("fail_with", 0)
    set_temperature(21)
    wait_running(client, "shelf")
    client.wait_message(topic("shelf/temperature"), lambda m: float(m.text) == 21, since=since, timeout=60)

    bus_file("delete_device", f"{ADDRESS:#x}")
    wait_failed(client, "shelf")
    set_temperature(19.5)
    bus_file("new_device", f"lm75 {ADDRESS:#x}")
    client.wait_state(topic("shelf/temperature"), lambda m: float(m.text) == 19.5, timeout=60)
    seen = {m.text for m in client.messages if m.topic == topic("shelf/temperature")}
    assert seen == {"25.5", "-10.5", "80.0", "21.0", "19.5"}, f"values that the chip never had: {seen}"
    host.stop_cleanly()


main(run, __doc__)
