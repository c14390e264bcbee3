"""A thousand commands to one component are carried out in the order of their arrival, and none is lost."""

from harness import Scenario, main, topic

COUNT = 1000
DESCRIPTOR = """
components:
  meter: { type: meter }
"""


def run(s: Scenario):
    s.broker()
    client = s.client()
    s.host(DESCRIPTOR)
    client.wait_state(topic("meter/availability"), "online")
    for number in range(1, COUNT + 1):
        client.send(topic("meter/value/set"), str(number))
    client.wait_state(topic("meter/value"), str(COUNT), timeout=60)
    counts = client.command(topic("meter/counts/run"))["data"]
    refused = [m.text for m in client.seen(topic("meter/reply"))]
    assert counts == {"taken": COUNT, "out_of_order": 0}, f"{counts}, {len(refused)} refused: {refused[:3]}"
    values = [int(m.text) for m in client.seen(topic("meter/value"))]
    assert values == sorted(values), "states out of order"


main(run, __doc__)
