#!/usr/bin/python3
"""What many hubs run: a logger of a page of Python, with Paho and SQLite. Each message a row; a transaction a second. The bench measures the
logger beside it. Says "ready", and JSON once it has stored --messages."""

import argparse
import json
import sqlite3
import time

import paho.mqtt.client as mqtt

parser = argparse.ArgumentParser()
for option in ("--port", "--ca", "--cert", "--key", "--messages", "--file"):
    parser.add_argument(option, required=True)
options = parser.parse_args()

database = sqlite3.connect(options.file, isolation_level=None)
database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE log(topic TEXT, payload TEXT, time REAL); "
                       "CREATE INDEX by_topic ON log(topic, time)")
count, began, committed = 0, None, 0.0


def on_message(_client, _context, message):
    global count, began, committed
    if began is None:
        began = committed = time.monotonic()
        database.execute("BEGIN")
    database.execute("INSERT INTO log VALUES(?, ?, ?)", (message.topic, message.payload.decode(), time.time()))
    count += 1
    now = time.monotonic()
    if now - committed >= 1 or count == int(options.messages):
        database.execute("COMMIT")
        if count == int(options.messages):
            print(json.dumps({"messages": count, "seconds": now - began, "cpu_seconds": time.process_time()}), flush=True)
            client.disconnect()
            return
        database.execute("BEGIN")
        committed = now


callbacks = (mqtt.CallbackAPIVersion.VERSION1,) if hasattr(mqtt, "CallbackAPIVersion") else ()
client = mqtt.Client(*callbacks, "python-logger", protocol=mqtt.MQTTv5)
client.tls_set(options.ca, options.cert, options.key)
client.on_message = on_message
client.on_subscribe = lambda *_: print("ready", flush=True)
client.connect("localhost", int(options.port))
client.subscribe("m2ag/+/+/+", qos=1)
client.loop_forever()
