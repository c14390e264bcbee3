"""What a verb prints may be somebody's file: when it cannot be written the exit code says so; a reader that goes away is no failure."""

import subprocess

from harness import Scenario, main


def run(s: Scenario):
    s.certificates()
    descriptor = s.write_descriptor(s.header(url="mqtts://localhost:8883") + "components: {}\n")
    plugins = ["--plugins", s.plugins]
    for words in (["schema", *plugins], ["plugins", *plugins], ["plugins", "--json", *plugins], ["describe", "relay", *plugins],
                  ["describe", "relay", "--json", *plugins], ["check", descriptor, *plugins], ["cert", "list", "--dir", s.tls], ["--help"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run([s.binary, *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, env=s.environment, cwd=s.folder)
        assert done.returncode == 2 and "could not be written" in done.stderr, (words, done)
        done = subprocess.run(["/bin/sh", "-c", '"$@" | :; exit 0', "sh", s.binary, *words], stderr=subprocess.PIPE, text=True, timeout=60,
                              env=s.environment, cwd=s.folder)
        assert "could not be written" not in done.stderr, (words, done)


main(run, __doc__)
