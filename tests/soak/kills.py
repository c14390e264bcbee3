"""A relay under commands while the host or the broker is killed at a random moment. After each kill the state is one of two: what was
answered last, or what had been sent and not answered yet."""

import threading

from harness import simulated, topic

DESCRIPTOR = simulated(lines=["PUMP", "TIMED"]) + """
components:
  pump: { type: relay, line: PUMP, restore: last }
  timed: { type: relay, line: TIMED, restore: last }
"""
LONGEST = 0.6  # seconds from the first command to the kill


def command_until_killed(client, state, killed):
    """Sends ON and OFF in turn; the states that may be there now."""
    possible = {state}
    while not killed.is_set():
        value = "OFF" if state == "ON" else "ON"
        possible = {state, value}
        try:
            answer = client.command(topic("pump/set"), value, timeout=1.0)
        except (AssertionError, RuntimeError, ValueError):
            if not killed.is_set():
                raise
            return possible
        assert answer["ok"], answer
        state = value
        possible = {state}
    return possible


def online_again(client, since):
    client.wait_message(topic("status"), "online", since, timeout=90)
    return client.wait_message(topic("pump/state"), since=since, timeout=90).text


def soak(s, _programs, count, random):
    broker = s.broker()
    client = s.client()
    host = s.host(DESCRIPTOR)
    state = online_again(client, 0)
    answered = 0
    for number in range(1, count + 1):
        of_broker = number % 4 == 0
        killed = threading.Event()

        def kill():
            killed.set()
            if of_broker:
                broker.kill()
            else:
                host.crash()

        mark = client.mark()
        timer = threading.Timer(random.uniform(0, LONGEST), kill)
        timer.start()
        possible = command_until_killed(client, state, killed)
        timer.join()
        answered += len(client.seen(client.reply_topic, mark))
        if of_broker:
            # A new observer: the old one would send its last command again.
            client.close()
            broker.start()
            client = s.client()
            assert host.running()
        else:
            # The will is published when the broker sees the connection end.
            client.wait_state(topic("status"), "offline")
            client.forget()
            host = s.host()
        state = online_again(client, 0)
        assert state in possible, f"after kill {number} of the {'broker' if of_broker else 'host'}: {state}, expected {possible}"
        s.hosts, s.clients = [host], [client]
        if number % 20 == 0 or number == count:
            print(f"soak: {number} kills, {answered} commands answered, the state was right after each", flush=True)
    host.stop_cleanly()
