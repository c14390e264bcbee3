"""docs/security.md, done as it says: its certificates, its mosquitto configuration and its access list, with real devices on them."""

import os
import pathlib
import queue
import re
import subprocess
import sys

import pages

sys.path.insert(0, str(pages.ROOT / "tests/scenario"))
from harness import Client, Host, Process, Scenario, free_port, main, simulated
from harness.broker import MOSQUITTO

PAGE = pages.ROOT / "docs/security.md"
NOT_AUTHORIZED = 135  # MQTT 5.0 §2.4

DEVICE = """\
device: {{ id: {id} }}
mqtt:
  url: mqtts://localhost:{port}
  tls: {{ ca: tls/ca.crt, cert: tls/{id}.crt, key: tls/{id}.key }}
""" + simulated(lines=["LAMP"]) + """
components:
  lamp: {{ type: relay, line: LAMP }}
"""


class PageBroker:
    """mosquitto with the page's configuration; only its folder, its port and its user are this test's."""

    def __init__(self, s: Scenario, acl):
        self.folder = pathlib.Path(s.folder)
        self.port = free_port()
        (self.folder / "acl").write_text(acl)
        place = self.folder / "etc"
        place.mkdir()
        install = pages.step(PAGE, "broker").replace("sudo ", "").replace("/etc/mosquitto", str(place))
        if os.geteuid() != 0:
            install = install.replace("-o mosquitto ", "")
        subprocess.run(["bash", "-euc", install], cwd=self.folder, check=True)
        text = pages.files(PAGE)["m2ag.conf"].replace("/etc/mosquitto/", f"{place}/")
        text = re.sub(r"^listener 8883$", f"listener {self.port} 127.0.0.1", text, flags=re.M)
        (self.folder / "m2ag.conf").write_text("user root\nlog_dest stderr\nlog_type all\n" + text)
        self.start()
        opened = [line for line in self.process.lines if "listen socket" in line]
        assert len(opened) == 1 and f"port {self.port}" in opened[0], f"more is open than the page says: {opened}"

    def start(self):
        self.process = Process("mosquitto", [MOSQUITTO, "-c", str(self.folder / "m2ag.conf")])
        self.process.wait_line(r"mosquitto version .* running")


class Prober(Client):
    """A client that tells which reason code the broker gives for a publication."""

    def __init__(self, port, tls, name, filters=("m2ag/#",)):
        self.codes = queue.Queue()
        super().__init__(port, tls, name, filters)
        self._handle = self._mqtt._handle_pubackcomp  # paho 1.6 shows the reason of a PUBACK nowhere
        self._mqtt._handle_pubackcomp = self._acknowledged

    def _acknowledged(self, kind):
        packet = self._mqtt._in_packet["packet"]
        self.codes.put(packet[2] if len(packet) > 2 else 0)
        return self._handle(kind)

    def code_of(self, topic, payload="x"):
        self.send(topic, payload)
        return self.codes.get(timeout=20)

    def may_publish(self, topic, payload="x"):
        code = self.code_of(topic, payload)
        assert code < 128 or code == NOT_AUTHORIZED, f"{topic}: reason code {code}"
        return code < 128


def make_certificates(s):
    environment = {**s.environment, "PATH": f"{os.path.dirname(s.binary)}:{os.environ['PATH']}"}

    def shell(text):
        return subprocess.run(["bash", "-euc", "umask 022\n" + text], cwd=s.folder, env=environment, check=True, capture_output=True, text=True,
                              timeout=60).stdout

    shell(pages.step(PAGE, "certificates"))
    tls = pathlib.Path(s.folder, "tls")
    modes = {path.name: path.stat().st_mode & 0o777 for path in [tls, *tls.iterdir()]}
    wanted = {"tls": 0o700} | {name: 0o600 if name.endswith(".key") else 0o644 for name in modes if name != "tls"}
    assert modes == wanted, modes
    assert {"ca.key", "broker.key", "house.key", "shed.key", "operator.key"} <= set(modes), modes
    assert shell(pages.step(PAGE, "renew")).startswith("kept "), "a certificate that was made just now is renewed"
    refused = s.m2ag("cert", "server", "site", "--dir", "tls", "--dns", "www.example.com", check=False)
    assert refused.returncode == 1 and "outside of what the authority" in refused.stderr, refused


def device(s, name, port):
    path = pathlib.Path(s.folder, f"{name}.yaml")
    path.write_text(DEVICE.format(id=name, port=port))
    host = Host([s.binary, "run", "--config", str(path), "--plugins", s.plugins], s.environment, name)
    s.hosts.append(host)
    return path, host


def listening(process):
    """The ports on which a process waits for somebody, TCP and UDP, from the kernel's tables."""
    sockets = {os.readlink(f"/proc/{process.pid}/fd/{each}") for each in os.listdir(f"/proc/{process.pid}/fd")}
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        with open(f"/proc/{process.pid}/net/{table}") as file:
            for fields in map(str.split, file.readlines()[1:]):
                waits = fields[3] == "0A" if table.startswith("tcp") else True
                if waits and f"socket:[{fields[9]}]" in sockets:
                    found.append(f"{table} {fields[1]}")
    return found


