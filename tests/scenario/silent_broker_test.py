"""What listens and never answers: `pub` and `sub` end after their time and say what they waited for."""

import socket

from harness import Scenario, main, topic


def run(s: Scenario):
    s.certificates()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"mqtts://localhost:{silent.getsockname()[1]}"
        descriptor = s.write_descriptor(s.header(url=url))
        for verb in (["pub", "--wait", "1", topic("pump/set"), "ON"], ["sub", "--wait", "1", "m2ag/#"]):
            done = s.m2ag(verb[0], "--config", descriptor, *verb[1:], check=False)
            assert done.returncode == 2, done
            assert done.stderr.endswith(f"the broker could not be reached in time: no answer from {url} yet\n"), done


main(run, __doc__)
