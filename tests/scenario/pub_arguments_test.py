"""`m2ag pub` and `sub` refuse what cannot be meant, with exit code 1 and before they connect: there is no broker here."""

from harness import Scenario, main, topic

RUN = topic("dial/add/run")
REQUEST = topic("request/info")


def run(s: Scenario):
    s.broker(start=False)
    descriptor = s.write_descriptor("")

    def publish(path, *payload):
        return s.m2ag("pub", "--config", descriptor, "--wait", "1", path, *payload, check=False)

    for path in (RUN, REQUEST):
        for payload in ("[1, 2]", "5", "ON", '"text"', "null", '{"left": 1', "{} {}"):
            done = publish(path, payload)
            assert done.returncode == 1, f"{path} {payload}: exit code {done.returncode}: {done.stderr}"
            assert path in done.stderr and "JSON object" in done.stderr, done.stderr
        # These are good, and only then is the broker missed.
        for payload in ((), ("{}",), ('{"left": 1}',)):
            done = publish(path, *payload)
            assert done.returncode == 2 and "could not be reached" in done.stderr, f"{path} {payload}: {done}"
    # A set takes bare values.
    done = publish(topic("dial/level/set"), "5")
    assert done.returncode == 2 and "could not be reached" in done.stderr, done
    # A request goes to one device: who sends it to all would wait for nobody.
    for path in ("m2ag/all/request/info", "m2ag/group/garden/request/info", "m2ag/all/request/set"):
        done = publish(path)
        assert done.returncode == 1 and "a request goes to one device, on m2ag/DEVICE/request/" in done.stderr, done

    for count in ("-1", "0", "1.5", "many", "99999999999999999999"):
        done = s.m2ag("sub", "--config", descriptor, "--wait", "1", f"--count={count}", "m2ag/#", check=False)
        assert done.returncode == 1 and f'"{count}": expected a whole number, 1 to' in done.stderr, (count, done)


main(run, __doc__)
