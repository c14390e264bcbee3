#!/usr/bin/python3
"""installer/demo: a running device behind TLS, the commands it prints, a clean end, a quick second start, one demo a state folder."""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

from harness.process import Process

ROOT = pathlib.Path(__file__).resolve().parents[2]
ONLINE = r"^The demo device is online"


class Demo:
    """Starts installer/demo on one state folder and runs the verbs it tells the user to run."""

    def __init__(self, options, state):
        self.options = options
        self.state = state
        self.config = state / "device.yaml"
        self.m2ag = options.bin or str(ROOT / "build/release/bin/m2ag")
        self.process = None

    def start(self, *more):
        arguments = [str(ROOT / "installer/demo"), "--state", str(self.state), *more]
        if not self.options.build:
            arguments += ["--no-install", "--build-dir", str(pathlib.Path(self.m2ag).parents[1])]
        self.process = Process("demo", arguments)
        return self.process

    def online(self):
        self.start().wait_line(ONLINE, 3000 if self.options.build else 90)
        return self

    def run(self, *arguments, code=0):
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == code, f"{arguments}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def sub(self, topic, count=1):
        return self.run("timeout", "30", self.m2ag, "sub", "--config", str(self.config), "-C", str(count), topic).splitlines()

    def pub(self, topic, payload, code=0):
        return self.run(self.m2ag, "pub", "--config", str(self.config), topic, payload, code=code)

    def state_becomes(self, topic, payload, timeout=15.0):
        deadline = time.monotonic() + timeout
        while (line := self.sub(topic)[0]) != f"{topic} {payload}":
            assert time.monotonic() < deadline, f'"{line}" instead of "{topic} {payload}"'

    def port(self):
        return int((self.state / "broker/port").read_text())

    def interrupt(self):
        self.process.signal(signal.SIGINT)
        assert self.process.wait_exit(30) == 0, self.process.text()
        self.assert_nothing_left()

    def processes(self):
        """The processes whose command line names the state folder: {pid: command}."""
        found = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue
                if any(str(self.state).encode() in word for word in words):
                    found[int(entry.name)] = b" ".join(words).decode("utf-8", "replace")
        return found

    def assert_nothing_left(self, timeout=0.0):
        deadline = time.monotonic() + timeout
        while left := self.processes():
            assert time.monotonic() < deadline, f"left running: {left}"
            time.sleep(0.02)

    def child(self, program):
        return next(pid for pid, command in self.processes().items() if pathlib.Path(command.split()[0]).name == program)


def check_values(demo):
    temperature = float(demo.sub("m2ag/demo/air/temperature")[0].split()[1])
    assert 20.5 < temperature < 22.5, temperature
    pressure = float(demo.sub("m2ag/demo/air/pressure")[0].split()[1])
    assert 1003 < pressure < 1023, pressure


def check_commands(demo):
    demo.state_becomes("m2ag/demo/pump/state", "OFF")
    assert demo.pub("m2ag/demo/pump/set", "ON").strip(), "no reply was printed"
    demo.state_becomes("m2ag/demo/pump/state", "ON")
    demo.pub("m2ag/demo/pump/set", "maybe", code=1)
    demo.state_becomes("m2ag/demo/pump/state", "ON")
    before = demo.sub("m2ag/demo/door/state")[0]
    demo.pub("m2ag/demo/door-magnet/set", "toggle")
    deadline = time.monotonic() + 15
    while demo.sub("m2ag/demo/door/state")[0] == before:
        assert time.monotonic() < deadline, f"the magnet moved, the door did not: {before}"


