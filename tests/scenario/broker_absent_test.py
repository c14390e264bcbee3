"""Without a broker the device works: its timers and sensors run; when the broker comes, everything is there."""

import time

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["LIGHT"]) + """
components:
  light: { type: simulated_line, line: LIGHT, every: 500ms, press_for: 100ms }
  contact: { type: gpio_switch, line: LIGHT }
  beat: { type: sleeper, interval: 100ms }
  dial: { type: dial }
"""


def run(s: Scenario):
    broker = s.broker(start=False)
    host = s.host(DESCRIPTOR)
    since = host.mark()
    # A sentence that names the broker, and not again for each attempt.
    host.wait_line(rf"localhost:{broker.port}")
    begin = time.monotonic()

    broker.start()
    client = s.client()
    client.wait_state(topic("status"), "online", timeout=30)
    samples = int(client.wait_state(topic("beat/samples")).text)
    assert samples >= 3, f"{samples} samples in the {time.monotonic() - begin:.1f} s without a broker"
    for path in ("contact/state", "light/state", "dial/level", "dial/mode"):
        client.wait_state(topic(path))
    for component in ("light", "contact", "beat", "dial"):
        client.wait_state(topic(f"{component}/availability"), "online")
    client.wait_state(topic("info"))
    assert client.command(topic("dial/level/set"), "5")["ok"]
    client.wait_message(topic("contact/event"), "press")
    complaints = [line for line in host.lines[since:] if str(broker.port) in line]
    assert len(complaints) <= 5, "the log repeats itself:\n" + "\n".join(complaints)


main(run, __doc__)
