"""A new descriptor that cuts the device off from its broker is taken back by itself, and the device is online again with the one before."""

import json
import os

from harness import Scenario, free_port, main, topic

COMPONENTS = """
components:
  steady: { type: faulty, broken_while: /nowhere }
  dial: { type: dial }
"""


def run(s: Scenario):
    broker = s.broker()
    client = s.client()
    host = s.host(COMPONENTS)
    client.wait_state(topic("dial/availability"), "online")
    with open(s.descriptor) as file:
        first = file.read()

    def ask(request, **arguments):
        return client.command(topic(f"request/{request}"), json.dumps(arguments))

    config = ask("config")["data"]
    nowhere = config["text"].replace(f"localhost:{broker.port}", f"localhost:{free_port()}")
    assert nowhere != config["text"]
    since, line = client.mark(), host.mark()
    answer = ask("config-apply", text=nowhere, etag=config["etag"], confirm="5s")["data"]
    assert answer["revision"] == 2, answer
    client.wait_message(topic("status"), "offline", since)
    host.wait_line("revision 2 is taken back: it was not confirmed within 5 s", since=line)
    since = client.mark()
    client.wait_state(topic("status"), "online")
    event = client.wait_message(topic("event/config_rolled_back")).json
    assert event["from"] == 2 and event["revision"] == 3 and "not confirmed within 5 s" in event["reason"], event
    with open(s.descriptor) as file:
        assert file.read() == first
    config = ask("config")["data"]
    assert config["matches"] and config["revision"] == 3 and "unconfirmed" not in config, config
    assert ask("revisions")["data"][0]["origin"] == "rollback"
    assert ask("config-confirm", revision=2)["error"]["code"] == "refused"
    values = [int(message.text) for message in client.seen(topic("steady/value"))]
    assert values == sorted(values), "a component was restarted for it"

    # The same with what makes the whole device anew.
    other = config["text"].replace("id: house", "id: shed")
    assert ask("config-apply", text=other, etag=config["etag"], confirm="5s")["data"]["revision"] == 4
    client.wait_state(topic("dial/availability", "shed"), "online")
    client.wait_state(topic("status", "shed"), "")
    client.wait_state(topic("dial/availability"), "online")
    client.wait_message(topic("event/config_rolled_back"), lambda m: m.json["from"] == 4)
    with open(s.descriptor) as file:
        assert file.read() == first
    assert client.command(topic("dial/set"), "7")["ok"]

    # Another database has revisions of its own: it is waited for beside those.
    other = config["text"] + "state: { file: elsewhere.db }\n"
    etag = ask("config")["data"]["etag"]
    since = client.mark()
    assert ask("config-apply", text=other, etag=etag, confirm="5s")["data"]["revision"] == 1
    kept = os.path.join(s.folder, "elsewhere.revisions", "unconfirmed")
    event = client.wait_message(topic("event/config_rolled_back"), None, since).json
    assert event["from"] == 1 and event["revision"] > 4 and not os.path.exists(kept), event
    with open(s.descriptor) as file:
        assert file.read() == first
    client.wait_state(topic("status"), "online")

    # And a database that cannot be: nothing is written.
    error = ask("config-apply", text=config["text"] + "state: { file: /proc/none/state.db }\n", etag=etag, confirm="5s")["error"]
    assert "/proc/none" in error["message"] and "nothing was changed" in error["message"], error
    with open(s.descriptor) as file:
        assert file.read() == first
    assert "unconfirmed" not in ask("config")["data"]
    host.stop_cleanly()


main(run, __doc__)
