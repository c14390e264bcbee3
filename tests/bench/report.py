"""The bench's results as one table for people."""

import os
import platform
import subprocess


def machine(root):
    model = platform.machine()
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    commit = subprocess.run(["git", "-C", root, "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    return {"processor": model, "cores": os.cpu_count(), "load_before": os.getloadavg()[0], "commit": commit or "unknown"}


def round_trip_rows(r):
    for name, title in (("100", "at 100 a second"), ("2000", "at 2,000 a second"), ("full", "full speed, 50 in flight")):
        each = r[name]
        h, e, ratio = each["host"], each["echo"], each["ratio"]
        yield (f"round trip p50, {title}", f"{h['p50']:.0f} us", f"{e['p50']:.0f} us", f"{ratio['p50']:.2f}", "ratio <= 1.3" if name == "100" else "")
        yield (f"round trip p99, {title}", f"{h['p99']:.0f} us", f"{e['p99']:.0f} us", f"{ratio['p99']:.2f}", "")
        if name == "full":
            yield ("sustained rate", f"{h['rate']:.0f}/s", f"{e['rate']:.0f}/s", f"{ratio['rate']:.2f}", "ratio >= 0.9")
        target = "ratio <= 1.5" if name == "full" else ""
        yield (f"CPU per command, {title}", f"{h['cpu_us']:.1f} us", f"{e['cpu_us']:.1f} us", f"{ratio['cpu_us']:.2f}", target)
    full = r["full"]["host"]
    yield ("states per command, full speed", f"{full['states'] / full['sent']:.3f}", "", "", "newest wins")
    yield ("commands lost or out of order, all runs", str(r["lost"]["host"]), str(r["lost"]["echo"]), "", "0")


def neighbour_rows(r):
    for blocked, each in r.items():
        target = "< 1000 us" if blocked == "6" else ""
        yield (f"{blocked} of 20 blocked: neighbours' p99 over the broker", f"{each['p99']:.0f} us", "", "", target)
        yield (f"{blocked} of 20 blocked: neighbours' p99 in the host", f"{each['inside']['p99']:.0f} us", "", "", target)


def start_rows(r):
    yield ("start to first state, 10 components", f"{r['first_ms']:.0f} ms", "", "", "<= 150 ms")
    yield ("start to the state of all 10", f"{r['all_ms']:.0f} ms", "", "", "")


def memory_rows(r):
    for count, most in (("10", 20), ("1000", 60)):
        yield (f"RSS with {int(count):,} components ({r[count]['threads']} threads)", f"{r[count]['rss_mib']:.1f} MiB", "", "", f"< {most} MB")


def history_rows(r):
    """The second column is the plain loop of INSERTs."""
    yield (f"history: CPU per sample, {r['samples']:,} of {r['series']:,} series", f"{r['history_us']:.2f} us", f"{r['plain_us']:.2f} us", f"{r['cpu_ratio']:.2f}", "ratio <= 2")
    yield ("history: bytes per sample, with rollups", f"{r['bytes']:.1f}", f"{r['plain_bytes']:.1f}", f"{r['bytes'] / r['plain_bytes']:.2f}", "<= 12 without")
    yield ("history: p99 of 24 h of a series as 500 points", f"{r['day_p99_ms']:.2f} ms", "", "", "< 10 ms")
    yield ("history: p99 of a year of a series as 500 points", f"{r['year_p99_ms']:.2f} ms", "", "", "< 30 ms")
    yield ("history: RSS of writer, reader", f"{r['write_rss_mib']:.0f}, {r['read_rss_mib']:.0f} MiB", "", "", "< 40 MB")


def ingest_rows(r):
    """The second column is the subscriber that only counts."""
    host, count, python = r["host"], r["count"], r["python"]
    yield (f"logger: {r['messages']:,} messages over 1,000 topics, stored {host['stored']:,}", f"{host['rate']:.0f}/s", f"{count['rate']:.0f}/s", f"{host['rate'] / count['rate']:.2f}", "ratio >= 0.8")
    yield ("logger: CPU per message", f"{host['cpu_us']:.1f} us", f"{count['cpu_us']:.1f} us", f"{host['cpu_us'] / count['cpu_us']:.2f}", "<= 2 x (this + INSERT)")
    yield ("logger: RSS while doing so", f"{host['rss_mib']:.0f} MiB", "", "", "< 40 MB")
    yield ("a logger in Python: rate, CPU per message", "", f"{python['rate']:.0f}/s, {python['cpu_us']:.0f} us", "", "")


ROWS = {"round_trip": round_trip_rows, "neighbours": neighbour_rows, "start": start_rows, "memory": memory_rows, "history": history_rows, "ingest": ingest_rows}


def table(results):
    rows = [("measure", "host", "echo client", "ratio", "target")]
    for name, rows_of in ROWS.items():
        if name in results:
            rows += rows_of(results[name])
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    line = lambda row: "| " + " | ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]) + " |"
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    m = results["machine"]
    head = f"{m['commit']} on {m['processor']}, {m['cores']} cores, load {m['load_before']:.1f} before and {m['load_after']:.1f} after"
    return "\n".join([head + (", quick" if results["quick"] else ""), "", line(rows[0]), rule, *map(line, rows[1:])])
