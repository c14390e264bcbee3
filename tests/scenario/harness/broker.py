"""A private mosquitto with mutual TLS on a free loopback port. It keeps nothing over a restart, so that what a client must
publish again is seen to come from the client."""

import os
import shutil
import socket

from .process import Process

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"

# Listener options stand below their listener: above the first one they would open port 1883 on every address.
CONFIG = """\
user root
persistence false
set_tcp_nodelay true
max_inflight_messages 0
max_queued_messages 100000
log_dest stderr
log_type error
log_type warning
log_type notice
log_type information
connection_messages true

listener {port} 127.0.0.1
cafile {ca}
certfile {tls}/{certificate}.crt
keyfile {tls}/{certificate}.key
require_certificate true
use_identity_as_username true
allow_anonymous false
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    def __init__(self, folder, tls, certificate="broker", extra="", ca=None):
        self.folder = folder
        self.tls = tls
        self.ca = ca or f"{tls}/ca.crt"
        self.certificate = certificate
        self.extra = extra
        self.port = free_port()
        self.process = None
        self.log = []

    def start(self):
        for attempt in range(5):
            path = os.path.join(self.folder, f"mosquitto-{self.port}.conf")
            with open(path, "w") as file:
                file.write(CONFIG.format(port=self.port, tls=self.tls, ca=self.ca, certificate=self.certificate) + self.extra)
            self.process = Process("mosquitto", [MOSQUITTO, "-c", path])
            self.log.append(self.process)
            try:
                self.process.wait_line(r"mosquitto version .* running")
                return self
            except AssertionError:
                self.process.kill()
                if "Address already in use" not in self.process.text() or len(self.log) > attempt + 1:
                    raise
                self.port = free_port()
        raise AssertionError("mosquitto: no free port in five attempts")

    def stop(self):
        self.process.stop()

    def kill(self):
        self.process.kill()

    def pause(self):
        self.process.pause()

    def resume(self):
        self.process.resume()

    def text(self):
        return "\n".join(process.text() for process in self.log)
