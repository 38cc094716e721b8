# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PBX with many trunks, and a provider with an address for each, in one network without an outside.

Everything is real: Asterisk, Kamailio (provider.cfg), dnsmasq, nftables. The PBX has 192.0.2.1; the provider answers on
what is left of 198.51.100.0/24.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import shutil
import subprocess
import time
from pathlib import Path
from types import ModuleType
from typing import Any, Dict, Iterator, List, Mapping, Sequence

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import manager
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.bundle import build
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import DRIVERS
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import FILENAME, to_json
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from oracle.conftest import REGISTRAR_IMAGE, container, wait_until_booted
from oracle.test_pjsip import IMAGES, MODULES

PBX = "192.0.2.1"
DOMAIN = "example.com"
REALM = "provider"
# Nobody is there, so a question sent there has no answer.
NOWHERE = "192.0.2.99"
ADDRESSES = (
    "ip link set lo up; ip route add local 192.0.2.0/24 dev lo; ip route add local 198.51.100.0/24 dev lo"
)
DEAD = f"--server=/dead.{DOMAIN}/{NOWHERE} "
DNSMASQ = (
    f"dnsmasq --no-resolv --no-hosts --listen-address=127.0.0.1 --bind-interfaces --user=root --pid-file=/tmp/dnsmasq "
    f"--local=/{DOMAIN}/ {DEAD}--conf-file=/dev/null --addn-hosts=/provider/hosts"
)
KAMAILIO = "kamailio -DD -E -f /provider/provider.cfg 2> /provider/log &"
RELAY = "python3 /provider/tls_relay.py &"
TRANSPORTS = "".join(
    f"[transport-{protocol}]\ntype=transport\nprotocol={protocol}\nbind={PBX}:{port}\n{more}"
    for protocol, port, more in (
        ("udp", 5060, ""),
        ("tls", 5061, "ca_list_file=/etc/asterisk/ca.pem\nverify_server=yes\nmethod=tlsv1_2\n"),
    )
)
GENERAL = (
    f"[general]\nudpbindaddr={PBX}\nallowguest=no\ntlsenable=yes\ntlsbindaddr={PBX}\ntlscafile=/etc/asterisk/ca.pem\n"
    "tlsdontverifyserver=no\nregistertimeout=20\n"
)
# With TLS 1.3, chan_sip hangs now and then.
OPENSSL = (
    "openssl_conf=d\n[d]\nssl_conf=s\n[s]\nsystem_default=t\n"
    "[t]\nMaxProtocol=TLSv1.2\nCipherString=DEFAULT@SECLEVEL=1\n"
)
FILES = {
    "asterisk.conf": "[options]\n",
    "logger.conf": "[logfiles]\nmessages = notice,warning,error\n",
    "manager.conf": f"[general]\nenabled=yes\nbindaddr=127.0.0.1\n#include {manager.FILENAME}\n",
    "extensions.conf": "[default]\nexten => 100,1,Answer()\n",
    "openssl.cnf": OPENSSL,
}
RESOLV_CONF = "nameserver 127.0.0.1\noptions timeout:2 attempts:1\n"
MAINS = {"chan_sip": "sip.conf", "pjsip": "pjsip.conf"}


