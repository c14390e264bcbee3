"""The broker is gone: the kernel's trace shows the relay going off once the grace time is over, and the other one staying as it is."""

import time

from machine import LONG, Scenario, Trace, main, topic, wait_running

GRACE = 30 if LONG else 4
DESCRIPTOR = f"""\
components:
  pump: {{ type: relay, line: RELAY0, restore: last, safe: {{ state: off, on_disconnect: {GRACE}s }} }}
  lamp: {{ type: relay, line: RELAY1, restore: last }}
"""


def run(s: Scenario):
    broker = s.broker()
    client = s.client()
    trace = Trace()
    host = s.host(DESCRIPTOR)
    for name in ("pump", "lamp"):
        wait_running(client, name)
        assert client.command(topic(f"{name}/set"), "ON")["ok"] is True
    trace.clear()
    since = host.mark()
    gone = time.clock_gettime(time.CLOCK_BOOTTIME)  # the trace's clock
    broker.kill()
    host.wait_line(rf"pump.*goes to its safe state: the broker has been gone for {GRACE} s", timeout=GRACE + 20, since=since)
    deadline = time.monotonic() + 20
    while not trace.driven(0) and time.monotonic() < deadline:  # it says so before it does
        time.sleep(0.02)
    (off, level), = trace.driven(0)
    print(f"off {off - gone:.2f} s after the broker was gone")
    assert level == 0 and abs(off - gone - GRACE) < 1, (off - gone, level)

    client.wait_disconnected()
    client.forget()
    broker.start()
    client.wait_connected()
    client.wait_state(topic("pump/state"), "OFF", timeout=90)
    client.wait_state(topic("lamp/state"), "ON", timeout=90)
    assert (trace.levels(0), trace.levels(1)) == ([0], []), (trace.driven(0), trace.driven(1))
    host.stop_cleanly()


main(run, __doc__)