def check_broker_is_closed(demo):
    """No certificate: refused. The operator's: everything. The device's: only its own topics."""
    tls, port = demo.state / "tls", str(demo.port())
    base = ["timeout", "20", "mosquitto_sub", "-h", "localhost", "-p", port, "-C", "1", "-t", "m2ag/demo/status", "--cafile", f"{tls}/ca.crt"]
    refused = subprocess.run(base, capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode not in (0, 124) and not refused.stdout, refused
    operator = ["--cert", f"{tls}/operator.crt", "--key", f"{tls}/operator.key"]
    assert demo.run(*base, *operator) == "online\n"
    device = ["--cert", f"{tls}/demo.crt", "--key", f"{tls}/demo.key"]
    publish = ["timeout", "20", "mosquitto_pub", "-V", "mqttv5", "-q", "1", "-h", "localhost", "-p", port, "-m", "x", "--cafile",
               f"{tls}/ca.crt"]
    foreign = subprocess.run([*publish, *device, "-t", "m2ag/other/x"], capture_output=True, text=True, timeout=60, check=False)
    assert "Not authorized" in foreign.stdout + foreign.stderr, foreign
    listeners = subprocess.run(["grep", "-ciE", r"opening ipv[46] listen socket", str(demo.state / "broker/log")],
                               capture_output=True, text=True, check=False)
    assert listeners.stdout.strip() == "1", "the broker opened more than its one listener"


def check_second_start(demo):
    """Quick, on the same port, with what the user changed and what the pump was."""
    with open(demo.config, "a") as file:
        file.write("# mine\n")
    text, port = demo.config.read_text(), demo.port()
    begin = time.monotonic()
    demo.online()
    print(f"second start: {time.monotonic() - begin:.1f} s")
    assert demo.config.read_text() == text and demo.port() == port
    demo.state_becomes("m2ag/demo/pump/state", "ON")


def check_one_demo_a_folder(demo):
    second = Demo(demo.options, demo.state)
    assert second.start().wait_exit(600) == 1
    assert "is running already" in second.process.text(), second.process.text()
    assert demo.process.running()


def check_two_folders_at_once(demo, folder):
    """The other one cannot have the port either that its folder remembers."""
    other = Demo(demo.options, folder / "other state")
    (other.state / "broker").mkdir(parents=True)
    (other.state / "broker/port").write_text(f"{demo.port()}\n")
    other.online()
    assert other.port() != demo.port()
    assert f"localhost:{other.port()}" in other.config.read_text()
    check_values(other)
    other.interrupt()
    assert demo.process.running()


def check_deaths(demo):
    """A broker or device that dies is named and ends the demo; a killed demo takes both with it."""
    os.kill(demo.child("mosquitto"), signal.SIGKILL)
    assert demo.process.wait_exit(30) == 2
    assert re.search(r"^The broker ended unexpectedly", demo.process.text(), re.M), demo.process.text()
    demo.assert_nothing_left()
    demo.online()
    os.kill(demo.child("m2ag"), signal.SIGKILL)
    assert demo.process.wait_exit(30) == 2
    assert re.search(r"^The device ended unexpectedly", demo.process.text(), re.M), demo.process.text()
    demo.assert_nothing_left()
    demo.online()
    demo.process.kill()
    demo.assert_nothing_left(20)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", help="the m2ag program of a build folder")
    parser.add_argument("--plugins", help="taken and not needed: the program finds those of its build folder")
    parser.add_argument("--build", action="store_true", help="let the demo install and build, as a user's first start does")
    options = parser.parse_args()
    if not options.bin and not options.build:
        parser.error("either --bin or --build")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="m2ag-demo-"))
    demo = Demo(options, folder / "state")
    try:
        begin = time.monotonic()
        demo.online()
        print(f"first start: {time.monotonic() - begin:.1f} s")
        check_values(demo)
        check_commands(demo)
        check_broker_is_closed(demo)
        demo.interrupt()
        check_second_start(demo)
        check_one_demo_a_folder(demo)
        check_two_folders_at_once(demo, folder)
        check_deaths(demo)
    except BaseException:
        print(demo.process.text() if demo.process else "not started")
        for log in ("device.log", "broker/log"):
            path = demo.state / log
            print(f"---- {log}\n{path.read_text() if path.exists() else 'none'}")
        raise
    finally:
        if demo.process and demo.process.running():
            demo.process.stop(30)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
