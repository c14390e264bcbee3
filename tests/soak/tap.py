"""Stands between the hosts and their broker and reads along: which messages were delivered, and which of them were acknowledged. Ends TLS on both
sides, as the broker to the host and as the client `name` to the broker."""

import select
import socket
import ssl
import threading

PUBLISH, PUBACK = 3, 4
CHUNK = 65536


def packets(buffer):
    """Takes the whole MQTT packets off the bytes: (type, flags, body)."""
    while True:
        length, shift, place = 0, 0, 1
        while True:
            if place >= len(buffer):
                return
            byte = buffer[place]
            length |= (byte & 0x7F) << shift
            shift, place = shift + 7, place + 1
            if byte < 0x80:
                break
        if len(buffer) < place + length:
            return
        first, body = buffer[0], bytes(buffer[place:place + length])
        del buffer[:place + length]
        yield first >> 4, first & 0x0F, body


def published(flags, body):
    """(packet id or None, topic, payload) of a PUBLISH of MQTT 5; no property list in here is longer than 16,383 bytes."""
    end = 2 + int.from_bytes(body[:2], "big")
    topic, packet_id = body[2:end].decode(), None
    if flags & 0x06:
        packet_id, end = int.from_bytes(body[end:end + 2], "big"), end + 2
    length, end = body[end], end + 1
    if length >= 0x80:
        length, end = (length & 0x7F) | body[end] << 7, end + 1
    return packet_id, topic, body[end + length:].decode("utf-8", "replace")


class Connection(threading.Thread):
    def __init__(self, tap, near):
        super().__init__(daemon=True)
        self.tap, self.near, self.far = tap, near, None
        self.open = {}  # packet id → (topic, payload)

    def run(self):
        try:
            self.near = self.tap.server.wrap_socket(self.near, server_side=True)
            self.far = self.tap.client.wrap_socket(socket.create_connection(("127.0.0.1", self.tap.broker.port)), server_hostname="localhost")
            self.pump()
        except OSError:
            pass  # either end has gone
        finally:
            for each in (self.near, self.far):
                if each:
                    each.close()

    def pump(self):
        buffers = {self.near: bytearray(), self.far: bytearray()}
        while True:
            waiting = [each for each in buffers if each.pending()] or select.select(list(buffers), [], [])[0]
            for source in waiting:
                got = source.recv(CHUNK)
                # What came before the end of one side has been read; what the other side still has to say meets a closed door.
                if not got:
                    return
                buffers[source] += got
                for kind, flags, body in packets(buffers[source]):
                    self.see(source is self.far, kind, flags, body)
                self.pass_on(source, got)

    def pass_on(self, source, got):
        if source is self.near:
            self.far.sendall(got)
            return
        try:
            self.near.sendall(got)
        except OSError:
            # The host is dead; what it has said before still counts.
            buffer = bytearray()
            while got := self.near.recv(CHUNK):
                buffer += got
            for kind, flags, body in packets(buffer):
                self.see(False, kind, flags, body)
            raise

    def see(self, from_broker, kind, flags, body):
        if from_broker and kind == PUBLISH:
            packet_id, topic, payload = published(flags, body)
            if packet_id is not None:
                self.open[packet_id] = (topic, payload)
        elif not from_broker and kind == PUBACK:
            message = self.open.pop(int.from_bytes(body[:2], "big"), None)
            if message:
                with self.tap.lock:
                    self.tap.seen.add(message)


class Tap:
    def __init__(self, broker, tls, name):
        self.broker, self.lock, self.seen, self.connections = broker, threading.Lock(), set(), []
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(f"{tls}/broker.crt", f"{tls}/broker.key")
        self.client = ssl.create_default_context(cafile=f"{tls}/ca.crt")
        self.client.load_cert_chain(f"{tls}/{name}.crt", f"{tls}/{name}.key")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            near, _ = self.listener.accept()
            connection = Connection(self, near)
            self.connections.append(connection)
            connection.start()

    def settled(self):
        """Waits until all connections have ended and what was sent over them is read: after the host's death."""
        for each in self.connections:
            each.join(30)
            assert not each.is_alive(), "a connection of a host that is dead goes on"
        self.connections = []

    def acknowledged(self):
        """(topic, payload) of the messages that the hosts have acknowledged to the broker."""
        with self.lock:
            return set(self.seen)
