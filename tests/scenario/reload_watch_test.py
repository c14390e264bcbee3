"""The descriptor's files are watched: each way to change one of them is taken over, and what is half written is not."""

import os
import time

from harness import Scenario, main, topic

DESCRIPTOR = """
components:
  dial: { type: dial }
  lamp: !include lamp.yaml
  secret: { type: faulty, broken_while: !secret place }
"""


def write(s, name, text):
    with open(os.path.join(s.folder, name), "w") as file:
        file.write(text)


def replace(s, name, text):
    """As most editors do."""
    write(s, name + "~", text)
    os.rename(os.path.join(s.folder, name + "~"), os.path.join(s.folder, name))


def run(s: Scenario):
    s.broker()
    client = s.client()
    write(s, "lamp.yaml", "{ type: lamp }\n")
    write(s, "secrets.yaml", "place: /nowhere\n")
    os.chmod(os.path.join(s.folder, "secrets.yaml"), 0o600)
    host = s.host(DESCRIPTOR)
    client.wait_state(topic("secret/availability"), "online")
    client.wait_state(topic("lamp/availability"), "online")

    def expect(added=(), changed=(), removed=()):
        began = time.monotonic()
        done = client.wait_message(topic("event/config_applied"), None, since).json
        assert (done["added"], done["changed"], done["removed"]) == (list(added), list(changed), list(removed)), done
        assert done["origin"] == "file", done
        assert time.monotonic() - began < 10

    since = client.mark()
    s.write_descriptor(DESCRIPTOR + "  second: { type: dial }\n")
    expect(added=["second"])

    since = client.mark()
    replace(s, "lamp.yaml", "{ type: lamp, name: Desk }\n")
    expect(changed=["lamp"])

    since = client.mark()
    write(s, "secrets.yaml", "place: /elsewhere\n")
    expect(changed=["secret"])

    since = client.mark()
    folder = os.path.join(s.folder, "components.d")
    os.mkdir(folder)
    write(s, "components.d/more.yaml", "third: { type: dial }\n")
    expect(added=["third"])

    since = client.mark()
    write(s, "components.d/more.yaml", "third: { type: dial, name: Third }\n")
    expect(changed=["third"])

    since = client.mark()
    os.rename(folder, folder + ".off")
    expect(removed=["third"])

    # Written with pauses, the text good at every moment: nothing is taken over before the file is closed.
    since = client.mark()
    with open(s.descriptor, "w") as file:
        for line in (s.header() + DESCRIPTOR).splitlines(keepends=True):
            file.write(line)
            file.flush()
            time.sleep(0.1)
    expect(removed=["second"])

    # A mistake is told once, and mended by a file that stands beside it.
    since = client.mark()
    os.remove(os.path.join(s.folder, "lamp.yaml"))
    client.wait_message(topic("event/config_rejected"), lambda m: "lamp.yaml" in m.text, since)
    assert client.command(topic("lamp/set"), "ON")["ok"]
    since = client.mark()
    write(s, "lamp.yaml", "{ type: lamp, name: Table }\n")
    expect(changed=["lamp"])

    assert client.seen(topic("dial/status"), since) == []
    host.stop_cleanly()


main(run, __doc__)
