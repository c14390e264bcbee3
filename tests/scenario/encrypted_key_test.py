"""A key with a pass phrase: nobody is asked for it, the terminal stays as it is, and `pub`, `sub` and `run` say why and end as always."""

import fcntl
import os
import subprocess
import termios

from harness import Host, Scenario, main, topic

ENCRYPTED = "house.key: the key is encrypted with a passphrase, expected one without"
# Its session has no terminal yet: the first one that is opened is it.
ON_TERMINAL = "import os, sys; os.open(sys.argv[1], os.O_RDWR); os.execv(sys.argv[2], sys.argv[2:])"


def encrypt(s, old_form):
    """The form that OpenSSL writes now (PKCS #8), or that of a decade ago."""
    plain, key = f"{s.tls}/plain.key", f"{s.tls}/house.key"
    if not os.path.exists(plain):
        os.rename(key, plain)
    form = ["pkey", "-traditional", "-aes256"] if old_form else ["pkcs8", "-topk8"]
    subprocess.run(["openssl", *form, "-in", plain, "-out", key, "-passout", "pass:secret"], check=True, capture_output=True)
    os.chmod(key, 0o600)


def run(s: Scenario):
    s.broker()
    descriptor = s.write_descriptor("components: {}\n")
    for old_form in (False, True):
        encrypt(s, old_form)
        for verb in (["pub", "--wait", "2", topic("pump/set"), "ON"], ["sub", "--wait", "2", "m2ag/#"]):
            master, slave = os.openpty()

            def on_terminal(slave=slave):
                os.setsid()
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

            done = subprocess.run([s.binary, verb[0], "--config", descriptor, *verb[1:]], stdin=slave, capture_output=True, text=True,
                                  preexec_fn=on_terminal, env=s.environment, timeout=30)
            assert done.returncode == 2 and ENCRYPTED in done.stderr, (verb, done)
            assert termios.tcgetattr(slave)[3] & termios.ECHO, f"{verb[0]}: the terminal has no echo any more"
            os.set_blocking(master, False)
            try:
                asked = os.read(master, 1000)
            except BlockingIOError:
                asked = b""
            assert not asked, f"{verb[0]}: asks {asked}"
            os.close(slave)
            os.close(master)

    master, slave = os.openpty()
    host = Host(["/usr/bin/python3", "-c", ON_TERMINAL, os.ttyname(slave), s.binary, *s.run_arguments()], s.environment, "house")
    s.hosts.append(host)
    host.wait_line("no MQTT connection to .*" + ENCRYPTED)
    host.stop_cleanly()
    os.close(slave)
    os.close(master)


main(run, __doc__)
