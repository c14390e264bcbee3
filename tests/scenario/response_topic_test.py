"""Response Topic and Correlation Data come back as they were sent; without them a device request is answered on its response topic."""

from harness import Scenario, main, topic

DESCRIPTOR = """
components:
  dial: { type: dial }
"""


def run(s: Scenario):
    s.broker()
    client = s.client(filters=("m2ag/#", "elsewhere/#"))
    s.host(DESCRIPTOR)
    client.wait_state(topic("dial/level"))

    client.publish(topic("dial/add/run"), '{"left": 1, "right": 2, "transaction": "t"}', response_topic="elsewhere/answers", correlation=b"\x00\xff\x01")
    answer = client.wait_message("elsewhere/answers")
    assert answer.correlation == b"\x00\xff\x01", answer.correlation
    assert answer.json == {"ok": True, "command": "add/run", "data": 3, "transaction": "t"}, answer.json
    assert not answer.retain

    # Many at once, each to its own asker.
    for number in range(50):
        client.publish(topic("dial/add/run"), f'{{"left": {number}}}', response_topic=f"elsewhere/{number}", correlation=str(number).encode())
    for number in range(50):
        answer = client.wait_message(f"elsewhere/{number}")
        assert answer.json["data"] == number and answer.correlation == str(number).encode(), answer

    # An answer is never sent where it would be a command, nor to what is no topic.
    since = client.mark()
    client.publish(topic("dial/add/run"), '{"left": 1}', response_topic=topic("dial/mode/set"), correlation=b"x")
    assert client.command(topic("dial/add/run"), '{"left": 2}')["data"] == 2
    assert not client.seen(topic("dial/mode/set"), since), "the host was made to command"

    unknown = client.command(topic("request/no-such-thing"), "")
    assert unknown["status"] == "error" and "no-such-thing" in unknown["error"]["message"], unknown
    client.publish(topic("request/no-such-thing"), '{"transaction": "t-2"}')
    answer = client.wait_message(topic("response/no-such-thing")).json
    assert answer["status"] == "error" and answer["transaction"] == "t-2", answer


main(run, __doc__)
