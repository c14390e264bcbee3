"""docs/writing-a-plugin.md, done as it says: install, build, check, run on a real broker. Every file and command is the page's own."""

import os
import pathlib
import shutil
import subprocess
import sys

import pages

sys.path.insert(0, str(pages.ROOT / "tests/scenario"))
from harness import Host, Scenario, main, topic

PAGE = pages.ROOT / "docs/writing-a-plugin.md"


class Reader:
    """Who follows the page: a home of their own, a folder to work in, and `m2ag` from where it was installed."""

    def __init__(self, s: Scenario):
        self.s = s
        self.home = pathlib.Path(s.folder, "home")
        self.work = pathlib.Path(s.folder, "pulse_meter")
        for folder in (self.home, self.work):
            folder.mkdir()
        self.environment = {**s.environment, "HOME": str(self.home), "PATH": f"{self.home}/.local/bin:{os.environ['PATH']}"}
        if s.sanitized("tsan"):  # it must see what the threads of the plugin do to each other
            self.environment["CXXFLAGS"] = "-fsanitize=thread"

    def run(self, commands, cwd=None):
        done = subprocess.run(["bash", "-euc", "umask 022\n" + commands], cwd=cwd or self.work, env=self.environment, text=True,
                              capture_output=True, timeout=300, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, f"{commands}\nexit code {done.returncode}\n{done.stdout[-8000:]}\n{done.stderr[-8000:]}"
        return done.stdout

    def write(self, name, text):
        (self.work / name).write_text(text)

    def host(self, command):
        host = Host(["bash", "-c", f"cd {self.work} && exec {command}"], self.environment, "house")
        self.s.hosts.append(host)
        return host


def install(s, reader):
    """The page installs from build/release; that is the build under test here."""
    checkout = pathlib.Path(s.folder, "m2ag")
    (checkout / "build").mkdir(parents=True)
    (checkout / "build/release").symlink_to(pathlib.Path(s.binary).parent.parent)
    reader.run(pages.step(PAGE, "install"), cwd=checkout)


def build(reader):
    shown = reader.run(pages.step(PAGE, "build"))
    for wanted in ("contract: pulse_meter", "each pulse adds to the reading", "100% tests passed", "pulse_meter.so keeps the contract",
                   "reading  number, in L", f"pulse_meter 1.0.0  {reader.home}/.local/lib/m2ag/plugins/pulse_meter.so"):
        assert wanted in shown, f"no {wanted!r} in\n{shown}"


def on_broker(s, text):
    """A descriptor of the page with this broker's port instead of the usual one."""
    changed = text.replace("localhost:8883", f"localhost:{s.brokers[0].port}")
    assert changed != text, "the descriptor has no broker at localhost:8883"
    return changed


def meter(s, reader, observer):
    reading = topic("water/reading")
    reader.write("meter.yaml", on_broker(s, pages.files(PAGE)["meter.yaml"]))
    assert "ok, device house with 2 components" in reader.run(pages.step(PAGE, "check"))
    host = reader.host(pages.step(PAGE, "run"))
    observer.wait_state(reading, "0.0")
    observer.wait_state(reading, lambda m: float(m.text) >= 1.0)

    first, second, answer = reader.run(pages.step(PAGE, "watch")).splitlines()
    for line in (first, second):
        assert line.startswith(f"{reading} ") and float(line.split()[1]) % 0.5 == 0, line
    assert '"ok":true' in answer, answer
    observer.wait_state(reading, lambda m: float(m.text) >= 7312)
    refused = observer.command(reading + "/set", "-1")
    assert refused["error"]["code"] == "out_of_range", refused
    host.stop_cleanly()

    # It survives the restart.
    observer.forget()
    host = reader.host(pages.step(PAGE, "run"))
    assert float(observer.wait_state(reading).text) >= 7312
    host.stop_cleanly()


def thermometer(s, reader, observer):
    """The parts of the second plugin, joined."""
    reader.write("thermometer.cpp", pages.files(PAGE)["thermometer.cpp"])
    cmake = pages.files(PAGE)["CMakeLists.txt"].replace("pulse_meter", "thermometer")
    reader.write("CMakeLists.txt", "\n".join(line for line in cmake.splitlines() if "m2ag_plugin_test" not in line))
    shutil.rmtree(reader.work / "build")
    reader.run('cmake -S . -B build -DCMAKE_PREFIX_PATH="$HOME/.local" && cmake --build build && ctest --test-dir build')
    reader.write("thermometer.yaml", s.header() + "".join(pages.files(PAGE)["thermometer.yaml"].splitlines(keepends=True)[1:]))
    host = reader.host("m2ag run --plugins build --config thermometer.yaml")
    observer.wait_state(topic("oven/temperature"), "31.5")
    observer.wait_message(topic("oven/alarm"), "too-hot")
    observer.wait_state(topic("life/beats"), "2")
    observer.wait_state(topic("blower/state"), "ON")
    answer = observer.command(topic("oven/calibrate/run"), '{"actual": 30}')
    assert (answer["ok"], answer["command"], answer["data"]) == (True, "calibrate/run", -1.5), answer
    observer.wait_state(topic("oven/temperature"), "30.0")
    observer.wait_state(topic("blower/state"), "OFF")
    refused = observer.command(topic("oven/calibrate/run"), "{}")
    assert refused["error"]["code"] == "bad_arguments", refused
    host.stop_cleanly()


def run(s: Scenario):
    s.broker()
    observer = s.client()
    reader = Reader(s)
    os.symlink(s.tls, reader.work / "tls")
    for name in ("pulse_meter.cpp", "pulse_meter_test.cpp", "CMakeLists.txt"):
        reader.write(name, pages.files(PAGE)[name])
    install(s, reader)
    build(reader)
    meter(s, reader, observer)
    thermometer(s, reader, observer)


main(run, __doc__)
