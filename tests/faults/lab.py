# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Providers that fail in every way, and a PBX that registers there: containers of one network namespace, loopback only.

What the PBX has was rendered and laid out by the engine, as a deployment does it.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import re
import subprocess
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import AbstractSet, Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import bundle, deployment, states
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import (
    DRIVERS,
    pjsip_transports,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import of_release
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.files import Attributes
from containers import entrance
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SIP_IMAGE = os.environ.get("FAULTS_SIP_IMAGE", "localhost/telephony-lab-sip")
IMAGES = {
    "16": os.environ.get("FAULTS_IMAGE", "localhost/telephony-lab-asterisk16"),
    "22": os.environ.get("FAULTS_IMAGE_22", "localhost/telephony-lab-asterisk22"),
}
RELEASES = {"16": "16.28.0", "22": "22.10.1"}
HERE = Path(__file__).parent
DOMAIN = "example.net"
BY_HAND = "\n; by hand\n"
REALM = "sip.example.net"
SECRET = "secret-of-the-account"
# Of the PBX, and of another one beside it.
PBX, ASIDE = "198.51.100.10", "198.51.100.11"
# Two servers for names: the second one can be silenced without the first.
NAME_SERVERS = ("127.0.0.1", "127.0.0.2")
# Of the providers; where it has two, the second one is where it moves to.
NETWORK, ELSEWHERE = "192.0.2.", "203.0.113."
SLOW = "slow"
# Seconds for whatever is done in a container: six labs start at the same time, on whatever machine.
PATIENCE = 180
PBX_MODULES = {
    "chan_sip": ("chan_sip",),
    # What a trunk uses, and what that needs.
    "pjsip": (
        "res_pjproject", "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_pjsip",
        "res_pjsip_session", "res_pjsip_pubsub", "res_pjsip_authenticator_digest",
        "res_pjsip_outbound_authenticator_digest", "res_pjsip_endpoint_identifier_ip",
        "res_pjsip_endpoint_identifier_user", "res_pjsip_outbound_registration", "res_pjsip_caller_id",
        "res_pjsip_nat", "res_pjsip_sdp_rtp", "res_rtp_asterisk", "chan_pjsip",
    ),
}  # fmt: skip
# While Kamailio starts, it may take a question and never answer it.
KAMCMD = ("timeout", "10", "kamcmd")
FAKETIME = (
    "LD_PRELOAD=$(ls /usr/lib/*/faketime/libfaketime.so.1) FAKETIME_TIMESTAMP_FILE=/etc/asterisk/clock "
    "FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1"
)


class Account(NamedTuple):
    """A trunk of the PBX, and what its provider makes of it.

    declared: the trunk as in ``sip_trunks``
    secret: what the provider knows; None when it does not know the account
    fault: what it does to each REGISTER; see provider.cfg
    known: whether its name is in DNS
    """

    declared: Mapping[str, Any]
    secret: Optional[str] = SECRET
    fault: Optional[str] = None
    known: bool = True

    @property
    def user(self) -> str:
        return str(self.declared["registration"]["user"])

    @property
    def host(self) -> str:
        return str(self.declared["provider"]["host"])


class Look(NamedTuple):
    """One run of ``siptrunk verify``. at: seconds of the monotonic clock when it was over; report: {} for none"""

    code: int
    report: Dict[str, Any]
    said: str
    at: float

    def trunk(self, name: str) -> Dict[str, Any]:
        return next((one for one in self.report.get("trunks", ()) if one["trunk"] == name), {})


def podman(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return run(["podman", *arguments], check)


def inside(name: str, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command as root in a container."""
    return run([*entrance(name), *command], check)


def run(command: Sequence[str], check: bool = True) -> subprocess.CompletedProcess[str]:
    # Not pipes: what podman leaves running would hold them open, also when podman itself was killed.
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, check=False, timeout=PATIENCE
        )
        output.seek(0)
        errors.seek(0)
        done = subprocess.CompletedProcess(command, ended.returncode, output.read(), errors.read())
    assert not check or not done.returncode, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done


@contextlib.contextmanager
def container(image: str, options: Sequence[str], script: str) -> Iterator[str]:
    """A container of our own that runs a script of bash; gives its name."""
    name = f"faults-{uuid.uuid4().hex[:12]}"
    options = ["--detach", "--rm", "--name", name, "--pull", "never", *options, "--entrypoint", "bash"]
    podman("run", *options, image, "-c", script)
    try:
        yield name
    finally:
        podman("rm", "--force", "--time", "0", name)


class Provider:
    """All providers: Kamailio on an address for each host, dnsmasq that knows the hosts, nftables in between."""

    def __init__(self, name: str, directory: Path, addresses: Dict[str, str], hosts: Dict[str, str]) -> None:
        self.name, self.addresses = name, addresses
        self.directory, self._hosts = directory, hosts
        self._lock = threading.Lock()

    def run(self, *command: str) -> str:
        return inside(self.name, *command).stdout

    def kamcmd(self, *words: str) -> str:
        return self.run(*KAMCMD, *words)

    def answers(self, user: str, fault: str) -> None:
        """From now on, to every REGISTER."""
        self.kamcmd("htable.sets", "fault", f"s:{user}", f"s:{fault}")

    def knows(self, user: str, secret: str) -> None:
        """From now on, as the secret of an account."""
        self.kamcmd("htable.sets", "account", f"s:{user}", f"s:{ha1(user, secret)}")

    def forgets(self, user: str) -> None:
        """The binding, not the account."""
        self.kamcmd("ul.rm", "location", f"s:{user}")

    def bindings(self) -> str:
        """All of them, as Kamailio lists them."""
        return self.kamcmd("ul.dump")

    def filter(self, rule: str) -> None:
        """Add a rule of nftables for what arrives on the loopback."""
        self.run("nft", "add", "rule", "inet", "lab", "arriving", *rule.split())

    def unfilter(self) -> None:
        self.run("nft", "flush", "chain", "inet", "lab", "arriving")

    def name_is(self, host: str, address: Optional[str]) -> None:
        """Change DNS; None: no such name."""
        with self._lock:
            if address is None:
                self._hosts.pop(host, None)
            else:
                self._hosts[host] = address
            (self.directory / "hosts").write_text(hosts_file(self._hosts))
            self.run("bash", "-c", "kill -HUP $(cat /run/dnsmasq.pid)")


@contextlib.contextmanager
def provider(accounts: Sequence[Account], directory: Path) -> Iterator[Provider]:
    names = dict.fromkeys(one.host for one in accounts)
    addresses = {host: f"{NETWORK}{number}" for number, host in enumerate(names, 10)}
    known = {one.host: addresses[one.host] for one in accounts if one.known}
    secure = {one.host for one in accounts if one.declared["provider"].get("transport") == "tls"}
    slow = {one.host for one in accounts if one.fault == SLOW}
    directory.mkdir()
    (directory / "hosts").write_text(hosts_file(known))
    (directory / "provider.cfg").write_text((HERE / "provider.cfg").read_text())
    (directory / "listen.cfg").write_text(listening(addresses, slow, secure))
    (directory / "accounts.cfg").write_text(accounts_file(accounts))
    write_certificates(directory, {host: addresses[host] for host in secure})
    everywhere = [PBX, ASIDE, *addresses.values(), *(elsewhere(address) for address in addresses.values())]
    # Names that it does not have are nobody's.
    dnsmasq = (
        "dnsmasq --no-resolv --no-hosts --addn-hosts=/lab/hosts --local=/#/ --bind-interfaces --user=root "
        f"--pid-file=/run/dnsmasq.pid --listen-address={','.join(NAME_SERVERS)}"
    )
    script = "; ".join(
        [
            "ip link set lo up",
            *(f"ip address add {address}/32 dev lo" for address in everywhere),
            "nft add table inet lab",
            "nft 'add chain inet lab arriving { type filter hook input priority 0; }'",
            dnsmasq,
            "exec kamailio -DD -E -m 256 -M 8 -f /lab/provider.cfg 2> /lab/log",
        ]
    )
    options = ["--network", "none", "--cap-add", "NET_ADMIN", "--volume", f"{directory}:/lab"]
    with container(SIP_IMAGE, options, script) as name:
        running = Provider(name, directory, addresses, known)
        give_up = time.monotonic() + PATIENCE
        while inside(name, *KAMCMD, "core.version", check=False).returncode:
            assert time.monotonic() < give_up, (directory / "log").read_text()[-3000:]
            time.sleep(0.2)
        yield running


def elsewhere(address: str) -> str:
    return ELSEWHERE + address.rpartition(".")[2]


def hosts_file(hosts: Mapping[str, str]) -> str:
    return "".join(f"{address} {host}\n" for host, address in hosts.items())


def ha1(user: str, secret: str) -> str:
    """What a registrar knows instead of the secret (RFC 2617, section 3.2.2.2)."""
    return hashlib.md5(f"{user}:{REALM}:{secret}".encode()).hexdigest()


def listening(addresses: Mapping[str, str], slow: AbstractSet[str], secure: AbstractSet[str]) -> str:
    """Where Kamailio listens."""
    lines: List[str] = []
    for host, address in addresses.items():
        for one in (address, elsewhere(address)):
            # Who answers after two seconds must listen meanwhile.
            lines += [f"socket_workers={8 if host in slow else 1}", f"listen=udp:{one}:5060"]
        lines.append(f"listen=tls:{address}:5061" if host in secure else f"listen=tcp:{address}:5060")
    return "\n".join([*lines, ""])


def accounts_file(accounts: Sequence[Account]) -> str:
    """What Kamailio knows of the accounts."""
    lines = ["event_route[htable:mod-init] {"]
    for one in accounts:
        if one.secret is not None:
            lines.append(f'    $sht(account=>{one.user}) = "{ha1(one.user, one.secret)}";')
        if one.fault:
            lines.append(f'    $sht(fault=>{one.user}) = "{one.fault}";')
    return "\n".join([*lines, "}", ""])


class Signed(NamedTuple):
    """What a certificate says. valid_for: from now on; by_stranger: its authority is not one that the PBX trusts"""

    name: str
    valid_for: datetime.timedelta
    by_stranger: bool = False


DAY = datetime.timedelta(days=1)


def certificate_of(host: str) -> Signed:
    """By the first label of the host: what is wrong with it."""
    label = host.partition(".")[0]
    return Signed(
        name="another.example.org" if label == "tls-wrong-name" else host,
        valid_for=-DAY if label == "tls-expired" else DAY,
        by_stranger=label == "tls-unknown-ca",
    )


def write_certificates(directory: Path, hosts: Mapping[str, str]) -> None:
    """An authority that the PBX trusts (ca.pem), a stranger, and for each host a certificate; and Kamailio's list."""
    trusted, stranger = authority("Trusted"), authority("Stranger")
    (directory / "ca.pem").write_bytes(trusted[1].public_bytes(serialization.Encoding.PEM))
    profiles = ""
    # Without one for all others, Kamailio does not start.
    for host, name in {
        DOMAIN: "default",
        **{host: f"{address}:5061" for host, address in hosts.items()},
    }.items():
        wanted = certificate_of(host)
        (directory / f"{host}.pem").write_bytes(
            pem(*signed(wanted, stranger if wanted.by_stranger else trusted))
        )
        file = f"/lab/{host}.pem"
        # With TLS 1.3, chan_sip hangs now and then.
        profiles += f"[server:{name}]\nmethod = TLSv1.2\ncertificate = {file}\nprivate_key = {file}\n"
    (directory / "tls.cfg").write_text(profiles)


Pair = Tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def authority(name: str) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = certificate(name, name, key, DAY).add_extension(
        x509.BasicConstraints(True, None), critical=True
    )
    return key, builder.sign(key, hashes.SHA256())


def signed(wanted: Signed, by: Pair) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = by[1].subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    builder = certificate(wanted.name, str(issuer), key, wanted.valid_for).add_extension(
        x509.SubjectAlternativeName([x509.DNSName(wanted.name)]), critical=False
    )
    return key, builder.sign(by[0], hashes.SHA256())


def certificate(
    name: str, issuer: str, key: ec.EllipticCurvePrivateKey, valid_for: datetime.timedelta
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.timezone.utc)
    subject, by = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in (name, issuer))
    number = x509.random_serial_number()
    return x509.CertificateBuilder(by, subject, key.public_key(), number, now - 3 * DAY, now + valid_for)


def pem(key: ec.EllipticCurvePrivateKey, own: x509.Certificate) -> bytes:
    kind, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(kind, form, serialization.NoEncryption()) + own.public_bytes(kind)


class Pbx:
    """An Asterisk with the trunks of the accounts; its configuration directory is *config* on our side."""

    def __init__(
        self, name: str, config: Path, driver: str, version: str, address: str, environment: str
    ) -> None:
        self.name, self.config, self.driver, self.version, self.address = (
            name,
            config,
            driver,
            version,
            address,
        )
        self._environment = environment

    def shell(self, script: str, check: bool = True) -> str:
        return inside(self.name, "bash", "-c", script, check=check).stdout

    def cli(self, command: str) -> str:
        return inside(self.name, "asterisk", "-rx", command).stdout

    def start(self, wait: bool = True) -> None:
        self.shell(f"{self._environment} asterisk")
        give_up = time.monotonic() + PATIENCE
        while wait and "fully booted" not in self.shell("asterisk -rx 'core waitfullybooted'", check=False):
            assert time.monotonic() < give_up, "Asterisk does not start"
            time.sleep(0.2)

    def signal(self, name: str) -> None:
        """To Asterisk itself."""
        self.shell(f"kill -{name} $(cat /var/run/asterisk/asterisk.pid)")

    def edit(self, pattern: str, new: str) -> None:
        """Change the file of the trunks, as somebody does it by hand; *pattern* is a regular expression."""
        path = self.config / DRIVERS[self.driver].FILENAME
        text, count = re.subn(pattern, new, path.read_text(), flags=re.MULTILINE)
        assert count, f"{path.name} has no {pattern}"
        path.write_text(text)

    def append(self, text: str) -> None:
        """The same with the driver's main file."""
        with (self.config / DRIVERS[self.driver].MAIN).open("a") as file:
            file.write(f"{BY_HAND}{text}")

    def tidy(self) -> None:
        """Take away again what was appended."""
        path = self.config / DRIVERS[self.driver].MAIN
        path.write_text(path.read_text().partition(BY_HAND)[0])

    def write(self, trunks: Sequence[Mapping[str, Any]]) -> None:
        """The files as the role writes them."""
        deploy(self.config, trunks, self.driver, self.version, self.address)

    def deploy(self, trunks: Sequence[Mapping[str, Any]]) -> None:
        """The files, then the reload."""
        self.write(trunks)
        self.reload()

    def reload(self) -> None:
        self.cli(DRIVERS[self.driver].RELOAD)

    def set_clock(self, offset: str) -> None:
        """Of a PBX with a clock of its own: seconds from the true time."""
        (self.config / "clock").write_text(f"{offset}\n")

    def verify(self, *options: str, user: str = "root") -> Look:
        command = f"{self._environment} siptrunk verify --format json {' '.join(options)}"
        as_user = () if user == "root" else ("runuser", "--user", user, "--")
        done = inside(self.name, *as_user, "bash", "-c", command, check=False)
        report = json.loads(done.stdout) if done.stdout.startswith("{") else {}
        return Look(done.returncode, report, done.stdout + done.stderr, time.monotonic())


@contextlib.contextmanager
def pbx(
    accounts: Sequence[Account],
    there: Provider,
    driver: str,
    version: str,
    directory: Path,
    name_server: str = NAME_SERVERS[0],
    address: str = PBX,
    own_clock: bool = False,
) -> Iterator[Pbx]:
    """The PBX with all its files; Asterisk is not started yet.

    own_clock: it can be set, in /etc/asterisk/clock
    """
    config = directory / "etc"
    config.mkdir(parents=True, mode=0o755)
    for name, text in stock(driver, address).items():
        (config / name).write_text(text)
    (config / "ca.pem").write_bytes((there.directory / "ca.pem").read_bytes())
    deploy(config, [one.declared for one in accounts], driver, version, address)
    (directory / "siptrunk").write_bytes(bundle.build())
    (directory / "siptrunk").chmod(0o755)
    (directory / "resolv.conf").write_text(f"nameserver {name_server}\noptions timeout:2 attempts:1\n")
    options = [
        "--network", f"container:{there.name}",
        "--volume", f"{config}:/etc/asterisk",
        "--volume", f"{directory}/siptrunk:/usr/local/bin/siptrunk:ro",
        "--volume", f"{directory}/resolv.conf:/etc/resolv.conf:ro",
    ]  # fmt: skip
    environment = ""
    if own_clock:
        (config / "clock").write_text("+0\n")
        environment = FAKETIME
    with container(IMAGES[version], options, "exec sleep infinity") as name:
        inside(name, "siptrunk", "compile")
        yield Pbx(name, config, driver, version, address, environment)


@contextlib.contextmanager
def lab(
    accounts: Sequence[Account], driver: str, version: str, directory: Path, **more: Any
) -> Iterator[Tuple[Provider, Pbx]]:
    """Both; more: of the PBX"""
    providers = provider(accounts, directory / "provider")
    with providers as there, pbx(accounts, there, driver, version, directory / "pbx", **more) as here:
        yield there, here


def deploy(
    config: Path, trunks: Sequence[Mapping[str, Any]], driver: str, version: str, address: str
) -> None:
    """What the role does to the files."""
    room = DRIVERS[driver]
    uses_pjsip = driver == "pjsip"
    tls = {"ca_list_file": "/etc/asterisk/ca.pem", "verify_server": "yes", "method": "tlsv1_2"}
    transports = [
        {"protocol": "udp", "bind": address},
        {"protocol": "tls", "bind": address, "options": tls},
    ]
    place = states.Pbx(
        str(config),
        room,
        "included",
        Attributes(os.getuid(), os.getgid(), 0o640),
        manager_user=True,
        catalogue=of_release(RELEASES[version]) if uses_pjsip else None,
        transports=tuple(pjsip_transports.declared(transports)) if uses_pjsip else None,
    )
    deployment.apply(states.plan("overridden", [dict(trunk) for trunk in trunks], place).files, backup=False)


def stock(driver: str, address: str) -> Dict[str, str]:
    """What is there before the trunks come."""
    modules = "".join(f"load = {name}.so\n" for name in PBX_MODULES[driver])
    return {
        "asterisk.conf": "[options]\n",
        "logger.conf": "[general]\n[logfiles]\nmessages = notice,warning,error\n",
        # Each PBX has a manager interface of its own.
        "manager.conf": f"[general]\nenabled = yes\nbindaddr = 127.0.0.{address.rpartition('.')[2]}\n",
        "extensions.conf": "[internal]\nexten => 100,1,Answer()\n",
        "modules.conf": f"[modules]\nautoload = no\n{modules}",
        "pjsip.conf": "",
        "sip.conf": (
            f"[general]\nudpbindaddr = {address}\ntcpenable = yes\ntcpbindaddr = {address}\ntlsenable = yes\n"
            f"tlsbindaddr = {address}\ntlscafile = /etc/asterisk/ca.pem\ntlsdontverifyserver = no\n"
        ),
    }
