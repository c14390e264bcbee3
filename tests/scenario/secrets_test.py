"""What comes from `!secret` is in no log line, no status, event or answer, also where hardware is asked for by that name."""

import os

from harness import Scenario, main, topic

SECRETS = "line: TOPSECRET-LINE\nbus: TOPSECRET-BUS\n"
COMPONENTS = """
components:
  pump: {{ type: relay, line: !secret line{more} }}
  air: {{ type: bmp280, bus: !secret bus }}
  apart: {{ type: bmp280, bus: !secret bus, isolation: process }}
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    secrets = os.path.join(s.folder, "secrets.yaml")
    with open(secrets, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(SECRETS)
    host = s.host(COMPONENTS.format(more=""))
    client.wait_state(topic("status"), "online")
    for component, words in (("pump", "no GPIO line (secret)"), ("air", "no I²C bus (secret)"), ("apart", "no I²C bus (secret)")):
        client.wait_state(topic(component + "/status"), lambda m: words in m.json.get("reason", ""))
        host.wait_line(f"{component}: failed: .*\\(secret\\)")
    for path in ("pump/set", "request/list", "request/health", "request/registers", "request/retry"):
        client.command(topic(path), '{"component": "air"}' if path.endswith("retry") else "ON" if path == "pump/set" else "{}")
    # A constructor on trial that refuses its settings quotes what it likes too.
    s.write_descriptor(COMPONENTS.format(more=", interlock: [!secret line]"))
    rejected = client.command(topic("request/reload"), "{}")
    assert "TOPSECRET" not in str(rejected), rejected
    host.stop_cleanly()
    assert "TOPSECRET" not in host.text()
    told = [message for message in client.messages if "TOPSECRET" in message.topic + message.text]
    assert not told, told


main(run, __doc__)
