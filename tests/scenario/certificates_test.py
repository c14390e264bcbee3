"""A wrong authority and expired certificates: no connection, a sentence with file, name and date, and recovery once it is mended."""

import os
import shutil
import subprocess

from harness import Scenario, main, topic

COMPONENTS = """
components:
  dial: { type: dial }
"""
EXPIRED = ("20200101000000Z", "20210101000000Z")

CA_CONFIG = """\
[ca]
default_ca = own
[own]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
certificate = {tls}/ca.crt
private_key = {tls}/ca.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[leaf]
basicConstraints = CA:FALSE
keyUsage = digitalSignature
extendedKeyUsage = {usage}
subjectAltName = {names}
"""


def expire(s, name, usage, names):
    """Puts a certificate that ended on 2021-01-01 in the place of NAME.crt, for the same key. `m2ag cert` makes none."""
    folder = os.path.join(s.folder, f"expired-{name}")
    os.mkdir(folder)
    for file, text in (("index", ""), ("serial", "01\n"), ("ca.cnf", CA_CONFIG.format(folder=folder, tls=s.tls, usage=usage, names=names))):
        with open(os.path.join(folder, file), "w") as out:
            out.write(text)
    request = os.path.join(folder, "request.pem")
    openssl = ["openssl", "req", "-new", "-key", f"{s.tls}/{name}.key", "-subj", f"/CN={name}", "-out", request]
    subprocess.run(openssl, check=True, capture_output=True)
    subprocess.run(["openssl", "ca", "-batch", "-notext", "-config", os.path.join(folder, "ca.cnf"), "-extensions", "leaf", "-in", request,
                    "-out", f"{s.tls}/{name}.crt", "-startdate", EXPIRED[0], "-enddate", EXPIRED[1]], check=True, capture_output=True)


def refused(s, descriptor, *words):
    """The host runs, does not get on, and says why in one line."""
    host = s.host(descriptor)
    pattern = "".join(f"(?=.*{word})" for word in words)
    host.wait_line("device house runs")
    host.wait_line(pattern, timeout=30)
    assert host.running()
    host.stop_cleanly()


def run(s: Scenario):
    broker = s.broker()
    client = s.client()

    # The authority in the descriptor is not the one that signed the broker's certificate.
    other = os.path.join(s.folder, "other")
    s.certificates(other, clients=("house",))
    wrong = s.header(ca=f"{other}/ca.crt")
    refused(s, wrong + COMPONENTS, r"other/ca\.crt", "authority|signed|issuer")
    # Our own certificate is of an authority that the broker does not know.
    foreign = s.header(cert=f"{other}/house.crt", key=f"{other}/house.key")
    refused(s, foreign + COMPONENTS, r"other/house\.crt")
    # Files that are not there or are nothing.
    refused(s, s.header(cert=f"{s.folder}/nowhere.crt") + COMPONENTS, r"nowhere\.crt", "No such file")
    with open(os.path.join(s.folder, "nothing.crt"), "w") as file:
        file.write("nothing\n")
    refused(s, s.header(ca=f"{s.folder}/nothing.crt") + COMPONENTS, r"nothing\.crt")
    # The certificate and the key of two different devices.
    refused(s, s.header(key=f"{s.tls}/observer.key") + COMPONENTS, r"observer\.key", "house")
    assert not client.seen(topic("status")), "connected all the same"

    # Our own certificate has expired.
    for file in ("house.crt", "broker.crt"):
        shutil.copy(os.path.join(s.tls, file), os.path.join(s.folder, file))
    expire(s, "house", "clientAuth", "URI:urn:m2ag:device:house")
    refused(s, COMPONENTS, r"house\.crt", "expired", "2021-01-01")
    shutil.copy(os.path.join(s.folder, "house.crt"), s.tls)

    # The broker's has; once it is renewed the host, still running, gets on.
    expire(s, "broker", "serverAuth", "DNS:localhost,IP:127.0.0.1")
    client.close()
    s.clients.clear()
    broker.stop()
    broker.start()
    host = s.host(COMPONENTS)
    host.wait_line("(?=.*expired)(?=.*2021-01-01)", timeout=30)
    shutil.copy(os.path.join(s.folder, "broker.crt"), s.tls)
    broker.stop()
    broker.start()
    client = s.client()
    client.wait_state(topic("status"), "online", timeout=60)
    assert client.command(topic("dial/level/set"), "5")["ok"]
    host.stop_cleanly()


main(run, __doc__)
