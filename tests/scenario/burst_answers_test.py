"""A burst of commands, each answered: what cannot be taken is refused with "busy", nothing is lost without a word."""

import json
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from harness import CALLBACKS, Scenario, main, topic

COUNT = 6_000
DESCRIPTOR = """
components:
  dial: { type: dial }
"""


def run(s: Scenario):
    s.broker()
    client = s.client(filters=(topic("dial/availability"), topic("health")))
    s.host(DESCRIPTOR)
    client.wait_state(topic("dial/availability"), "online")

    seen, complete = {}, threading.Event()

    def on_message(_client, _data, message):
        seen[message.properties.CorrelationData] = json.loads(message.payload)
        if len(seen) == COUNT:
            complete.set()

    burst = mqtt.Client(*CALLBACKS, "burst", protocol=mqtt.MQTTv5)
    burst.tls_set(f"{s.tls}/ca.crt", f"{s.tls}/observer.crt", f"{s.tls}/observer.key")
    burst.on_message = on_message
    burst.on_connect = lambda *_: burst.subscribe("answers", 1)
    ready = threading.Event()
    burst.on_subscribe = lambda *_: ready.set()
    burst.connect("localhost", s.brokers[0].port)
    burst.loop_start()
    assert ready.wait(20)
    for number in range(COUNT):
        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = "answers"
        properties.CorrelationData = number.to_bytes(4, "big")
        burst.publish(topic("dial/level/set"), str(number % 100), 0, properties=properties)
    arrived = complete.wait(60)
    burst.disconnect()
    burst.loop_stop()
    health = client.command(topic("request/health"))["data"]
    assert arrived, f"{len(seen)} of {COUNT} answers came; {health['mqtt']}"
    refused = [each for each in seen.values() if not each["ok"]]
    assert all(each["error"]["code"] == "busy" for each in refused), refused[:3]


main(run, __doc__)
