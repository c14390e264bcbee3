"""An MQTT 5 client that remembers every message it saw and can wait for one. Built on paho-mqtt."""

import json
import ssl
import threading
import time
import uuid
from dataclasses import dataclass

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions


@dataclass
class Message:
    topic: str
    payload: bytes
    retain: bool
    qos: int
    time: float
    correlation: bytes = b""
    since: int = 0  # what the user property `time` says, ms since 1970

    @property
    def text(self):
        return self.payload.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.payload)


def _matches(expected, message):
    if expected is None:
        return True
    if callable(expected):
        return bool(expected(message))
    return message.text == str(expected)


def _tls_context(tls, name):
    context = ssl.create_default_context(cafile=f"{tls}/ca.crt")
    context.load_cert_chain(f"{tls}/{name}.crt", f"{tls}/{name}.key")
    return context


# paho-mqtt 2 (Debian 13) wants to be told which callbacks it calls; 1.6 (Debian 12) has only these.
CALLBACKS = (mqtt.CallbackAPIVersion.VERSION1,) if hasattr(mqtt, "CallbackAPIVersion") else ()


class SturdyMqtt(mqtt.Client):
    """Reconnects also when TLS ends in the middle of a record, which ends paho's thread with an exception otherwise."""

    def _thread_main(self):
        while True:
            try:
                return self.loop_forever(retry_first_connection=True)
            except (ssl.SSLError, OSError):
                self._sock_close()
                if self.on_disconnect:
                    self.on_disconnect(self, None, 1)


