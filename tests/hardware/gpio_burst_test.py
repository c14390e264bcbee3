"""A thousand edges at 1 kHz: each is an event, and each second one a counted pulse."""

import glob
import os
import time

from machine import LONG, Scenario, main, topic, wait_running

EDGES, HERTZ = 1000, 1000
DESCRIPTOR = "components:\n  meter: { type: gpio_switch, line: SWITCH0, count: true }\n"


def edge_threads(host):
    """Those that handle the interrupts of GPIO lines: the kernel's, and the one of the host that fetches edges, known by its priority."""
    for comm in glob.glob("/proc/[0-9]*/comm"):
        with open(comm) as file:
            if file.read().startswith("irq/"):
                yield int(comm.split("/")[2])
    for thread in os.listdir(f"/proc/{host.pid}/task"):
        if os.sched_getscheduler(int(thread)) & ~os.SCHED_RESET_ON_FORK == os.SCHED_FIFO:
            yield int(thread)


def run(s: Scenario):
    s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    wait_running(client, "meter")
    client.wait_state(topic("meter/total"), "0")
    # Who makes the edges and who fetches them on one processor: of two emulated ones, one may stand still for long.
    threads = list(edge_threads(host))
    assert len(threads) == 2, threads
    for thread in [*threads, 0]:
        os.sched_setaffinity(thread, {0})
    since = client.mark()

    pull = os.open(os.path.join(os.environ["VM_GPIO"], "sim_gpio4", "pull"), os.O_WRONLY)
    begin = time.monotonic()
    for number in range(EDGES):
        os.pwrite(pull, b"pull-down" if number % 2 else b"pull-up", 0)
        left = begin + (number + 1) / HERTZ - time.monotonic()
        if left > 0:
            time.sleep(left)
    taken = time.monotonic() - begin
    os.close(pull)
    print(f"{EDGES} edges in {taken:.2f} s")

    client.wait_state(topic("meter/total"), str(EDGES // 2), timeout=120)
    events = client.wait_count(topic("meter/event"), EDGES, since, timeout=120)
    assert [m.text for m in events] == ["press", "release"] * (EDGES // 2)
    assert "missing" not in host.text(), host.text()
    host.stop_cleanly()
    # A busy machine makes them more slowly. In the long run (tests/soak/run machine) it has to be the rate that is promised.
    assert not LONG or taken < 1.5 * EDGES / HERTZ, f"this machine made the edges too slowly: {taken:.2f} s"


main(run, __doc__)
