"""A meter counts the pulses of a simulated line; its total survives a clean stop whole, and a kill up to the pulses of the last minute."""

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["METER"]) + """
components:
  coin: { type: simulated_line, line: METER }
  water: { type: gpio_switch, line: METER, count: true, rate_interval: 1s }
"""


def pulses(client, count, total):
    for _ in range(count):
        assert client.command(topic("coin/set"), "ON")["ok"]
        assert client.command(topic("coin/set"), "OFF")["ok"]
    client.wait_state(topic("water/total"), str(total))


def restart(s, client, end):
    end()
    client.wait_state(topic("status"), "offline")
    client.forget()
    host = s.host()
    client.wait_state(topic("water/total"))
    return host


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("water/total"), "0")
    client.wait_state(topic("coin/state"), "OFF")
    pulses(client, 50, 50)
    client.wait_state(topic("water/rate"), lambda m: float(m.text) > 0)

    host = restart(s, client, host.stop_cleanly)
    assert client.state(topic("water/total")) == "50"
    pulses(client, 1, 51)

    # What is set is on disk before it is answered.
    assert client.command(topic("water/total/set"), "7312")["ok"]
    host = restart(s, client, host.crash)
    assert client.state(topic("water/total")) == "7312"

    # A kill loses what the last minute counted, and nothing before.
    pulses(client, 20, 7332)
    host = restart(s, client, host.crash)
    assert 7312 <= int(client.state(topic("water/total"))) <= 7332

    assert client.command(topic("water/total/set"), "-1")["error"]["code"] == "out_of_range"
    assert client.command(topic("water/reset/run"))["ok"]
    client.wait_state(topic("water/total"), "0")
    restart(s, client, host.crash)
    assert client.state(topic("water/total")) == "0"


main(run, __doc__)
