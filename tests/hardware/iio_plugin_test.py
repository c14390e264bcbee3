"""The plugin `iio` reads a BMP280 by the kernel's own driver, and finds it again by its name after it was away."""

import glob

from machine import STUB_BUS, Scenario, bind_kernel_driver, main, release_kernel_driver, topic, wait_failed, wait_running

ADDRESS = 0x76

DESCRIPTOR = f"""
components:
  air: {{ type: iio, chip: bmp280, interval: 200ms }}
  same: {{ type: iio, chip: bmp280, device: {STUB_BUS.split("-")[1]}-0076, inputs: [temp], interval: 200ms }}
  other: {{ type: iio, chip: sht40, interval: 200ms }}
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    bind_kernel_driver(STUB_BUS, ADDRESS)
    assert glob.glob("/sys/bus/iio/devices/iio:device*"), "the kernel's driver did not take the chip"
    host = s.host(DESCRIPTOR)
    wait_running(client, "air")
    wait_running(client, "same")
    for component, channel, expected in (("air", "temperature", 25.08), ("air", "pressure", 1006.53), ("same", "temperature", 25.08)):
        message = client.wait_state(topic(f"{component}/{channel}"), timeout=60)
        assert abs(float(message.text) - expected) < 0.011, f"{component}/{channel}: expected {expected}, found {message.text}"
    wait_failed(client, "other", 'no IIO device "sht40"; there are bmp280')

    release_kernel_driver(STUB_BUS, ADDRESS)
    wait_failed(client, "air")
    since = client.mark()
    bind_kernel_driver(STUB_BUS, ADDRESS)
    wait_running(client, "air")
    assert abs(float(client.wait_message(topic("air/temperature"), since=since, timeout=60).text) - 25.08) < 0.011
    host.stop_cleanly()


main(run, __doc__)
