"""What was taken over is kept, and `m2ag rollback` brings an earlier state of the files back: the running host takes it over."""

import json
import os

from harness import Scenario, main, topic

FIRST = "components:\n  dial: { type: dial }\n"
SECOND = "components:\n  dial: { type: dial }\n  lamp: { type: lamp }\n"


def run(s: Scenario):
    s.broker()
    client = s.client()
    with open(os.path.join(s.folder, "secrets.yaml"), "w") as file:
        file.write("place: /nowhere\n")
    os.chmod(os.path.join(s.folder, "secrets.yaml"), 0o600)
    first = FIRST + "  shaky: { type: faulty, broken_while: !secret place }\n"
    host = s.host(first)
    client.wait_state(topic("shaky/availability"), "online")

    def rollback(*arguments, check=True):
        return s.m2ag("rollback", "--config", s.descriptor, *arguments, check=check)

    def revisions():
        return json.loads(rollback("--list", "--json").stdout)

    def text():
        with open(s.descriptor) as file:
            return file.read()

    only = revisions()
    assert [(each["revision"], each["origin"]) for each in only] == [(1, "start")], only
    assert only[0]["files"] == [os.path.realpath(s.descriptor)] or only[0]["files"] == [s.descriptor], only
    assert rollback(check=False).returncode == 1, "there is nothing before the first"

    # A second state, with a file beside it.
    os.mkdir(os.path.join(s.folder, "components.d"))
    since = client.mark()
    with open(os.path.join(s.folder, "components.d/more.yaml"), "w") as file:
        file.write("more: { type: lamp }\n")
    s.write_descriptor(SECOND)
    client.wait_message(topic("event/config_applied"), lambda m: "shaky" in m.json["removed"], since)
    client.wait_state(topic("more/availability"), "online")
    count = len(revisions())

    # A broken one is no revision; rollback mends it, and keeps what stood there.
    since = client.mark()
    s.write_descriptor(SECOND + "  air: { type: nonsense }\n")
    client.wait_message(topic("event/config_rejected"), None, since)
    assert len(revisions()) == count
    done = rollback()
    assert "is kept as revision" in done.stdout, done
    assert text() == s.header() + SECOND
    # The host may have taken it over already, as a revision of its own.
    kept = revisions()[count]
    assert kept["origin"] == "kept", revisions()

    # Back to the first: what it has not is gone, the secret is as it was.
    since = client.mark()
    rollback("--to", "1")
    assert text() == s.header() + first
    assert not os.path.exists(os.path.join(s.folder, "components.d/more.yaml"))
    event = client.wait_message(topic("event/config_applied"), lambda m: "more" in m.json["removed"], since).json
    assert event["origin"] == "rollback" and "shaky" in event["added"], event
    client.wait_state(topic("shaky/availability"), "online")
    newest = revisions()[-1]
    assert newest["origin"] == "rollback" and newest["revision"] == event["revision"], newest
    assert "already" in rollback("--to", "1").stdout

    # Undone, also when the descriptor can no longer be read at all.
    with open(s.descriptor, "w") as file:
        file.write("{ nothing: [\n")
    rollback("--to", str(kept["revision"] - 1))
    client.wait_state(topic("more/availability"), "online")
    assert text() == s.header() + SECOND

    # Wrong input.
    assert "999" in rollback("--to", "999", check=False).stderr
    elsewhere = rollback("--state", os.path.join(s.folder, "none.db"), "--list", check=False)
    assert elsewhere.returncode == 1 and "--state" in elsewhere.stderr, elsewhere
    folder = s.descriptor.replace(".yaml", ".state.revisions")
    assert os.path.isdir(folder), folder
    for root, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(root, name), "rb") as file:
                assert b"/nowhere" not in file.read(), f"a secret lies in {root}/{name}"
    host.stop_cleanly()

    # A host that was not running meanwhile starts with what there is, and keeps it once.
    before = len(revisions())
    host = s.host()
    client.wait_state(topic("status"), "online")
    client.wait_state(topic("more/availability"), "online")
    assert len(revisions()) == before, revisions()
    host.stop_cleanly()


main(run, __doc__)
