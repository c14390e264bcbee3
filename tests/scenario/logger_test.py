"""A logger keeps what a device publishes, across its own death: what was published while it was away is there too, each once."""

import contextlib
import json
import os
import sqlite3
import time

from harness import Scenario, main, topic

DEVICE = """
components:
  dial: { type: dial }
  beat: { type: sleeper, interval: 100ms }
"""
HUB = """
components:
  history:
    type: logger
    batch_time: 200ms
    interval: 1s
    sources:
      - { topic: tele/+/SENSOR, series: "tasmota/{1}", values: { temperature: /DS18B20/Temperature } }
    messages: [tele/#]
"""


def history(s, *words):
    return s.m2ag("history", "--config", os.path.join(s.folder, "hub.yaml"), *words).stdout


def kept(s, series):
    return [line.split(" ", 1)[1] for line in history(s, "get", series).splitlines()]


def eventually(condition, what, timeout=30):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def run(s: Scenario):
    s.broker()
    s.m2ag("cert", "client", "hub", "--dir", s.tls)
    client = s.client()
    s.host(DEVICE)
    client.wait_state(topic("status"), "online")
    hub = s.host(HUB, device="hub")
    client.wait_state("m2ag/hub/history/availability", "online")
    # Seen online, it is: what is published from now on is kept.
    said = [m.text for m in client.seen("m2ag/hub/history/availability")]
    assert said.index("online") == len(said) - 1, said

    for level in (10, 20, 30):
        assert client.command(topic("dial/level/set"), str(level))["ok"]
    client.publish("tele/boiler/SENSOR", '{"DS18B20":{"Temperature":20.3}}')
    eventually(lambda: "house/dial/level" in history(s, "list") and kept(s, "house/dial/level")[-3:] == ["10", "20", "30"], "the levels")
    eventually(lambda: "tasmota/boiler/temperature" in history(s, "list"), "the boiler")
    assert kept(s, "tasmota/boiler/temperature") == ["20.3"]
    [sample] = json.loads(history(s, "--json", "get", "tasmota/boiler/temperature"))
    assert sample["value"] == 20.3 and sample["quality"] == "good" and sample["time"].endswith("Z"), sample
    [line] = history(s, "messages").splitlines()
    assert line.split(" ", 1)[1] == 'tele/boiler/SENSOR {"DS18B20":{"Temperature":20.3}}', line
    [message] = json.loads(history(s, "messages", "--filter", "tele/+/SENSOR", "--json"))
    assert message["topic"] == "tele/boiler/SENSOR" and message["retain"] is False, message
    assert json.loads(history(s, "messages", "--filter", "tele/+/STATE", "--json")) == []
    events = json.loads(history(s, "events", "--filter", "house/#", "--json"))
    assert events and all(each["device"] == "house" for each in events), events
    assert len(history(s, "events", "--limit", "1").splitlines()) == 1
    refused = s.m2ag("history", "--config", os.path.join(s.folder, "hub.yaml"), "events", "--filter", "house/#/x", check=False)
    assert refused.returncode == 1 and '--filter: "house/#/x" is no MQTT filter' in refused.stderr, refused

    hub.crash()
    client.wait_state("m2ag/hub/status", "offline")
    for level in (40, 50):
        assert client.command(topic("dial/level/set"), str(level))["ok"]
    hub = s.host(device="hub")
    eventually(lambda: kept(s, "house/dial/level")[-5:] == ["10", "20", "30", "40", "50"], "what came while it was away")

    beats = [int(each) for each in kept(s, "house/beat/samples")]
    assert beats == list(range(beats[0], beats[0] + len(beats))), "a value is missing or doubled"
    stats = json.loads(history(s, "--json", "stats"))
    # One filter of the traffic, one of a source: still one message.
    assert stats["messages"] == 1 and stats["events"] >= 1, stats
    some = history(s, "get", "house/beat/samples", "--points", "4").splitlines()
    assert len(some) in (3, 4) and int(some[-1].split()[1]) >= beats[-1], some
    wrong = s.m2ag("history", "--config", os.path.join(s.folder, "hub.yaml"), "get", "house/beat/samples", "--from", "yesterday", check=False)
    assert wrong.returncode == 1 and '--from: "yesterday" is no time' in wrong.stderr, wrong
    exported = history(s, "export", "--series", "tasmota/#").splitlines()
    assert exported[0] == "series,kind,unit,time,value,quality" and exported[1].startswith("tasmota/boiler/temperature,number,"), exported

    # What writes wants the file for itself.
    csv = os.path.join(s.folder, "tasmota.csv")
    with open(csv, "w") as file:
        file.write("\n".join([*exported, "tasmota/boiler/temperature,number,,2026-01-02T03:04:05.000Z,19.5,good", ""]))
    for words in (["import", csv], ["vacuum"]):
        refused = s.m2ag("history", "--config", os.path.join(s.folder, "hub.yaml"), *words, check=False)
        assert refused.returncode == 2 and "another logger writes this history (process" in refused.stderr, refused
    hub.stop_cleanly()
    assert "2 samples" in history(s, "import", csv) and "0 samples" not in history(s, "import", csv)
    assert kept(s, "tasmota/boiler/temperature") == ["19.5", "20.3"]
    with open(csv, "a") as file:
        file.write("tasmota/boiler/temperature,number,,yesterday,19.5,good\n")
    refused = s.m2ag("history", "--config", os.path.join(s.folder, "hub.yaml"), "import", csv, check=False)
    assert refused.returncode == 2 and f'{csv}: line 4: "yesterday" is no time' in refused.stderr, refused
    assert " bytes" in history(s, "vacuum")

    # The broker forgets what the descriptor no longer names.
    before = json.loads(history(s, "--json", "stats"))["messages"]
    hub = s.host(HUB.replace("    messages: [tele/#]\n", ""), device="hub")
    client.wait_state("m2ag/hub/history/availability", "online")
    client.publish("tele/boiler/SENSOR", '{"DS18B20":{"Temperature":21.5}}')
    eventually(lambda: kept(s, "tasmota/boiler/temperature")[-1] == "21.5", "the boiler after the change")
    assert json.loads(history(s, "--json", "stats"))["messages"] == before
    # Struck out once the broker has answered UNSUBSCRIBE.
    with contextlib.closing(sqlite3.connect(f"file:{stats['file']}?mode=ro", uri=True)) as database:
        asked = lambda: database.execute("SELECT value FROM meta WHERE key = 'note.asked'").fetchone()[0].split()
        eventually(lambda: "tele/+/SENSOR" in asked() and "tele/#" not in asked(), "the filters that are left")
    hub.stop_cleanly()


main(run, __doc__)
