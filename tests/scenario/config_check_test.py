"""The descriptor is read over MQTT without its secrets, and a new one is checked: each mistake is told with its place, and nothing is changed."""

import hashlib
import json
import os

from harness import Scenario, main, simulated, topic

GOOD = simulated(lines=["PUMP"]) + """
components:
  pump: { type: relay, line: PUMP }
  tuned: { type: tunable, gain: 3, token: hunter2 }
  other: { type: tunable, token: !secret word }
"""

MISTAKES = (
    ("type: relay, line: PUMP", "type: relay, lines: PUMP", "lines", 'did you mean "line"?'),
    ("gain: 3", "gain: 300", "300", "out of range"),
    ("  other: { type: tunable", "  other: { type: tunible", "tunible", 'did you mean "tunable"?'),
    ("name: Test device", "nome: Test device", "nome", 'did you mean "name"?'),
    ("mqtts://localhost", "mqqts://localhost", "mqqts", "mqtts://"),
)


def place_of(text, word):
    for number, line in enumerate(text.splitlines(), 1):
        if word in line:
            return number, line.index(word) + 1
    raise AssertionError(word)


def run(s: Scenario):
    s.broker()
    client = s.client()
    with open(os.path.join(s.folder, "secrets.yaml"), "w") as file:
        file.write("word: swordfish\n")
    os.chmod(os.path.join(s.folder, "secrets.yaml"), 0o600)
    os.mkdir(os.path.join(s.folder, "components.d"))
    more = os.path.join(s.folder, "components.d", "more.yaml")
    with open(more, "w") as file:
        file.write("more: { type: tunable, token: 'also hidden' }\n")
    host = s.host(GOOD)
    client.wait_state(topic("more/availability"), "online")
    with open(s.descriptor, "rb") as file:
        written = file.read()

    def ask(request, **arguments):
        return client.command(topic(f"request/{request}"), json.dumps(arguments))

    config = ask("config")["data"]
    assert config["file"] == s.descriptor and config["matches"] is True and config["revision"] == 1, config
    assert config["etag"] == config["applied_etag"] == hashlib.sha256(written).hexdigest(), config
    assert 'token: "***" }' in config["text"] and "token: !secret word" in config["text"], config["text"]
    assert config["files"] == [{"file": more, "text": 'more: { type: tunable, token: "***" }\n', "writable": True,
                                "etag": hashlib.sha256(b"more: { type: tunable, token: 'also hidden' }\n").hexdigest()}], config
    for answer in (config, ask("revision", number=1)["data"]):
        for secret in ("hunter2", "swordfish", "also hidden"):
            assert secret not in json.dumps(answer), secret

    # What it has already changes nothing; a mask is the secret that was there.
    answer = ask("config-check", text=config["text"])["data"]
    assert answer == {"valid": True, "problems": [], "changes": {
        "added": [], "changed": [], "removed": [], "restart": [], "mqtt": False, "simulated": False, "device": False}}, answer
    text = config["text"].replace("gain: 3", "gain: 4") + "  lamp: { type: lamp }\n"
    changes = ask("config-check", text=text)["data"]["changes"]
    assert changes["added"] == ["lamp"] and changes["changed"] == changes["restart"] == ["tuned"], changes
    changes = ask("config-check", file=more, text="{}\n")["data"]["changes"]
    assert changes["removed"] == ["more"], changes

    # Five mistakes, five places.
    text = config["text"]
    for before, after, _, _ in MISTAKES:
        assert before in text, before
        text = text.replace(before, after)
    answer = ask("config-check", text=text)["data"]
    assert answer["valid"] is False and answer["changes"] is None, answer
    assert len(answer["problems"]) == len(MISTAKES), answer["problems"]
    for _, _, word, hint in MISTAKES:
        line, column = place_of(text, word)
        found = [each for each in answer["problems"] if (each["line"], each["column"]) == (line, column)]
        assert found and hint in found[0]["message"] and found[0]["file"] == s.descriptor, (word, line, column, answer["problems"])

    # Also what only a constructor finds, and masks that stand for nothing.
    switch = os.path.join(s.folder, "broken")
    open(switch, "w").close()
    answer = ask("config-check", text=config["text"] + f"  bad: {{ type: thrower, in: construct, broken_while: {switch} }}\n")["data"]
    assert not answer["valid"] and [each["path"] for each in answer["problems"]] == ["components.bad"], answer
    answer = ask("config-check", text=config["text"].replace("gain: 3", 'word: "***"'))["data"]
    assert not answer["valid"] and answer["problems"][0]["path"] == "components.tuned.word", answer
    assert answer["problems"][0]["column"] == place_of(config["text"], "gain: 3")[1] + len("word: "), answer

    # Nobody learns a secret by guessing: a constructor quotes it here.
    answer = ask("config-check", text=config["text"].replace("gain: 3", "fixed: hunter2"))["data"]
    assert [each["path"] for each in answer["problems"]] == ["components.tuned"] and "hunter2" not in json.dumps(answer), answer

    # Wrong questions.
    for arguments, code, word in (({}, "bad_arguments", "text"), ({"text": "a", "file": "/etc/passwd"}, "bad_arguments", more),
                                  ({"text": "a", "fiel": "b"}, "bad_arguments", 'did you mean "file"?'),
                                  ({"text": "x" * 300_000}, "too_long", "256 KiB")):
        error = ask("config-check", **arguments)["error"]
        assert error["code"] == code and word in error["message"], error
    assert ask("reload", note="x" * 70_000)["error"]["code"] == "too_long"
    assert ask("revision", number=7)["error"]["code"] == "unknown_revision"
    big = config["text"] + "#" * 100_000 + "\n"
    assert ask("config-check", text=big)["data"]["valid"] is True

    # Nothing was changed by all this.
    with open(s.descriptor, "rb") as file:
        assert file.read() == written
    assert not client.seen(topic("event/config_applied")) and not client.seen(topic("event/config_rejected"))
    assert [each["number"] for each in ask("revisions")["data"]] == [1]

    # Edited by hand into something that nobody can read: it is not shown, what runs is.
    s.write_descriptor(GOOD + "  x: { token: hunter3\n")
    client.wait_message(topic("event/config_rejected"))
    answer = ask("config")["data"]
    assert answer["text"] is None and "house.yaml:" in answer["problem"] and answer["matches"] is False, answer
    assert answer["applied_etag"] == config["etag"], answer

    # What there is to write.
    plugins = ask("plugins")["data"]
    relay = [each for each in plugins["types"] if each["type"] == "relay"][0]
    assert relay["version"] and relay["file"].endswith("relay.so") and relay["description"], relay
    schema = ask("schema", type="relay")["data"]
    assert schema["properties"]["line"] and schema["required"] == ["type", "line"], schema
    assert ask("schema", type="rellay")["error"]["code"] == "unknown_type"
    answer = ask("schema")
    assert answer["status"] == "ok" and answer["data"]["title"] == "m2ag descriptor", answer["error"]
    host.stop_cleanly()


main(run, __doc__)
