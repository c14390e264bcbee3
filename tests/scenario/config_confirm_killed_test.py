"""The host is killed while a new descriptor waits for its confirmation: the next start goes on waiting, or takes it back when the time is over."""

import json
import os
import time

from harness import Scenario, main, topic

FIRST = "components:\n  dial: { type: dial }\n"


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(FIRST)
    client.wait_state(topic("dial/availability"), "online")
    with open(s.descriptor) as file:
        first = file.read()
    kept = os.path.join(s.folder, "house.state.revisions", "unconfirmed")

    def ask(request, **arguments):
        return client.command(topic(f"request/{request}"), json.dumps(arguments))

    def apply(confirm):
        config = ask("config")["data"]
        answer = ask("config-apply", text=config["text"] + "  lamp: { type: lamp }\n", etag=config["etag"], confirm=confirm)
        client.wait_state(topic("lamp/availability"), "online")
        return answer["data"]

    def written():
        with open(s.descriptor) as file:
            return file.read()

    def restart():
        host.crash()
        client.wait_state(topic("status"), "offline")
        client.forget()

    # Within the time it goes on waiting, and can be confirmed.
    number = apply("10m")["revision"]
    assert os.path.isdir(kept)
    restart()
    host = s.host()
    client.wait_state(topic("lamp/availability"), "online")
    assert ask("config")["data"]["unconfirmed"]["revision"] == number
    assert ask("config-confirm", revision=number)["status"] == "ok"
    assert not os.path.exists(kept)
    assert ask("rollback")["status"] == "ok"
    client.wait_state(topic("lamp/availability"), "")
    assert written() == first

    # After it the old one runs, and stands in the file.
    answer = apply("5s")
    restart()
    assert written() != first
    end = time.monotonic() + 30
    while time.time() * 1000 <= answer["confirm_by"] and time.monotonic() < end:
        time.sleep(0.05)
    host = s.host()
    client.wait_state(topic("dial/availability"), "online")
    assert written() == first and not os.path.exists(kept)
    event = client.wait_message(topic("event/config_rolled_back")).json
    assert event["from"] == answer["revision"] and event["reason"], event
    host.wait_line("is taken back: it was not confirmed within 5 s")
    assert not client.seen(topic("lamp/status")), "it ran once more"
    assert ask("config")["data"]["matches"] is True

    # Killed while it waits, and then edited by hand: that counts.
    number = apply("5s")["revision"]
    restart()
    s.write_descriptor(FIRST + "  hand: { type: lamp }\n")
    host = s.host()
    client.wait_state(topic("hand/availability"), "online")
    host.wait_line(f"revision {number} is no longer waited for")

    # It does not even start with it.
    config = ask("config")["data"]
    number = ask("config-apply", text=config["text"].replace("hand:", "foot:"), etag=config["etag"], confirm="10m")["data"]["revision"]
    restart()
    before = written()
    s.plugin_folders, folders = [os.path.join(s.folder, "empty")], s.plugin_folders
    os.mkdir(s.plugin_folders[0])
    host = s.host()
    assert host.wait_exit() == 1  # nor with the one before
    host.expected_exits.add(1)
    assert written() == before.replace("foot:", "hand:")
    s.plugin_folders = folders
    host = s.host()
    client.wait_state(topic("hand/availability"), "online")
    host.stop_cleanly()


main(run, __doc__)
