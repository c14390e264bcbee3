"""`m2ag scan` on a real kernel: chips by their id registers, addresses of kernel drivers, a bus that hangs, held lines, the header of a Raspberry Pi,
and docs/hardware.md, whose pictures are what it prints here."""

import errno
import json
import os
import subprocess
import sys

from machine import SIM_BUS, STUB_BUS, Scenario, bind_kernel_driver, fault, main, release_kernel_driver, topic, wait_running

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs"))
import pages  # noqa: E402

PAGE = pages.ROOT / "docs/hardware.md"
CONFIG = "/sys/kernel/config"
NOBODY = 65534

DESCRIPTOR = """
components:
  pump: { type: relay, line: GPIO17 }
  door: { type: gpio_switch, line: GPIO23 }
"""


def shown(name):
    text, = [block.text for block in pages.blocks(PAGE) if block.attributes.get("shown") == name]
    return text


def scan(s, *words, code=0):
    done = s.m2ag("scan", *words, check=False)
    assert done.returncode == code, done
    return done


def buses(s, code=0):
    return {bus["bus"]: bus for bus in json.loads(scan(s, "i2c", "--json", code=code).stdout)["i2c"]}


def found(bus):
    return {each["address"]: (each["chip"], each["type"]) for each in bus["found"]}


def registers(bus, address):
    return subprocess.run(["i2cdump", "-y", bus.removeprefix("i2c-"), hex(address), "b"], capture_output=True, check=True).stdout


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def chips_by_id(s):
    before = registers(STUB_BUS, 0x76), registers(SIM_BUS, 0x76)
    seen = buses(s)
    # One bus is asked by quick writes, the other knows none and is asked by reading bytes.
    assert found(seen[STUB_BUS]) == {"0x76": ("BMP280", "bmp280"), "0x77": ("BME280", "bme280")}, seen
    assert found(seen[SIM_BUS]) == {"0x76": ("BMP280", "bmp280")}, seen
    assert (registers(STUB_BUS, 0x76), registers(SIM_BUS, 0x76)) == before, "the scan changed a register"

    # The chip elsewhere: none that has an id says this, and where no id is known the address alone counts.
    for address, chip in ((0x29, "VL53L1X"), (0x68, "DS3231"), (0x50, "AT24C EEPROM")):
        fault("address", address)
        each, = buses(s)[SIM_BUS]["found"]
        assert each["address"] == hex(address), each
        assert each["chip"] is None and chip in {one["chip"] for one in each["likely"]}, each
    fault("address", 0x76)

    one = scan(s, "i2c", "--bus", SIM_BUS).stdout
    assert one == f"{SIM_BUS}, m2ag simulated adapter:\n  0x76  BMP280 (temperature, pressure), type: bmp280\n", one


def kernel_driver(s):
    bind_kernel_driver(SIM_BUS, 0x76)
    each, = buses(s)[SIM_BUS]["found"]
    assert (each["address"], each["driver"], each["chip"], each["type"]) == ("0x76", "bmp280", None, "iio"), each
    release_kernel_driver(SIM_BUS, 0x76)
    assert found(buses(s)[SIM_BUS]) == {"0x76": ("BMP280", "bmp280")}


def what_cannot_be_scanned(s):
    fault("fail_with", errno.ETIMEDOUT)
    seen = buses(s, code=2)
    fault("fail_with", 0)
    assert "timed out" in seen[SIM_BUS]["problem"] and not seen[SIM_BUS]["found"], seen
    assert len(seen[STUB_BUS]["found"]) == 2 and seen[STUB_BUS]["problem"] is None, seen

    done = scan(s, "i2c", "--bus", "i2c-77", code=2)
    assert f"{SIM_BUS} (m2ag simulated adapter)" in done.stderr, done
    scan(s, "i2c", "--bus", "null", code=1)

    # The binary lies where others may not look: through a descriptor of it that is open.
    with open(s.binary, "rb") as program:
        done = subprocess.run([f"/proc/self/fd/{program.fileno()}", "scan"], capture_output=True, text=True, user=NOBODY, group=NOBODY,
                              extra_groups=[], pass_fds=[program.fileno()])
    assert done.returncode == 2, done
    for device in (SIM_BUS, STUB_BUS, "gpiochip0"):
        assert f"no permission for /dev/{device}: it belongs to group" in done.stderr, done


