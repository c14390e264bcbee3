"""Commands at full speed, in rounds; after each the host's own count of them, its memory, threads and open files."""

import os
import time

from harness import topic
from measures import METER, load

ROUND_SECONDS = 60
GROWTH_MIB = 2.0


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def soak(s, programs, count, _random):
    s.broker()
    client = s.client(filters=(topic("meter/availability"),))
    host = s.host(METER)
    client.wait_message(topic("meter/availability"), "online")
    client.command(topic("meter/reset/run"))
    done, first, started = 0, None, time.monotonic()
    while done < count:
        # The rate is not known before: the last round is cut by time, the count may come out a little higher.
        rate = done / (time.monotonic() - started) if done else 0
        seconds = min(ROUND_SECONDS, (count - done) / rate + 1) if rate else min(ROUND_SECONDS, count / 10_000 + 1)
        result = load(s, programs, [topic("meter/value")], rate=0, window=50, seconds=seconds)
        counts = client.command(topic("meter/counts/run"), timeout=60)["data"]
        client.command(topic("meter/reset/run"))
        assert result["unanswered"] == 0, result
        assert counts["taken"] == result["sent"] and counts["out_of_order"] == 0, (counts, result)
        done += result["sent"]
        now = {"rss": host.rss_mib(), "threads": host.status("Threads"), "files": open_files(host.pid)}
        print(f"soak: {done} messages, {result['rate']:.0f}/s, {now['rss']:.1f} MiB, {now['threads']} threads, {now['files']} files", flush=True)
        if first is None:
            first = now
        assert now["rss"] <= first["rss"] + GROWTH_MIB, f"memory grew from {first['rss']:.1f} to {now['rss']:.1f} MiB"
        assert now["files"] <= first["files"] + 2, f"open files grew from {first['files']} to {now['files']}"
    host.stop_cleanly()