class Lab:
    """driver: chan_sip or pjsip; version: of Asterisk"""

    def __init__(self, driver: str, version: str, directory: Path) -> None:
        self.driver, self.version, self.directory = driver, version, directory
        self.provider = self.pbx = ""
        self._hosts: Dict[str, List[str]] = {}

    @property
    def module(self) -> ModuleType:
        return DRIVERS[self.driver]

    def write(self, name: str, text: str, mode: int = 0o640) -> None:
        file = self.directory / "etc" / name
        file.write_text(text)
        file.chmod(mode)

    def configure(self, trunks: Sequence[Mapping[str, Any]], expected: Sequence[Mapping[str, Any]]) -> None:
        """Deploy as the role does; *expected* are in the manifest."""
        loaded = load_trunks(trunks, driver=self.driver)
        self.write(self.module.FILENAME, str(self.module.render(loaded)))
        wanted = load_trunks(expected, driver=self.driver)
        self.write(FILENAME, to_json([self.module.expectation(trunk) for trunk in wanted]))

    def publish(self, **addresses: Sequence[str]) -> None:
        """Have these names of our domain at these addresses from now on; the others stay."""
        self._hosts.update({name: list(own) for name, own in addresses.items()})
        lines = [f"{address} {name}.{DOMAIN}\n" for name, own in self._hosts.items() for address in own]
        (self.directory / "provider" / "hosts").write_text("".join(lines))
        if self.provider:
            self.run_provider("sh", "-c", "kill -HUP $(cat /tmp/dnsmasq)")

    def fault(self, address: str, what: str) -> None:
        self.kamcmd(f"htable.sets fault s:{address} s:{what}")

    def account(self, user: str, secret: str) -> None:
        ha1 = hashlib.md5(f"{user}:{REALM}:{secret}".encode()).hexdigest()
        self.kamcmd(f"htable.sets ha1 s:{hashlib.md5(user.encode()).hexdigest()} s:{ha1}")

    def kamcmd(self, *lines: str) -> str:
        give_up = time.monotonic() + 10
        text = "".join(f"{line}\n" for line in lines)
        while True:
            done = subprocess.run(
                ["podman", "exec", "-i", self.provider, "kamcmd"],
                input=text, capture_output=True, check=False, text=True,
            )  # fmt: skip
            if done.returncode == 0 and "error" not in done.stdout + done.stderr:
                return done.stdout
            assert time.monotonic() < give_up, done.stdout + done.stderr
            time.sleep(0.1)

    def revive_names(self) -> None:
        """The name server that was dead for a name answers now."""
        self.run_provider(
            "sh", "-c", "kill $(cat /tmp/dnsmasq); while [ -e /tmp/dnsmasq ]; do sleep 0.1; done"
        )
        self.run_provider("sh", "-c", DNSMASQ.replace(DEAD, ""))

    def lose(self, address: str, percent: int) -> None:
        """Drop so many of the packets from and to an address of the provider."""
        rules = "".join(
            f"ip {side} {address} numgen random mod 100 < {percent} drop\n" for side in ("daddr", "saddr")
        )
        table = f"table inet faults {{ chain out {{ type filter hook output priority 0;\n{rules}}}\n}}"
        self.run_provider("nft", table)

    def run_provider(self, *command: str) -> str:
        return _run(self.provider, *command)

    def run_pbx(self, *command: str) -> str:
        return _run(self.pbx, *command)

    def signal(self, name: str) -> None:
        """Send one to Asterisk."""
        self.run_pbx("sh", "-c", f"kill -{name} $(cat /run/asterisk/asterisk.pid)")

    def cli(self, command: str) -> str:
        return _run(self.pbx, "asterisk", "-rx", command)

    def reload(self) -> None:
        self.cli(self.module.RELOAD)

    def verify(self, *arguments: str, user: str = "root", clock: float = 0.0) -> Dict[str, Any]:
        """The answer of the verifier on the PBX; none when it has no verdict at all.

        clock: by how many seconds it has been stepped since
        """
        stepped = (
            "import runpy, sys, time; now = time.time; "
            f"time.time = lambda: now() + {clock}; sys.argv = sys.argv[1:]; "
            "runpy.run_path(sys.argv[0], run_name='__main__')"
        )
        command = [
            "podman",
            "exec",
            "--user",
            user,
            self.pbx,
            "python3",
            "-c",
            stepped,
            "/etc/asterisk/siptrunk",
        ]
        done = subprocess.run(
            [*command, "verify", "--format", "json", *arguments], capture_output=True, check=False, text=True
        )
        if not done.stdout:
            assert done.returncode == 3, done.stderr
            return {"status": "unknown", "trunks": [], "unexpected": []}
        answer: Dict[str, Any] = json.loads(done.stdout)
        assert answer["exit_code"] == done.returncode
        return answer


