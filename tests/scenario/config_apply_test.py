"""A new descriptor is written and taken over by request: not over an edit that the sender has not seen, for good only when it is confirmed."""

import hashlib
import json
import os
import shutil
import stat

from harness import Scenario, main, simulated, topic

GOOD = simulated(lines=["PUMP"]) + """
components:
  dial: { type: dial }
  tuned: { type: tunable, token: hunter2 }  # by hand
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(GOOD)
    client.wait_state(topic("tuned/availability"), "online")
    os.chmod(s.descriptor, 0o640)

    def ask(request, **arguments):
        return client.command(topic(f"request/{request}"), json.dumps(arguments))

    def written():
        with open(s.descriptor) as file:
            return file.read()

    config = ask("config")["data"]
    first = written()
    changed = config["text"] + "  lamp: { type: lamp }\n"

    # Not what stands there.
    since = client.mark()
    error = ask("config-apply", text=changed, etag="0" * 64)["error"]
    assert error["code"] == "conflict" and error["found"] == config["etag"] and error["expected"] == "0" * 64, error
    assert "0" * 64 in error["message"] and config["etag"] in error["message"], error
    # Not what can run.
    error = ask("config-apply", text=changed + "  x: { type: nonsense }\n", etag=config["etag"])["error"]
    assert error["code"] == "rejected" and error["problems"][0]["path"] == "components.x.type", error
    # Not what would end the host.
    switch = os.path.join(s.folder, "broken")
    open(switch, "w").close()
    crasher = f"  x: {{ type: crasher, in: construct, how: abort, broken_while: {switch} }}\n"
    error = ask("config-apply", text=changed + crasher, etag=config["etag"])["error"]
    assert error["code"] == "rejected" and "crashed with SIGABRT" in error["problems"][0]["message"], error
    # One at a time.
    request = {"text": changed + crasher, "etag": config["etag"]}
    mark = client.mark()
    for word in ("first", "second"):
        client.send(topic("request/config-apply"), json.dumps({**request, "transaction": word}))
    codes = {each.json["transaction"]: each.json["error"]["code"]
             for each in client.wait_count(topic("response/config-apply"), 2, mark)}
    assert codes == {"first": "rejected", "second": "busy"}, codes
    for confirm, word in (("4s", "5s"), ("11m", "10m"), ("soon", "confirm")):
        error = ask("config-apply", text=changed, etag=config["etag"], confirm=confirm)["error"]
        assert error["code"] == "bad_arguments" and word in error["message"], error
    assert ask("config-apply", text=changed, etag=config["etag"], origin="kept")["error"]["code"] == "bad_arguments"
    assert written() == first and not client.seen(topic("event/config_applied"), since)

    # Not where it cannot be written.
    os.makedirs(os.path.join(s.folder, "house.yaml.m2ag-new", "in the way"))
    for options in ({}, {"confirm": "10m"}):
        error = ask("config-apply", text=changed, etag=config["etag"], **options)["error"]
        assert error["code"] == "failed" and "cannot be written" in error["message"] and "nothing was changed" in error["message"], error
        assert written() == first and "unconfirmed" not in ask("config")["data"]
    shutil.rmtree(os.path.join(s.folder, "house.yaml.m2ag-new"))

    # Without a confirmation, and with the secret that was masked.
    answer = ask("config-apply", text=changed, etag=config["etag"], origin="anna")["data"]
    assert written() == first + "  lamp: { type: lamp }\n"
    assert answer == {"revision": 2, "etag": hashlib.sha256(written().encode()).hexdigest()}, answer
    assert stat.S_IMODE(os.stat(s.descriptor).st_mode) == 0o640
    assert os.listdir(s.folder).count("house.yaml") == 1 and not [n for n in os.listdir(s.folder) if "new" in n]
    event = client.wait_message(topic("event/config_applied"), None, since).json
    assert event["added"] == ["lamp"] and event["origin"] == "anna" and event["revision"] == 2, event
    client.wait_state(topic("lamp/availability"), "online")
    revisions = ask("revisions")["data"]
    assert [(each["number"], each["origin"], each["current"]) for each in revisions] == [(2, "anna", True), (1, "start", False)]
    assert revisions[0]["etag"] == answer["etag"] and revisions[1]["etag"] == config["etag"], revisions

    # Confirmed.
    config = ask("config")["data"]
    answer = ask("config-apply", text=config["text"].replace("lamp: {", "light: {"), etag=config["etag"], confirm="10m")["data"]
    assert answer["revision"] == 3 and answer["confirm_by"] > 1.7e12, answer
    client.wait_state(topic("light/availability"), "online")
    waiting = ask("config")["data"]
    assert waiting["unconfirmed"] == {"revision": 3, "confirm_by": answer["confirm_by"]}, waiting
    error = ask("config-apply", text=config["text"], etag=waiting["etag"])["error"]
    assert error["code"] == "busy" and "revision 3" in error["message"], error
    error = ask("config-confirm", revision=2)["error"]
    assert error["code"] == "refused" and "3" in error["message"], error
    assert ask("config-confirm")["error"]["code"] == "bad_arguments"
    assert ask("config-confirm", revision=3)["data"] == {"revision": 3}
    assert "unconfirmed" not in ask("config")["data"]
    assert ask("config-confirm", revision=3)["error"]["code"] == "refused"

    # Edited by hand while it waits: that counts.
    config = ask("config")["data"]
    answer = ask("config-apply", text=config["text"] + "  fan: { type: lamp }\n", etag=config["etag"], confirm="10m")["data"]
    client.wait_state(topic("fan/availability"), "online")
    s.write_descriptor(GOOD + "  hand: { type: lamp }\n")
    host.wait_line("revision 4 is no longer waited for")
    client.wait_state(topic("hand/availability"), "online")
    assert ask("config-confirm", revision=4)["error"]["code"] == "refused"

    # Back, as m2ag rollback does it.
    since = client.mark()
    answer = ask("rollback", revision=1)["data"]
    assert answer["from"] == 1 and written() == first, answer
    assert client.wait_message(topic("event/config_applied"), None, since).json["origin"] == "rollback"
    client.wait_state(topic("hand/availability"), "")
    newest = ask("revisions")["data"][0]
    assert newest["number"] == answer["revision"] and newest["origin"] == "rollback" and newest["current"], newest
    assert ask("rollback", revision=999)["error"]["code"] == "unknown_revision"
    assert ask("rollback")["data"]["from"] == answer["revision"] - 1

    # A file in components.d.
    folder = os.path.join(s.folder, "components.d")
    os.mkdir(folder)
    more = os.path.join(folder, "more.yaml")
    with open(more, "w") as file:
        file.write("more: { type: lamp }\n")
    client.wait_state(topic("more/availability"), "online")
    other = ask("config")["data"]["files"][0]
    assert other["file"] == more and other["writable"], other
    ask("config-apply", file=more, text="most: { type: lamp }\n", etag=other["etag"])
    client.wait_state(topic("most/availability"), "online")
    client.wait_state(topic("more/availability"), "")
    host.stop_cleanly()


main(run, __doc__)
