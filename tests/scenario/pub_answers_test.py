"""`m2ag pub` prints the answer to whatever it sends, also to what no device can make sense of, in MQTT 5 and 3.1.1."""

import json
import os
import subprocess

from harness import Scenario, main, topic

DESCRIPTOR = """
components:
  dial: { type: dial }
"""

# topic, payload, exit code, code of the refusal or None. MQTT 3.1.1 has no Response Topic: there the answer is known by a transaction
# in the payload, so that only what can hold one is answered.
COMMANDS = [
    ("dial/level/set", b"7", 0, None),
    ("dial/set", b'{"level": 8, "mode": "eco"}', 0, None),
    ("dial/add/run", b'{"left": 1, "right": 2}', 0, None),
    ("dial/press/run", b"", 0, None),
    ("request/info", b"", 0, None),
    ("dial/level/set", b"warm", 1, "wrong_type"),
    ("dial/levle/set", b"1", 1, "unknown_channel"),
    ("request/inof", b"", 1, "unknown_request"),
]
ONLY_5 = [
    ("dial/level/set", b"\xff\xfe", 1, "not_utf8"),
    ("dial/level/set", b"1" * 70_000, 1, "too_long"),
    ("dial/level/set", b"[" * 5_000, 1, "wrong_type"),
    ("dial/level/set", b'{"a":' * 5_000, 1, "bad_json"),
    ("/set", b"1", 1, "unknown_component"),
]


def publish(s, where, payload, *options, descriptor=None):
    return subprocess.run([s.binary, "pub", "--config", descriptor or s.descriptor, topic(where), "-", *options], input=payload, capture_output=True,
                          timeout=60, env=s.environment, cwd=s.folder)


def check(s, commands, descriptor=None):
    for where, payload, code, refusal in commands:
        done = publish(s, where, payload, "--wait", "20", descriptor=descriptor)
        about = f"{where} {payload[:40]}: {done}"
        assert done.returncode == code, about
        answer = json.loads(done.stdout)
        assert answer.get("error", {}).get("code") == refusal, about
        assert "transaction" not in answer, about


def run(s: Scenario):
    s.broker()
    client = s.client()
    s.host(DESCRIPTOR)
    client.wait_state(topic("dial/status"), lambda m: m.json["state"] == "running")
    mark = client.mark()
    check(s, COMMANDS + ONLY_5)
    # Each refusal once: the reply topic is the Response Topic too.
    client.wait_count(topic("dial/reply"), 8, mark)
    assert len(client.seen(topic("dial/reply"), mark)) == 4 + 2 + 4, client.seen(topic("dial/reply"), mark)

    for wrong in ("nan", "inf", "1e300", "-1", "0", "soon"):
        done = publish(s, "dial/level/set", b"1", f"--wait={wrong}")
        assert done.returncode == 1 and wrong in done.stderr.decode(), done

    with open(s.descriptor) as file:
        text = file.read()
    old = os.path.join(s.folder, "old.yaml")  # another file: the host would take over a change of its own
    with open(old, "w") as file:
        file.write(text.replace("mqtt:\n", 'mqtt:\n  version: "3.1.1"\n', 1))
    check(s, COMMANDS, old)


main(run, __doc__)
