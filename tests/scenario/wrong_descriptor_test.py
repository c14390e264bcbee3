"""A descriptor with five mistakes: `check` and `run` print all five with line and column, and end with exit code 1."""

import os
import re

from harness import Scenario, main

# What comes after each line says what must be found there: line, column, words of the sentence.
FIVE = """\
device: { id: house }
simulated: { gpio: [PUMP] }
components:
  pump:
    type: relay
    line: PUMP
    restroe: last
  lamp:
    type: realy
  dial:
    type: dial
    enabled: perhaps
  slow:
    type: sleeper
    interval: 10 apples
  air:
    type: bmp280
    address: 0x99
"""
FOUND = [
    (7, 5, ["components.pump.restroe", "unknown key", 'did you mean "restore"']),
    (9, 11, ["components.lamp.type", "realy", 'did you mean "relay"']),
    (12, 14, ["components.dial.enabled", "perhaps", "true"]),
    (15, 15, ["components.slow.interval", "10 apples"]),
    (18, 14, ["components.air.address", "0x99"]),
]

# One mistake each: text, line, words.
SINGLE = {
    "duplicate id": ("device: { id: house }\ncomponents:\n  a: { type: dial }\n  a: { type: dial }\n", 4, ["a", "twice|duplicate|already"]),
    "reserved id": ("device: { id: house }\ncomponents:\n  status: { type: dial }\n", 3, ["status", "reserved"]),
    "reserved device id": ("device: { id: all }\n", 1, ["all", "reserved"]),
    "bad id": ("device: { id: House }\n", 1, ["House", "a-z"]),
    "missing required": ("device: { id: house }\ncomponents:\n  pump: { type: relay }\n", 3, ["line"]),
    "no device": ("components: {}\n", None, ["device"]),
    "unknown section": ("device: { id: house }\ncomponent: {}\n", 2, ["component", 'did you mean "components"']),
    "not YAML": ("device: { id: house\n", None, []),
    "empty": ("", None, ["device"]),
    "a list": ("- device\n", 1, []),
    "alias bomb": ("device: { id: house }\na: &a [x, x, x, x, x, x, x, x, x]\n"
                   + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi")), None, []),
    "deep nesting": ("device: " + "[" * 5000 + "]" * 5000 + "\n", None, []),
    "unknown simulated chip": ("device: { id: house }\nsimulated: { i2c: { i2c-1: { 0x76: { chip: bpm280 } } } }\n", 2, ["bpm280", "bmp280"]),
}


def run(s: Scenario):
    path = os.path.join(s.folder, "house.yaml")
    plugins = [word for folder in s.plugin_folders for word in ("--plugins", folder)]

    def check(text):
        with open(path, "w") as file:
            file.write(text)
        return s.m2ag("check", "house.yaml", *plugins, check=False)

    def lines_of(output):
        return [line for line in output.splitlines() if "house.yaml" in line]

    def judge_five(output):
        lines = lines_of(output)
        for line, column, words in FOUND:
            hits = [each for each in lines if f"house.yaml:{line}:{column}:" in each]
            assert hits and all(word in hits[0] for word in words), f"{line}:{column} {words} in\n{output}"
        assert len([each for each in lines if re.search(r"house\.yaml:\d+:\d+:", each)]) == len(FOUND), f"more than five lines:\n{output}"

    done = check(FIVE)
    assert done.returncode == 1, done
    judge_five(done.stdout + done.stderr)
    done = s.m2ag("run", "--config", "house.yaml", *plugins, check=False)
    assert done.returncode == 1, done
    judge_five(done.stdout + done.stderr)

    problems = []
    for name, (text, line, words) in SINGLE.items():
        done = check(text)
        output = done.stdout + done.stderr
        place = f"house.yaml:{line}:" if line else "house.yaml"
        good = [each for each in lines_of(output) if place in each and all(re.search(word, each) for word in words)]
        if done.returncode != 1 or not good or len(output) > 20_000:
            problems.append(f"{name}: exit code {done.returncode}, expected 1 and {place} {words}, found\n{output[:500]}")
    assert not problems, "\n".join(problems)

    missing = s.m2ag("check", "nowhere.yaml", *plugins, check=False)
    assert missing.returncode != 0 and "nowhere.yaml" in missing.stdout + missing.stderr, missing
    good = check("device: { id: house }\ncomponents:\n  dial: { type: dial }\n")
    assert good.returncode == 0, good


main(run, __doc__)
