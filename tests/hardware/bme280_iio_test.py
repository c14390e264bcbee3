"""BME280: temperature, pressure and humidity of several calibrations and readings are those of the kernel's own driver on the same registers:
within 0.01 °C, 1 Pa and 0.05 %."""

import fcntl
import glob
import os
import struct

from machine import SIM_BUS, Scenario, bind_kernel_driver, fault, main, release_kernel_driver, topic, wait_failed, wait_running

I2C_SLAVE = 0x0703
ADDRESS, ASIDE = 0x76, 0x70

WEATHER = (27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)  # T1 to T3, P1 to P9
# H1 to H6 as chips have them, and farther out; raw temperature, pressure, humidity.
CHIPS = [
    ((75, 355, 0, 334, 50, 30), [(519888, 415148, 27000), (712310, 842231, 36000), (519888, 415148, 21500)]),
    ((75, 370, 0, 313, 50, 30), [(519888, 415148, 30000), (480000, 400000, 33000)]),
    ((90, 320, 12, 360, -40, -20), [(540000, 415148, 32000), (519888, 380000, 29000)]),
]
SETS = [(words, raw) for words, readings in CHIPS for raw in readings]


def write_chip(words, raw, address):
    h1, h2, h3, h4, h5, h6 = words
    temperature, pressure = ((value << 4).to_bytes(3, "big") for value in raw[:2])
    humidity = raw[2].to_bytes(2, "big")
    # H4 and H5 are 12 bits each and share the byte 0xE5.
    shared = (h4 & 0xF) | ((h5 & 0xF) << 4)
    bus = os.open(f"/dev/{SIM_BUS}", os.O_RDWR)
    try:
        fcntl.ioctl(bus, I2C_SLAVE, address)
        os.write(bus, b"\xd0\x60")
        os.write(bus, b"\x88" + struct.pack("<HhhH8h", *WEATHER))
        os.write(bus, b"\xa1" + bytes([h1]))
        os.write(bus, b"\xe1" + struct.pack("<hB", h2, h3) + bytes([(h4 >> 4) & 0xFF, shared, (h5 >> 4) & 0xFF]) + struct.pack("b", h6))
        os.write(bus, b"\xf7" + pressure + temperature + humidity)
    finally:
        os.close(bus)


def kernel_values():
    """°C, Pa and %."""
    device, = glob.glob("/sys/bus/iio/devices/iio:device*")

    def number(name):
        with open(os.path.join(device, name)) as file:
            return float(file.read())

    return number("in_temp_input") / 1000, number("in_pressure_input") * 1000, number("in_humidityrelative_input") / 1000


def run(s: Scenario):
    s.broker()
    client = s.client()
    write_chip(*SETS[0], ADDRESS)
    host = s.host(f"components:\n  air: {{ type: bme280, bus: {SIM_BUS}, address: {ADDRESS:#x}, interval: 200ms }}\n")
    wait_running(client, "air")
    here = []
    for words, raw in SETS:
        fault("address", ASIDE)
        wait_failed(client, "air", "no device answered")
        write_chip(words, raw, ASIDE)
        since = client.mark()
        fault("address", ADDRESS)
        here.append([float(client.wait_message(topic(f"air/{channel}"), since=since, timeout=60).text) * factor
                     for channel, factor in (("temperature", 1), ("pressure", 100), ("humidity", 1))])
        wait_running(client, "air")
    host.stop_cleanly()

    for (words, raw), ours in zip(SETS, here):
        write_chip(words, raw, ADDRESS)
        bind_kernel_driver(SIM_BUS, ADDRESS, "bme280")
        kernel = kernel_values()
        release_kernel_driver(SIM_BUS, ADDRESS)
        print("{:.2f} °C {:.0f} Pa {:.1f} %, kernel {:.2f} °C {:.1f} Pa {:.3f} %".format(*ours, *kernel))
        for value, theirs, tolerance in zip(ours, kernel, (0.0101, 1, 0.0501)):
            assert abs(value - theirs) <= tolerance, (words, raw, ours, kernel)


main(run, __doc__)