def refuses_strangers(s, port):
    """Without a certificate, and with one of another authority that has the right name."""
    others = pathlib.Path(s.folder, "others")
    s.certificates(str(others), clients=("house",))
    for folder, let_in in ((None, False), (others, False), (s.tls, True)):
        files = ["--cert", f"{folder}/house.crt", "--key", f"{folder}/house.key"] if folder else []
        done = subprocess.run(["mosquitto_pub", "-h", "localhost", "-p", str(port), "--cafile", f"{s.tls}/ca.crt", *files, "-q", "1",
                               "-t", "m2ag/house/try", "-m", "x"], capture_output=True, text=True, timeout=60)
        assert (done.returncode == 0) == let_in, done


def keeps_devices_apart(s, port):
    """`house` as a thief of its certificate would use it."""
    thief, operator = Prober(port, s.tls, "house", filters=("#",)), Prober(port, s.tls, "operator")
    for topic in ("m2ag/shed/lamp/set", "m2ag/shed/status", "m2ag/all/lamp/set", "m2ag/group/garden/lamp/set", "m2ag", "elsewhere"):
        assert not thief.may_publish(topic), f"house may publish on {topic}"
    assert thief.may_publish("m2ag/house/marker", "of its own")
    operator.wait_state("m2ag/house/marker", "of its own")
    assert operator.may_publish("m2ag/shed/diary", "not for house")
    assert operator.may_publish("m2ag/all/lamp/set", "for all")
    assert operator.may_publish("m2ag/house/marker", "the last")
    thief.wait_state("m2ag/house/marker", "the last")
    thief.wait_state("m2ag/all/lamp/set", "for all")
    foreign = [message.topic for message in thief.seen("#") if message.topic.split("/")[1] not in ("house", "all", "group")]
    assert not foreign, f"house reads {foreign}"
    thief.close()
    operator.close()


def devices_work(s, port):
    """Two hosts under the page's list: a command to all, to one, and where answers arrive."""
    path, house = device(s, "house", port)
    _, shed = device(s, "shed", port)
    operator = Prober(port, s.tls, "operator", filters=("m2ag/#", "answers/#"))
    for name in ("house", "shed"):
        operator.wait_state(f"m2ag/{name}/lamp/availability", "online")
    assert not listening(house), f"the host listens: {listening(house)}"
    operator.publish("m2ag/all/lamp/set", "ON")
    for name in ("house", "shed"):
        operator.wait_state(f"m2ag/{name}/lamp/state", "ON")

    answer = s.m2ag("pub", "--config", str(path), "m2ag/house/lamp/set", "OFF").stdout
    assert '"ok":true' in answer, answer
    foreign = s.m2ag("pub", "--config", str(path), "--no-wait", "m2ag/shed/lamp/set", "OFF", check=False)
    assert foreign.returncode == 2 and "refuses this topic" in foreign.stderr, foreign

    for topic, arrives in (("m2ag/house/response/my-program", True), ("answers/my-program", False)):
        since = operator.mark()
        operator.publish("m2ag/house/lamp/set", "ON", response_topic=topic)
        # Asked later on the same connection, so that the first answer would be here by then.
        operator.publish("m2ag/house/lamp/set", '{"value": "ON", "transaction": "after"}')
        operator.wait_message("m2ag/house/lamp/reply", lambda m: m.json["transaction"] == "after", since)
        assert bool(operator.seen(topic, since)) == arrives, f"{topic}: {[m.topic for m in operator.seen('#', since)]}"
    operator.close()
    for host in (house, shed):
        host.stop_cleanly()


def locks_out_what_was_stolen(s, broker):
    """By the page's two lines; the others go on."""
    broker.process.stop()
    with open(broker.folder / "etc/m2ag/acl", "a") as file:
        file.write("\n" + pages.files(PAGE)["acl-stolen"])
    broker.start()
    thief, house, operator = (Prober(broker.port, s.tls, name, filters=("#",)) for name in ("shed", "house", "operator"))
    assert not thief.may_publish("m2ag/shed/status"), "the stolen certificate may publish"
    assert house.may_publish("m2ag/house/marker")
    operator.publish("m2ag/shed/lamp/set", "ON")
    operator.wait_state("m2ag/shed/lamp/set", "ON")
    # The broker has answered this after it has handed on the command, if it did.
    assert not thief.may_publish("m2ag/shed/again")
    assert not thief.messages, f"the stolen certificate reads {thief.messages[0].topic}"
    for client in (thief, house, operator):
        client.close()


def run(s: Scenario):
    make_certificates(s)
    broker = PageBroker(s, pages.files(PAGE)["acl"])
    try:
        assert listening(broker.process), "a process that listens was not seen to"
        refuses_strangers(s, broker.port)
        keeps_devices_apart(s, broker.port)
        devices_work(s, broker.port)
        locks_out_what_was_stolen(s, broker)
    except Exception:
        print(broker.process.text(), file=sys.stderr)
        raise
    finally:
        broker.process.kill()


main(run, __doc__)
