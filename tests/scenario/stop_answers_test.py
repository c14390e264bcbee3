"""Commands that wait for the disk when the host is told to stop are answered before it goes."""

import os
import signal
import sqlite3

from harness import Scenario, main, simulated, topic

PUMPS = [f"pump-{number}" for number in range(8)]
DESCRIPTOR = simulated(lines=PUMPS) + "components:\n" + "".join(f"  {name}: {{ type: relay, line: {name}, restore: last }}\n" for name in PUMPS)


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    for name in PUMPS:
        client.wait_state(topic(f"{name}/state"), "OFF")
    assert client.command(topic("pump-0/set"), "ON")["ok"]

    # Another program holds the database: nothing becomes durable, no command can be answered yet.
    database = sqlite3.connect(os.path.join(s.folder, "house.state.db"), isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    since = client.mark()
    for name in PUMPS[1:]:
        client.publish(topic(f"{name}/set"), f'{{"value": "ON", "transaction": "{name}"}}')
    for name in PUMPS[1:]:
        client.wait_state(topic(f"{name}/state"), "ON")
    host.signal(signal.SIGTERM)
    for name in PUMPS[1:]:
        answer = client.wait_message(topic(f"{name}/reply"), lambda m: m.json["transaction"] == name, since).json
        assert answer["ok"] is False and answer["error"]["code"] == "not_saved", answer
    assert host.wait_exit() == 0
    client.wait_state(topic("status"), "offline")
    for name in PUMPS:
        client.wait_state(topic(f"{name}/state"), "OFF")
        assert len(client.seen(topic(f"{name}/reply"), since)) == (0 if name == PUMPS[0] else 1), "answered twice"
    database.close()


main(run, __doc__)
