"""Everything that can be wrong between the host and a BMP280: each is said in a sentence, publishes no number, and passes when the
cause does."""

from machine import (SIM_BUS, STUB_BUS, Scenario, bind_kernel_driver, fault, main, release_kernel_driver, topic, wait_failed,
                     wait_running)

ENXIO, EREMOTEIO, ETIMEDOUT = 6, 121, 110

DESCRIPTOR = f"""\
components:
  air: {{ type: bmp280, bus: {SIM_BUS}, address: 0x76, interval: 200ms }}
  nobody: {{ type: bmp280, bus: {SIM_BUS}, address: 0x77 }}
  other: {{ type: bmp280, bus: {STUB_BUS}, address: 0x77 }}
  no-bus: {{ type: bmp280, bus: i2c-9, address: 0x76 }}
"""


def numbers(client, since):
    return [m for m in client.messages[since:] if m.topic in (topic("air/temperature"), topic("air/pressure"))]


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    wait_failed(client, "nobody", f"no device answered at 0x77 on {SIM_BUS}")
    wait_failed(client, "other", "found a BME280 (0x60) at 0x77, the descriptor says bmp280 (0x58)")
    wait_failed(client, "no-bus", "no I²C bus i2c-9; here are: ", SIM_BUS)
    wait_running(client, "air")

    for errno, words in ((EREMOTEIO, f"no device answered at 0x76 on {SIM_BUS}"), (ETIMEDOUT, "Connection timed out")):
        fault("fail_with", errno)
        wait_failed(client, "air", words)
        since = client.mark()
        # One more try, at least, fails too.
        client.wait_message(topic("air/status"), lambda m: m.json["state"] == "failed", since, timeout=60)
        assert not numbers(client, since), numbers(client, since)
        fault("fail_with", 0)
        wait_running(client, "air")

    # Unplugged, and plugged in again.
    fault("address", 0x70)
    wait_failed(client, "air", f"no device answered at 0x76 on {SIM_BUS}")
    fault("address", 0x76)
    wait_running(client, "air")
    host.stop_cleanly()

    # The kernel has it.
    bind_kernel_driver(SIM_BUS, 0x76)
    client.forget()
    host = s.host()
    wait_failed(client, "air", f"0x76 on {SIM_BUS} is bound to the kernel driver bmp280")
    release_kernel_driver(SIM_BUS, 0x76)
    wait_running(client, "air")
    client.wait_state(topic("air/temperature"), "25.08")
    host.stop_cleanly()


main(run, __doc__)
