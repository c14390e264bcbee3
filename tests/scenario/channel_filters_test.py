"""What a descriptor says of a channel: filters in their order, the unit, which numbers are worth a message, and a reading that is impossible
for too long takes the component offline."""

from harness import Scenario, main, simulated, topic

CHIPS = [("i2c-1", 0x76, "bmp280", {"temperature": 25, "pressure": 1000}), ("i2c-1", 0x77, "bmp280", {"temperature": 80, "pressure": 1013.25})]
DESCRIPTOR = simulated(chips=CHIPS) + """
components:
  air:
    type: bmp280
    bus: i2c-1
    interval: 200ms
    channels:
      temperature:
        unit: °F
        filters: [{offset: 10}, {multiply: 2}]
        publish: { delta: 0.5 }
      pressure:
        unit: inHg
        filters: [{median: 3}, {round: 0}]
  hot:
    type: bmp280
    bus: i2c-1
    address: 0x77
    interval: 200ms
    channels:
      temperature:
        filters: [{valid_range: {min: -40, max: 60}}]
        expire: 1s
      pressure: { unit: bar }
"""

WRONG = """
components:
  air:
    type: bmp280
    channels:
      temperature:
        unit: hPa
        filters: [{median: 3, offset: 1}, {polynomial: []}]
        publish: { throttle: 10s, heartbeat: 5s }
        expire: 10s
      pressure:
        filters: [{clamp: {min: 5, max: 1}}]
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    # (25 °C + 10) × 2 = 70 °C = 158 °F
    client.wait_state(topic("air/temperature"), lambda m: abs(float(m.text) - 158) < 0.1)
    # 1000 hPa = 29.53 inHg; a number that was rounded has two digits more in that unit
    client.wait_state(topic("air/pressure"), "29.53")
    since = client.mark()
    client.wait_count(topic("air/pressure"), 5, since)
    assert not client.seen(topic("air/temperature"), since), "it has not changed by 0.5"

    client.wait_state(topic("hot/availability"), "offline")
    client.wait_state(topic("hot/status"), lambda m: "no believable number for 1s" in m.json.get("reason", ""))
    assert not client.seen(topic("hot/temperature")), client.seen(topic("hot/temperature"))
    host.wait_line(r"hot: temperature: 80.* is outside of the valid range -40 to 60; not published")
    # 1013.25 hPa with its two digits behind the point
    client.wait_state(topic("hot/pressure"), lambda m: m.text in ("1.01324", "1.01325", "1.01326"))
    host.stop_cleanly()

    descriptor = s.write_descriptor(WRONG)
    done = s.m2ag("check", descriptor, "--plugins", s.plugins, check=False)
    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if "house.yaml:" in line]
    for line, words in zip(told, (
        'temperature.unit: "°C" cannot become "hPa"',
        "temperature.filters[0]: a filter has one key",
        "temperature.filters[1]: polynomial wants 1 to 10 coefficients",
        "temperature.publish.heartbeat: is shorter than throttle",
        "temperature.expire: expected more than the interval of 10s",
        "pressure.filters[0]: clamp: min is larger than max",
    ), strict=True):
        assert f"components.air.channels.{words}" in line, done.stderr


main(run, __doc__)
