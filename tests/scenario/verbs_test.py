"""What the verbs say of wrong words, and of what a user would not look for: each with its exit code."""

import json

from harness import Scenario, main, topic

DESCRIPTOR = """
components:
  dial: { type: dial }
  spare: { type: dial, enabled: false }
"""


def refused(s, *words):
    done = s.m2ag(*words, check=False)
    assert done.returncode == 1, done
    return done.stderr


def run(s: Scenario):
    s.broker()
    assert 'unknown verb "chekc", did you mean "check"?' in refused(s, "chekc", "x.yaml")
    assert "--help" in refused(s, "frobnicate")
    for name in ("all", "group"):  # under an access list it would own the topics that command every device
        assert f'"{name}" is no name for a client' in refused(s, "cert", "client", name, "--dir", s.tls)

    described = s.m2ag("describe", "bmp280", "--plugins", s.plugins).stdout
    assert "Channels" in described and "bmp280 (simulated chip)" in described, described

    # What a scan finds depends on the machine: tests/hardware/scan_test.py. What it says of wrong words does not.
    assert "expected a name of /dev, such as i2c-1" in refused(s, "scan", "i2c", "--bus", "../mem")
    assert "--bus" in refused(s, "scan", "gpio", "--bus", "i2c-1")
    assert "not expected: spi" in refused(s, "scan", "spi")
    done = s.m2ag("scan", "i2c", "--bus", "i2c-9999", check=False)
    assert done.returncode == 2 and "no I²C bus i2c-9999" in done.stderr and done.stdout == "", done
    for words, key in ((["scan", "i2c"], "i2c"), (["scan", "gpio"], "gpio")):
        done = s.m2ag(*words, "--json", check=False)
        assert done.returncode in (0, 2) and set(json.loads(done.stdout)) == {key, "problems"}, done
    assert "--bus" in s.m2ag("scan", "i2c", "--help").stdout

    # A certificate that is not there yet is no mistake of the descriptor, but said.
    descriptor = s.write_descriptor(DESCRIPTOR)
    arguments = ["check", descriptor] + [word for folder in s.plugin_folders for word in ("--plugins", folder)]
    assert s.m2ag(*arguments).stderr == ""
    done = s.m2ag("check", "--plugins", s.plugins, *arguments[2:], descriptor)  # not one more folder
    assert done.stderr == "", done
    assert "--plugins DIR " in s.m2ag("check", "--help").stdout
    with open(descriptor) as file:
        text = file.read()
    with open(descriptor, "w") as file:
        file.write(text.replace("house.crt", "lost.crt"))
    done = s.m2ag(*arguments)
    assert "warning: mqtt.tls:" in done.stderr and "lost.crt" in done.stderr, done
    with open(descriptor, "w") as file:
        file.write(text)

    # What is not enabled is as if it were not there.
    client = s.client()
    s.host()
    info = client.wait_state(topic("info")).json
    assert [each["id"] for each in info["components"]] == ["dial"], info


main(run, __doc__)
