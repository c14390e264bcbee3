"""What the bench measures. Each function gets a Scenario of its own, the folder of the programs, whether to be quick, and a function
to say what it does; it returns plain data."""

import json
import os
import statistics
import subprocess
import time

import ingest
from harness import Process, simulated, topic

DEVICE = "house"
METER = "components:\n  meter: { type: meter }\n"


def cpu_seconds(pid):
    """Time on a processor of all threads, to the nanosecond; threads that have ended are not in it."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def tls_arguments(s, name):
    return ["--ca", f"{s.tls}/ca.crt", "--cert", f"{s.tls}/{name}.crt", "--key", f"{s.tls}/{name}.key"]


def load(s, programs, topics, **options):
    command = [os.path.join(programs, "bench_load"), "--port", str(s.brokers[0].port), *tls_arguments(s, "observer")]
    for each in topics:
        command += ["--topic", each]
    for key, value in options.items():
        command += [f"--{key.replace('_', '-')}", str(value)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def measured_load(s, programs, target, topics, **options):
    """A load run with what it cost the process that answered."""
    before = cpu_seconds(target.pid)
    result = load(s, programs, topics, **options)
    result["cpu_us"] = (cpu_seconds(target.pid) - before) / result["sent"] * 1e6
    return result


def start_echo(s, programs):
    echo = Process("bench_echo", [os.path.join(programs, "bench_echo"), "--url", f"mqtts://localhost:{s.brokers[0].port}", "--topic",
                                  "m2ag/echo/meter/value", *tls_arguments(s, DEVICE)])
    s.hosts.append(echo)
    echo.wait_line("ready")
    return echo


def median_of(runs, key):
    return statistics.median(run[key] for run in runs)


def round_trip(s, programs, quick, say):
    """Commands through the broker to a component and its state back, against the echo client, at three rates."""
    s.broker()
    client = s.client(filters=(topic("meter/availability"),))
    loads = {"100": {"rate": 100}, "2000": {"rate": 2000}, "full": {"rate": 0, "window": 50}}
    seconds = 3 if quick else 5
    runs = {name: {"host": [], "echo": []} for name in loads}
    lost = {"host": 0, "echo": 0}
    for number in range(2 if quick else 5):
        for side in ("host", "echo") if number % 2 == 0 else ("echo", "host"):
            say(f"round trips, round {number + 1}, {side}")
            if side == "host":
                since = client.mark()
                target = s.host(METER)
                client.wait_message(topic("meter/availability"), "online", since)
                where = topic("meter/value")
            else:
                target = start_echo(s, programs)
                where = "m2ag/echo/meter/value"
            for name, options in loads.items():
                result = measured_load(s, programs, target, [where], seconds=seconds, **options)
                if side == "host":
                    counts = client.command(topic("meter/counts/run"))["data"]
                    client.command(topic("meter/reset/run"))
                    lost[side] += result["sent"] - counts["taken"] + counts["out_of_order"]
                else:
                    lost[side] += result["sent"] - result["states"]
                runs[name][side].append(result)
            target.stop()
    summary = {"lost": lost}
    for name, sides in runs.items():
        summary[name] = {side: {key: median_of(each, key) for key in ("p50", "p99", "rate", "cpu_us", "sent", "states")} for side, each in sides.items()}
        pairs = list(zip(sides["host"], sides["echo"]))
        summary[name]["ratio"] = {key: statistics.median(h[key] / e[key] for h, e in pairs) for key in ("p50", "p99", "rate", "cpu_us")}
    return summary


def neighbours(s, programs, quick, say):
    """Twenty components of which K block 200 ms each 500 ms: what fourteen others see, over the broker and inside the host."""
    s.broker()
    client = s.client()
    result = {}
    for blocked in (0, 1, 4, 6):
        say(f"neighbours of {blocked} blocked components")
        text = "components:\n"
        text += "".join(f"  slow-{n}: {{ type: sleeper, sample: 200ms, interval: 500ms }}\n" for n in range(blocked))
        text += "".join(f"  idle-{n}: {{ type: lamp }}\n" for n in range(6 - blocked))
        text += "".join(f"  meter-{n}: {{ type: meter }}\n" for n in range(13)) + "  pulse: { type: pulse, every: 5ms }\n"
        client.forget()
        host = s.host(text)
        for name in [f"meter-{n}" for n in range(13)] + ["pulse"] + [f"slow-{n}" for n in range(blocked)]:
            client.wait_state(topic(f"{name}/availability"), "online")
        client.command(topic("pulse/lateness/run"))
        topics = [topic(f"meter-{n}/value") for n in range(13)]
        over_broker = load(s, programs, topics, rate=650, seconds=3 if quick else 10)
        inside = client.command(topic("pulse/lateness/run"))["data"]
        result[str(blocked)] = {"p50": over_broker["p50"], "p99": over_broker["p99"], "unanswered": over_broker["unanswered"], "inside": inside}
        host.stop()
        client.wait_state(topic("status"), "offline")
    return result


def mixed(count):
    """Sensors, relays and switches on simulated chips and lines, four to three to three."""
    sensors, relays = count * 4 // 10, count * 3 // 10
    switches = count - sensors - relays
    lines = [f"L{n}" for n in range(relays + switches)]
    chips = [(f"i2c-{n // 2}", 0x76 + n % 2, "bmp280", {}) for n in range(sensors)]
    text = simulated(lines, chips) + "components:\n"
    text += "".join(f"  air-{n}: {{ type: bmp280, bus: i2c-{n // 2}, address: {0x76 + n % 2:#x}, interval: 10s }}\n" for n in range(sensors))
    text += "".join(f"  relay-{n}: {{ type: relay, line: L{n}, restore: last }}\n" for n in range(relays))
    text += "".join(f"  switch-{n}: {{ type: gpio_switch, line: L{relays + n}, debounce: 20ms }}\n" for n in range(switches))
    firsts = [f"air-{n}/temperature" for n in range(sensors)] + [f"relay-{n}/state" for n in range(relays)]
    return text, [topic(each) for each in firsts + [f"switch-{n}/state" for n in range(switches)]]


def start(s, _programs, quick, say):
    """From exec to the first retained state at a client of the broker, and to the last of ten components; milliseconds."""
    s.broker()
    client = s.client()
    s.plugin_folders = [s.plugins]
    text, states = mixed(10)
    s.write_descriptor(text)
    first, every = [], []
    for number in range(5 if quick else 10):
        say(f"start {number + 1}")
        client.forget()
        host = s.host()
        times = [client.wait_message(each).time - host.started for each in states]
        first.append(min(times) * 1000)
        every.append(max(times) * 1000)
        host.stop()
        client.wait_state(topic("status"), "offline")
    return {"first_ms": statistics.median(first), "all_ms": statistics.median(every), "first_worst_ms": max(first)}


def settled_rss(host, patience=30):
    """MiB once it has not moved for two seconds."""
    history = []
    for _ in range(patience * 2):
        history.append(host.rss_mib())
        if len(history) >= 5 and max(history[-5:]) - min(history[-5:]) < 0.05:
            break
        time.sleep(0.5)
    return history[-1]


def memory(s, _programs, _quick, say):
    """Resident memory once it has settled, threads with it."""
    s.broker()
    s.plugin_folders = [s.plugins]
    result = {}
    for count in (10, 1000):
        say(f"memory with {count} components")
        client = s.client()
        text, states = mixed(count)
        host = s.host(text)
        for each in states:
            client.wait_message(each, timeout=60)
        result[str(count)] = {"rss_mib": settled_rss(host), "threads": host.status("Threads")}
        host.stop()
        client.wait_state(topic("status"), "offline")
        client.close()
        s.clients.remove(client)
    return result


def history(_, programs, quick, say):
    """The storage of the logger beside a plain loop of INSERTs of the same samples."""
    samples = 1_000_000 if quick else 10_000_000
    say(f"history: {samples:,} samples of 1,000 series, twice")
    done = subprocess.run([os.path.join(programs, "bench_history"), "--samples", str(samples)], capture_output=True, text=True, timeout=3600)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def ingest_rate(s, programs, quick, say):
    return ingest.measure(s, programs, 200_000 if quick else 1_000_000, say)


ALL = {"round_trip": round_trip, "neighbours": neighbours, "start": start, "memory": memory, "history": history, "ingest": ingest_rate}
