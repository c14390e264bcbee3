"""The registers of the BMP280 datasheet's worked example give its values on the topics: 25.08 °C and 100653 Pa, from a bus that
knows SMBus only and from one with plain I2C."""

from machine import SIM_BUS, STUB_BUS, Scenario, main, topic, wait_running

DESCRIPTOR = f"""\
components:
  stub: {{ type: bmp280, bus: {STUB_BUS}, address: 0x76, interval: 500ms }}
  sim: {{ type: bmp280, bus: {SIM_BUS}, address: 0x76, interval: 500ms, pressure_oversampling: 16, filter: 4 }}
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    for component in ("stub", "sim"):
        wait_running(client, component)
        temperature = client.wait_state(topic(f"{component}/temperature")).text
        pressure = client.wait_state(topic(f"{component}/pressure")).text
        assert temperature == "25.08", temperature
        assert abs(float(pressure) * 100 - 100653) <= 1, pressure
    host.stop_cleanly()


main(run, __doc__)