class Client:
    """Sees all of `filters`. Every wait has a deadline and fails with what was there instead."""

    def __init__(self, port, tls, name="observer", filters=("m2ag/#",), protocol=mqtt.MQTTv5, will=None):
        self.messages = []
        self.newest = {}
        self._changed = threading.Condition()
        self._connected = False
        self._subscribed = set()
        self._protocol = protocol
        self.reply_topic = f"test/{name}/{uuid.uuid4().hex[:8]}"
        client_id = f"{name}-{uuid.uuid4().hex[:8]}"
        if protocol == mqtt.MQTTv5:
            self._mqtt = SturdyMqtt(*CALLBACKS, client_id, protocol=protocol)
        else:
            self._mqtt = SturdyMqtt(*CALLBACKS, client_id, clean_session=True, protocol=protocol)
        self._filters = [*filters, self.reply_topic]
        self._mqtt.tls_set_context(_tls_context(tls, name))
        self._mqtt.max_inflight_messages_set(1000)
        self._mqtt.reconnect_delay_set(1, 1)
        self._mqtt.on_connect = self._on_connect
        self._mqtt.on_disconnect = self._on_disconnect
        self._mqtt.on_subscribe = self._on_subscribe
        self._mqtt.on_message = self._on_message
        if will:
            self._mqtt.will_set(*will)
        self._mqtt.connect("localhost", port, keepalive=60)
        self._mqtt.loop_start()
        self.wait_connected()

    def _on_connect(self, *_):
        options = SubscribeOptions(qos=1, retainAsPublished=False)
        with self._changed:
            self._connected = True
            self._subscribed = set()
        for each in self._filters:
            if self._protocol == mqtt.MQTTv5:
                self._mqtt.subscribe(each, options=options)
            else:
                self._mqtt.subscribe(each, 1)

    def _on_disconnect(self, *_):
        with self._changed:
            self._connected = False
            self._subscribed = set()
            self._changed.notify_all()

    def _on_subscribe(self, _client, _data, number, *_):
        with self._changed:
            self._subscribed.add(number)
            self._changed.notify_all()

    def _on_message(self, _client, _data, message):
        properties = getattr(message, "properties", None)
        correlation = getattr(properties, "CorrelationData", b"")
        since = int(dict(getattr(properties, "UserProperty", [])).get("time", 0))
        seen = Message(message.topic, message.payload, bool(message.retain), message.qos, time.monotonic(), correlation, since)
        with self._changed:
            self.messages.append(seen)
            self.newest[seen.topic] = seen
            self._changed.notify_all()

    def wait_connected(self, timeout=20.0):
        with self._changed:
            if not self._changed.wait_for(lambda: self._connected and len(self._subscribed) >= len(self._filters), timeout):
                raise AssertionError(f"client: not connected and subscribed within {timeout} s")

    def wait_disconnected(self, timeout=20.0):
        with self._changed:
            if not self._changed.wait_for(lambda: not self._connected, timeout):
                raise AssertionError(f"client: still connected after {timeout} s")

    def close(self):
        self._mqtt.disconnect()
        self._mqtt.loop_stop()

    def forget(self):
        """Drops what was seen: the next wait is for something that comes from now on."""
        with self._changed:
            self.messages.clear()
            self.newest.clear()

    def mark(self):
        """A place in the stream of messages, for `since`."""
        with self._changed:
            return len(self.messages)

    def state(self, topic):
        """The newest payload of a topic as text, or None."""
        with self._changed:
            message = self.newest.get(topic)
        return message.text if message else None

    def wait_state(self, topic, expected=None, timeout=20.0):
        """Until the newest message of `topic` is `expected`: a text, a predicate of the message, or None for any."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                message = self.newest.get(topic)
                if message and _matches(expected, message):
                    return message
                left = deadline - time.monotonic()
                if left <= 0:
                    what = "a message" if expected is None else "the state expected" if callable(expected) else f'"{expected}"'
                    found = "nothing" if message is None else f'"{message.text[:200]}"'
                    raise AssertionError(f"{topic}: expected {what} within {timeout} s, found {found}")
                self._changed.wait(left)

    def wait_message(self, topic, expected=None, since=0, timeout=20.0):
        """The first message of a topic (or filter with wildcards) from `since` on that is `expected`."""
        deadline = time.monotonic() + timeout
        position = since
        with self._changed:
            while True:
                while position < len(self.messages):
                    message = self.messages[position]
                    if mqtt.topic_matches_sub(topic, message.topic) and _matches(expected, message):
                        return message
                    position += 1
                left = deadline - time.monotonic()
                if left <= 0:
                    seen = [f"{m.topic} {m.text[:80]}" for m in self.messages[since:] if mqtt.topic_matches_sub(topic, m.topic)]
                    raise AssertionError(f"{topic}: no such message within {timeout} s, seen since: {seen[-10:]}")
                self._changed.wait(left)

    def wait_count(self, topic, count, since=0, timeout=20.0):
        """At least `count` messages of a topic from `since` on; all of them."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                found = [m for m in self.messages[since:] if mqtt.topic_matches_sub(topic, m.topic)]
                if len(found) >= count:
                    return found
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{topic}: {len(found)} of {count} messages within {timeout} s")
                self._changed.wait(left)

    def seen(self, topic, since=0):
        """The messages of a topic or filter from `since` on, so far."""
        with self._changed:
            return [m for m in self.messages[since:] if mqtt.topic_matches_sub(topic, m.topic)]

    def publish(self, topic, payload="", qos=1, retain=False, expiry=None, response_topic=None, correlation=None, timeout=20.0):
        """Returns once the broker has it."""
        properties = None
        if self._protocol == mqtt.MQTTv5:
            properties = Properties(PacketTypes.PUBLISH)
            if expiry is not None:
                properties.MessageExpiryInterval = expiry
            if response_topic is not None:
                properties.ResponseTopic = response_topic
            if correlation is not None:
                properties.CorrelationData = correlation
            info = self._mqtt.publish(topic, payload, qos, retain, properties)
        else:
            info = self._mqtt.publish(topic, payload, qos, retain)
        info.wait_for_publish(timeout)
        if not info.is_published():
            raise AssertionError(f"{topic}: the broker did not take the message")
        return info

    def send(self, topic, payload, qos=1):
        """As publish, without waiting for the broker."""
        return self._mqtt.publish(topic, payload, qos)

    def command(self, topic, payload="", timeout=20.0, **options):
        """Sends a command with a response topic and returns the reply's JSON."""
        correlation = uuid.uuid4().bytes
        since = self.mark()
        self.publish(topic, payload, response_topic=self.reply_topic, correlation=correlation, timeout=timeout, **options)
        try:
            return self.wait_message(self.reply_topic, lambda m: m.correlation == correlation, since, timeout).json
        except AssertionError:
            raise AssertionError(f"{topic} {payload!r:.80}: no reply within {timeout} s") from None
