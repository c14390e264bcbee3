"""Twelve calibrations and readings, corners of the chip's range among them, give the same values here and in the kernel's own driver, which
computes with whole numbers: within 0.01 °C and 1 Pa. Each chip takes the place of the one before while the component runs."""

import fcntl
import glob
import os
import struct

from machine import SIM_BUS, Scenario, bind_kernel_driver, fault, main, release_kernel_driver, topic, wait_failed, wait_running

I2C_SLAVE = 0x0703
ADDRESS, ASIDE = 0x76, 0x70

# T1 to T3, P1 to P9: the datasheet's example, three as chips have them, two farther out. Readings: raw temperature and pressure.
CHIPS = [
    ((27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000), [(519888, 415148), (712310, 842231)]),
    ((28009, 25654, 50, 39145, -10750, 3024, 5667, -120, -7, 15500, -14600, 6000), [(317480, 748489), (725779, 332495)]),
    ((27738, 26292, -1000, 37853, -10619, 3024, 6788, -97, -7, 9900, -10230, 4285), [(316930, 197571), (443808, 299983)]),
    ((28485, 26735, 50, 36738, -10635, 3024, 6980, -4, -7, 9900, -10230, 4285), [(722180, 776923), (330382, 741811)]),
    ((26500, 25000, -1500, 34000, -11200, 3200, 1500, 300, -12, 12300, -12000, 4800), [(713853, 475807), (290963, 849888)]),
    ((29500, 28000, 300, 41000, -9800, 2800, 9500, -300, -1, 18000, -16000, 7500), [(352166, 97421), (725846, 723537)]),
]
SETS = [(words, raw) for words, readings in CHIPS for raw in readings]


def write_chip(words, raw, address):
    temperature, pressure = ((value << 4).to_bytes(3, "big") for value in raw)
    bus = os.open(f"/dev/{SIM_BUS}", os.O_RDWR)
    try:
        fcntl.ioctl(bus, I2C_SLAVE, address)
        os.write(bus, b"\x88" + struct.pack("<HhhH8h", *words))
        os.write(bus, b"\xf7" + pressure + temperature)
    finally:
        os.close(bus)


def kernel_values():
    """°C and Pa."""
    device, = glob.glob("/sys/bus/iio/devices/iio:device*")

    def number(name):
        with open(os.path.join(device, name)) as file:
            return float(file.read())

    return number("in_temp_input") / 1000, number("in_pressure_input") * 1000


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(f"components:\n  air: {{ type: bmp280, bus: {SIM_BUS}, address: {ADDRESS:#x}, interval: 200ms }}\n")
    wait_running(client, "air")

    here = []
    for words, raw in SETS:
        fault("address", ASIDE)
        wait_failed(client, "air", "no device answered")
        write_chip(words, raw, ASIDE)
        since = client.mark()
        fault("address", ADDRESS)
        here.append([float(client.wait_message(topic(f"air/{channel}"), since=since, timeout=60).text) * factor
                     for channel, factor in (("temperature", 1), ("pressure", 100))])
        wait_running(client, "air")
    host.stop_cleanly()

    for (words, raw), (temperature, pressure) in zip(SETS, here):
        write_chip(words, raw, ADDRESS)
        bind_kernel_driver(SIM_BUS, ADDRESS)
        kernel_temperature, kernel_pressure = kernel_values()
        release_kernel_driver(SIM_BUS, ADDRESS)
        print(f"{temperature:7.2f} °C {pressure:7.0f} Pa, kernel {kernel_temperature:7.2f} °C {kernel_pressure:9.2f} Pa")
        assert abs(temperature - kernel_temperature) < 0.0101, (words, raw, temperature, kernel_temperature)
        assert abs(pressure - kernel_pressure) <= 1, (words, raw, pressure, kernel_pressure)


main(run, __doc__)
