"""Neither the changed device nor the one before can be made: the host says so and ends, so that who watches over it can start it again."""

import os
import shutil

from harness import Scenario, main, topic

SYSTEM_WRONG = 2


def run(s: Scenario):
    s.broker()
    client = s.client()
    folder = os.path.join(s.folder, "memory")
    os.mkdir(folder)
    text = s.header() + f"state: {{ file: {folder}/house.db }}\ncomponents:\n  dial: {{ type: dial }}\n"
    host = s.host(text)
    client.wait_state(topic("dial/availability"), "online")
    shutil.rmtree(folder)
    with open(folder, "w"):
        pass  # a file is no folder
    host.expected_exits.add(SYSTEM_WRONG)
    s.write_descriptor(text.replace(f"{folder}/house.db", f"{folder}/other.db"))
    code = host.wait_exit()
    assert code == SYSTEM_WRONG, f"exit code {code}"
    host.wait_line("the changed device cannot be made: .*other.db")
    host.wait_line("nor can the one before: .*house.db.*; the host ends")
    client.wait_state(topic("status"), "offline")


main(run, __doc__)
