"""Broken, foreign and dangerous files in the plugin folder are each refused with a line; everything else runs."""

import os
import shutil
import struct

from harness import Scenario, main, simulated, topic

DESCRIPTOR = simulated(lines=["PUMP"]) + """
components:
  pump: { type: relay, line: PUMP }
  dial: { type: dial }
"""


def with_sdk(image, major=None, minor=None):
    """The plugin as if built with another SDK. Its descriptor (sdk/include/m2ag/abi.h): magic, size, SDK major, SDK minor."""
    at = bytes(image).index(struct.pack("<Q", 0x6D326167706C7567))
    patched = bytearray(image)
    if major is not None:
        struct.pack_into("<H", patched, at + 12, major)
    if minor is not None:
        struct.pack_into("<H", patched, at + 14, minor)
    return bytes(patched)


def make_bad_plugins(folder, good):
    with open(good, "rb") as file:
        image = bytearray(file.read())
    files = {
        "empty": b"",
        "text": b"this is no library\n" * 100,
        "truncated": image[: len(image) // 2],
        "short-header": image[:40],
        # e_machine, offset 18 of the ELF header: 0x28 is 32-bit ARM, 0xB7 is AArch64.
        "foreign": image[:18] + (b"\x28\x00" if image[18] != 0x28 else b"\xb7\x00") + image[20:],
        # EI_CLASS: a 32-bit library by its own word.
        "other-class": image[:4] + b"\x01" + image[5:],
        "zeros": b"\x00" * len(image),
        "world-writable": bytes(image),
        "sdk-too-new": with_sdk(image, minor=999),
        "other-sdk": with_sdk(image, major=99),
    }
    for name, content in files.items():
        path = os.path.join(folder, f"{name}.so")
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, 0o666 if name == "world-writable" else 0o644)
    os.symlink("nowhere", os.path.join(folder, "dangling.so"))
    os.mkdir(os.path.join(folder, "folder.so"))
    return [*files]


def run(s: Scenario):
    s.broker()
    client = s.client()
    folder = os.path.join(s.folder, "plugins")
    os.mkdir(folder)
    for source in s.plugin_folders:
        for name in os.listdir(source):
            if name.endswith(".so"):
                shutil.copy(os.path.join(source, name), folder)
    bad = make_bad_plugins(folder, os.path.join(s.plugins, "relay.so"))
    s.plugin_folders = [folder]

    host = s.host(DESCRIPTOR)
    client.wait_state(topic("pump/availability"), "online")
    client.wait_state(topic("dial/availability"), "online")
    assert client.command(topic("pump/set"), "ON")["ok"]
    for name in bad:
        host.wait_line(rf"{name}\.so", timeout=5)
    for name, version in (("sdk-too-new", "999"), ("other-sdk", "99")):
        line = host.wait_line(rf"{name}\.so")
        assert version in line, line
    listed = s.m2ag("plugins", "--plugins", folder, check=False)
    assert "relay" in listed.stdout, listed
    for name in bad:
        verdict = s.m2ag("check", os.path.join(folder, f"{name}.so"), check=False)
        assert verdict.returncode in (1, 2) and f"{name}.so" in verdict.stdout + verdict.stderr, (name, verdict)
    assert host.running()
    host.stop_cleanly()

    # The type's plugin is gone: a sentence with the place in the descriptor, exit code 1.
    os.remove(os.path.join(folder, "probe.so"))
    os.remove(os.path.join(folder, "world-writable.so"))
    host = s.host()
    assert host.wait_exit() == 1
    host.expected_exits.add(1)
    host.wait_line(r"house\.yaml:\d+:\d+:.*dial")


main(run, __doc__)
