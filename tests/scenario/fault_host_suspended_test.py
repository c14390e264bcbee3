"""The host sleeps (a suspended machine, SIGSTOP): the broker says offline; awake again it connects and does not make up for lost ticks."""

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP"]) + """
components:
  pump: { type: relay, line: PUMP }
  beat: { type: sleeper, interval: 100ms }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    header = s.header().replace("mqtt:\n", "mqtt:\n  keep_alive: 5s\n")
    host = s.host(header + DESCRIPTOR)
    client.wait_state(topic("status"), "online")
    client.command(topic("pump/set"), "ON")
    client.wait_state(topic("beat/samples"))
    host.pause()
    client.wait_state(topic("status"), "offline", timeout=30)
    before = int(client.state(topic("beat/samples")))
    host.resume()
    client.wait_state(topic("status"), "online", timeout=40)
    client.forget()
    after = int(client.wait_state(topic("beat/samples")).text)
    # Asleep for 7 s or more at 10 samples a second; ticks coalesce.
    assert after - before < 60, f"{after - before} samples were made up for"
    assert client.command(topic("pump/set"), "toggle")["ok"]
    host.stop_cleanly()


main(run, __doc__)