def make_raspberry_pi():
    """A chip with the lines of a Raspberry Pi 4."""
    if not os.path.isdir(f"{CONFIG}/gpio-sim"):
        subprocess.run(["busybox", "mount", "-t", "configfs", "none", CONFIG], check=True)
    bank = f"{CONFIG}/gpio-sim/pi/bank"
    os.makedirs(bank)
    write(f"{bank}/num_lines", "58")
    write(f"{bank}/label", "pinctrl-bcm2711")
    for offset, name in enumerate(["ID_SDA", "ID_SCL", *(f"GPIO{number}" for number in range(2, 28))]):
        os.mkdir(f"{bank}/line{offset}")
        write(f"{bank}/line{offset}/name", name)
    write(f"{CONFIG}/gpio-sim/pi/live", "1")


def gpio(s):
    table = scan(s, "gpio").stdout
    assert table == shown("table").replace("gpiochip1", "gpiochip0"), table

    make_raspberry_pi()
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    for component in ("pump", "door"):
        wait_running(client, component)
    lines = scan(s, "gpio").stdout
    picture = shown("header").replace("gpiochip0", "gpiochip1")
    assert lines == table + "\n" + picture, lines

    _, pi = json.loads(scan(s, "gpio", "--json").stdout)["gpio"]
    assert pi["label"] == "pinctrl-bcm2711" and len(pi["lines"]) == 58, pi
    assert pi["lines"][17] == {"offset": 17, "name": "GPIO17", "pin": 11, "direction": "output", "used": True, "consumer": "house/pump"}
    assert pi["lines"][23]["direction"] == "input" and pi["lines"][23]["consumer"] == "house/door", pi["lines"][23]
    requests(s, client)
    host.stop_cleanly()
    assert "house/" not in scan(s, "gpio").stdout


def requests(s, client):
    """What a running device answers is what the verb prints."""
    for request, word in (("scan-i2c", "i2c"), ("gpio-map", "gpio")):
        answer = client.command(topic(f"request/{request}"))
        assert answer["data"] == json.loads(scan(s, word, "--json").stdout), answer
    answer = client.command(topic("request/scan-i2c"), json.dumps({"bus": int(SIM_BUS.removeprefix("i2c-"))}))
    assert [bus["bus"] for bus in answer["data"]["i2c"]] == [SIM_BUS], answer
    answer = client.command(topic("request/gpio-map"), '{"chip": "pinctrl-bcm2711"}')
    pi, = answer["data"]["gpio"]
    assert pi["lines"][17]["consumer"] == "house/pump", pi["lines"][17]
    error = client.command(topic("request/gpio-map"), '{"chip": "nowhere"}')["error"]
    assert error["code"] == "failed" and "pinctrl-bcm2711 (gpiochip1)" in error["message"], error


def page_about_i2c(s):
    """The bus of the page: other chips on the stub, one of them with a kernel driver."""
    subprocess.run(["busybox", "rmmod", "i2c_stub"], check=True)
    subprocess.run(["busybox", "modprobe", "i2c-stub", "chip_addr=0x23,0x48,0x62,0x76"], check=True)
    bus, = [name for name, each in buses(s).items() if "stub" in each["adapter"]]
    subprocess.run(["i2cset", "-y", bus.removeprefix("i2c-"), "0x76", "0xD0", "0x58"], check=True)
    bind_kernel_driver(bus, 0x48, "lm75")
    subprocess.run(["busybox", "modprobe", "lm75"], check=True)
    head, text = scan(s, "i2c", "--bus", bus).stdout.split("\n", 1)
    assert head.startswith(f"{bus}, SMBus stub driver"), head
    assert text == shown("i2c").split("\n", 1)[1], text

    everything = json.loads(scan(s, "--json").stdout)
    page = json.loads(shown("json"))
    assert everything.keys() == page.keys(), everything.keys()
    here, = [each for each in everything["i2c"] if each["bus"] == bus]
    there, = page["i2c"]
    assert here.keys() == there.keys()
    assert [each for each in here["found"] if each["address"] != "0x23"] == there["found"], here
    board, = [each for each in everything["gpio"] if each["label"] == "board"]
    assert board.keys() == page["gpio"][0].keys()
    assert board["lines"][:1] == page["gpio"][0]["lines"], board


def run(s: Scenario):
    chips_by_id(s)
    kernel_driver(s)
    what_cannot_be_scanned(s)
    gpio(s)
    page_about_i2c(s)


main(run, __doc__)
