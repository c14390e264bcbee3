"""What one test has: a temporary folder, certificates of its own authority, brokers, hosts and clients, all ended with it."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import traceback

from .broker import Broker
from .client import Client
from .host import Host

DEVICE = "house"
LEAKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support", "lsan_suppressions")

HEADER = """\
device: {{ id: {device}, name: Test device }}
mqtt:
  url: {url}
  tls: {{ ca: {ca}, cert: {cert}, key: {key} }}
"""


class Scenario:
    split = False  # of the soaks: each component in a process of its own

    def __init__(self, binary, plugins):
        self.binary = os.path.abspath(binary)
        self.plugins = os.path.abspath(plugins)
        # A plugin, or a folder above one, that others may write to is refused by the host; 0700 is what mkdtemp makes.
        self.folder = tempfile.mkdtemp(prefix="m2ag-scenario-")
        self.tls = os.path.join(self.folder, "tls")
        self.brokers, self.hosts, self.clients = [], [], []
        self.host_log = []
        self.descriptor = None
        self.environment = dict(os.environ)
        for key in [k for k in self.environment if k.startswith("M2AG_")]:
            del self.environment[key]
        self.environment["LSAN_OPTIONS"] = f"suppressions={LEAKS}:print_suppressions=0"
        self.plugin_folders = [self.plugins]
        beside = os.path.join(os.path.dirname(self.plugins), "test-plugins")
        if os.path.isdir(beside):
            self.plugin_folders.append(beside)

    def sanitized(self, *which):
        """Whether the program is built with a sanitizer ("asan", "tsan", without a name any), which has signal handlers of its own."""
        with open(self.binary, "rb") as file:
            program = file.read()
        return any(f"__{each}_init".encode() in program for each in which or ("asan", "tsan"))

    # certificates

    def m2ag(self, *arguments, check=True, timeout=60):
        """Runs one verb to its end: exit code and output."""
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, timeout=timeout, env=self.environment,
                              stdin=subprocess.DEVNULL, cwd=self.folder, errors="replace")
        if check and done.returncode != 0:
            raise AssertionError(f"m2ag {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def certificates(self, folder=None, clients=(DEVICE, "observer")):
        """An authority with the broker's certificate and one for each client."""
        folder = folder or self.tls
        self.m2ag("cert", "init", "--dir", folder, "--name", f"Test authority {os.path.basename(folder)}")
        self.m2ag("cert", "server", "broker", "--dir", folder, "--dns", "localhost", "--ip", "127.0.0.1")
        for client in clients:
            self.m2ag("cert", "client", client, "--dir", folder)

    # processes

    def broker(self, start=True, **options):
        if not os.path.isdir(self.tls):
            self.certificates()
        broker = Broker(self.folder, self.tls, **options)
        self.brokers.append(broker)
        return broker.start() if start else broker

    def client(self, name="observer", broker=None, **options):
        client = Client((broker or self.brokers[0]).port, self.tls, name, **options)
        self.clients.append(client)
        return client

    def header(self, device=DEVICE, url=None, ca=None, cert=None, key=None):
        return HEADER.format(device=device, url=url or f"mqtts://localhost:{self.brokers[0].port}", ca=ca or f"{self.tls}/ca.crt",
                             cert=cert or f"{self.tls}/{device}.crt", key=key or f"{self.tls}/{device}.key")

    def write_descriptor(self, text, device=DEVICE):
        """`text`: what follows device and mqtt; or, when it has a `device:` of its own, the whole descriptor."""
        self.descriptor = os.path.join(self.folder, f"{device}.yaml")
        with open(self.descriptor, "w") as file:
            file.write(text if text.lstrip().startswith("device:") else self.header(device) + text)
        return self.descriptor

    def run_arguments(self, descriptor=None):
        arguments = ["run", "--config", descriptor or self.descriptor]
        for folder in self.plugin_folders:
            arguments += ["--plugins", folder]
        return arguments

    def host(self, text=None, device=DEVICE, arguments=(), **options):
        """Starts `m2ag run` on the descriptor; without a text on the one written last."""
        if text is not None:
            self.write_descriptor(text, device)
        host = Host([self.binary, *self.run_arguments(), *arguments], self.environment, device, **options)
        self.hosts.append(host)
        return host

    def close(self):
        for client in self.clients:
            client.close()
        for host in self.hosts:
            if host.running():
                host.resume()
            host.kill()
        for broker in self.brokers:
            if broker.process:
                broker.process.kill()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def logs(self):
        parts = [(f"log of host {number}", host.text()) for number, host in enumerate(self.hosts, 1)]
        parts += [(f"log of broker {number}", broker.text()) for number, broker in enumerate(self.brokers, 1)]
        return "\n".join(f"---- {title}\n{self._cut(text)}" for title, text in parts)

    @staticmethod
    def _cut(text, most=400):
        lines = text.splitlines()
        return "\n".join(lines if len(lines) <= most else [*lines[: most // 2], f"… {len(lines) - most} lines …", *lines[-most // 2 :]])


def simulated(lines=(), chips=()):
    """A `simulated` section: GPIO lines by name, and chips as (bus, address, chip, settings)."""
    text = "simulated:\n"
    if lines:
        text += f"  gpio: [{', '.join(lines)}]\n"
    buses = {}
    for bus, address, chip, settings in chips:
        entries = {"chip": chip, **settings}
        buses.setdefault(bus, []).append(f"      {address:#x}: {{ {', '.join(f'{k}: {v}' for k, v in entries.items())} }}\n")
    if buses:
        text += "  i2c:\n" + "".join(f"    {bus}:\n{''.join(rows)}" for bus, rows in buses.items())
    return text


def topic(path, device=DEVICE):
    return f"m2ag/{device}/{path}"


def parse(description=None):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bin", required=True, help="the m2ag program")
    parser.add_argument("--plugins", required=True, help="the folder with the plugins; test-plugins is looked for beside it")
    parser.add_argument("--keep", action="store_true", help="keep the temporary folder")
    return parser.parse_args()


def main(run, description=None):
    """Runs a scenario's steps: exit code 0, or 1 with the reason and every log."""
    options = parse(description)
    scenario = Scenario(options.bin, options.plugins)
    failed = False
    try:
        run(scenario)
        for host in scenario.hosts:
            # Whatever a test did to it: a host never dies by itself.
            code = None if host.running() else host.wait_exit()
            assert code is None or code == 0 or code in host.expected_exits, f"host {host.pid} ended with code {code}"
    except Exception:
        failed = True
        traceback.print_exc()
        print(scenario.logs(), file=sys.stderr)
    finally:
        scenario.close()
        if options.keep:
            print(f"kept {scenario.folder}", file=sys.stderr)
        else:
            scenario.remove()
    sys.exit(1 if failed else 0)