def _run(name: str, *command: str) -> str:
    done = subprocess.run(["podman", "exec", name, *command], capture_output=True, check=False, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@contextlib.contextmanager
def started(lab: Lab, addresses: Sequence[str]) -> Iterator[Lab]:
    """With a provider, but without a PBX yet: the faults and names can be set first."""
    here, directory = Path(__file__).parent, lab.directory / "provider"
    for name in ("provider", "etc"):
        (lab.directory / name).mkdir(mode=0o755)
    shutil.copy(here / "provider.cfg", directory)
    shutil.copy(here / "tls_relay.py", directory)
    listen = [
        f"listen={protocol}:{address}:{port}\n"
        for address in addresses
        for protocol, port in (("udp", 5060), ("tcp", 6061))
    ]
    (directory / "listen.cfg").write_text("".join(listen))
    certificates(directory, lab.directory / "etc" / "ca.pem")
    lab.publish()
    network = ["--network", "none", "--cap-add", "NET_ADMIN", "--volume", f"{directory}:/provider"]
    commands = f"{ADDRESSES}; {KAMAILIO} {RELAY} {DNSMASQ}; exec sleep infinity"
    with container(REGISTRAR_IMAGE, network, "bash", "-c", commands) as lab.provider:
        lab.kamcmd("core.version")
        yield lab
        lab.provider = ""


@contextlib.contextmanager
def started_pbx(lab: Lab, *, modules: bool = True) -> Iterator[None]:
    """modules: those of the driver are loaded"""
    main = MAINS[lab.driver]
    text = (GENERAL if lab.driver == "chan_sip" else TRANSPORTS) + f"#include {lab.module.FILENAME}\n"
    wanted = ("chan_sip",) if lab.driver == "chan_sip" else MODULES
    loads = "".join(f"load={name}.so\n" for name in ("pbx_config", *(wanted if modules else ())))
    secret = str(manager.render())
    own = {main: text, "modules.conf": f"[modules]\nautoload=no\n{loads}", manager.FILENAME: secret}
    for name, content in {**FILES, **own}.items():
        lab.write(name, content)
    lab.write("resolv.conf", RESOLV_CONF, 0o644)
    (lab.directory / "etc" / "siptrunk").write_bytes(build())
    etc = lab.directory / "etc"
    options = ["--network", f"container:{lab.provider}", "--volume", f"{etc}:/etc/asterisk"]
    options += [
        "--volume",
        f"{etc}/resolv.conf:/etc/resolv.conf",
        "--env",
        "OPENSSL_CONF=/etc/asterisk/openssl.cnf",
    ]
    # Asterisk is not the first process, so that it can die.
    command = "asterisk -f -n & exec sleep infinity"
    with container(IMAGES[lab.version], options, "bash", "-c", command) as lab.pbx:
        wait_until_booted(lab.pbx)
        yield
        lab.pbx = ""


def certificates(directory: Path, trusted: Path) -> None:
    """One for each kind of fault, as KIND.pem, from our own authority but for that of a stranger."""
    now, day = datetime.datetime.now(datetime.timezone.utc), datetime.timedelta(days=1)
    authority, stranger = (ec.generate_private_key(ec.SECP256R1()) for _one in range(2))

    def issue(name: str, signer: Any, issuer: str, until: datetime.datetime, *, is_ca: bool = False) -> bytes:
        key = signer if is_ca else ec.generate_private_key(ec.SECP256R1())
        subject, by = (
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in (name, issuer)
        )
        certificate = (
            x509.CertificateBuilder(
                by, subject, key.public_key(), x509.random_serial_number(), now - 2 * day, until
            )
            .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(signer, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public: bytes = certificate.public_bytes(serialization.Encoding.PEM)
        return public if is_ca else private + public

    trusted.write_bytes(issue("ours", authority, "ours", now + day, is_ca=True))
    for kind, name, signer, until in (
        ("good", "tlsgood", authority, now + day),
        ("expired", "tlsexpired", authority, now - day),
        ("wrongname", "elsewhere", authority, now + day),
        ("unknownca", "tlsunknownca", stranger, now + day),
    ):
        (directory / f"{kind}.pem").write_bytes(issue(f"{name}.{DOMAIN}", signer, "ours", until))
