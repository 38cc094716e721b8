# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``siptrunk probe`` against Asterisk, Kamailio and SIPp: what it says is so, and nothing of it is left behind."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import pytest
from containers import entrance
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .conftest import REGISTRAR_IMAGE, container, started_registrar, wait_until_booted
from .registrar import Registrar
from .test_pjsip import CONFIG, IMAGES

ENGINE = Path(__file__).parents[2] / "plugins/module_utils"
SCENARIOS = Path(__file__).with_name("sipp")
SECRET = "s3cret-of-the-probe"
# The name that the good certificate has, and what is wrong with the others.
NAME = "pbx.test"
TLS = {"good": 5061, "expired": 5062, "wrong_name": 5063, "unknown_ca": 5064}

TRANSPORTS = "".join(
    f"[{name}]\ntype=transport\nprotocol={protocol}\nbind={bind}\n{more}"
    for name, protocol, bind, more in (
        ("udp", "udp", "127.0.0.1:5060", ""),
        ("udp6", "udp", "[::1]:5060", ""),
        ("tcp", "tcp", "127.0.0.1:5060", ""),
        *(
            (kind, "tls", f"127.0.0.1:{port}", f"method=tlsv1_2\ncert_file=/etc/asterisk/{kind}.pem\n"
             f"priv_key_file=/etc/asterisk/{kind}.key\n")
            for kind, port in TLS.items()
        ),
    )
)  # fmt: skip
# The trunk is known by its address; the account by its name and secret, and so is account256, where that is known.
PJSIP = f"""{TRANSPORTS}
[trunk]
type=endpoint
context=calls
disallow=all
allow=alaw
identify_by=ip
[trunk-identify]
type=identify
endpoint=trunk
match=127.0.0.2
[account]
type=endpoint
context=calls
disallow=all
allow=alaw
auth=account
aors=account
[account]
type=aor
max_contacts=1
minimum_expiration=90
maximum_expiration=3600
[account]
type=auth
auth_type=userpass
username=account
password={SECRET}
"""
SHA256 = f"""[account256]
type=endpoint
context=calls
auth=account256
aors=account256
[account256]
type=aor
max_contacts=1
[account256]
type=auth
auth_type=digest
username=account256
password={SECRET}
supported_algorithms_uas=SHA-256
"""
DIALPLAN = """[calls]
exten => s,1,NoOp
exten => answer,1,Answer
 same => n,Wait(60)
exten => ring,1,Ringing
 same => n,Wait(60)
exten => progress,1,Progress
 same => n,Wait(60)
exten => busy,1,Busy(60)
"""


class Pbx:
    """A running Asterisk with a prober beside it."""

    def __init__(self, version: str, asterisk: str, prober: str) -> None:
        self.version, self.asterisk, self.prober = version, asterisk, prober

    def cli(self, command: str) -> str:
        full = [*entrance(self.asterisk), "asterisk", "-rx", command]
        return subprocess.run(full, capture_output=True, check=True, text=True).stdout

    def channels(self) -> List[str]:
        return [line for line in self.cli("core show channels concise").splitlines() if "!" in line]

    def calls(self) -> int:
        """So many there have been."""
        found = re.search(r"([0-9]+) calls? processed", self.cli("core show channels count"))
        assert found
        return int(found[1])

    def contacts(self) -> List[str]:
        return re.findall(r"Contact: +(\S+/sip:\S+)", self.cli("pjsip show contacts"))

    def probe(self, *arguments: str, code: int = 0, secret: Optional[str] = None) -> Dict[str, Any]:
        return probe(self.prober, *arguments, code=code, secret=secret)


def command(prober: str, *arguments: str, secret: Optional[str] = None) -> List[str]:
    given = ["--secret-file", "-"] if secret else []
    engine = ["python3", "-m", "siptrunk", "probe", *arguments, *given, "--format", "json"]
    return [*entrance(prober), "env", "--chdir=/engine", *engine]


def probe(prober: str, *arguments: str, code: int = 0, secret: Optional[str] = None) -> Dict[str, Any]:
    full = command(prober, *arguments, secret=secret)
    done = subprocess.run(full, capture_output=True, check=False, text=True, input=secret or "")
    assert done.returncode == code, f"{done.returncode}: {done.stdout}{done.stderr}"
    assert SECRET not in done.stdout + done.stderr
    answer: Dict[str, Any] = json.loads(done.stdout)
    assert answer["exit_code"] == code
    return answer


@pytest.fixture(scope="module", params=IMAGES)
def pbx(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    config = tmp_path_factory.mktemp("etc")
    config.chmod(0o755)
    write_certificates(config)
    further = "".join(f"load={name}.so\n" for name in ("pbx_config", "res_pjsip_registrar"))
    files = {
        **CONFIG,
        "modules.conf": CONFIG["modules.conf"] + further,
        "pjsip.conf": PJSIP + (SHA256 if request.param == "22" else ""),
        "extensions.conf": DIALPLAN,
    }
    for name, content in files.items():
        (config / name).write_text(content)
    options = ["--network", "none", "--volume", f"{config}:/etc/asterisk"]
    with container(IMAGES[request.param], options, "asterisk", "-f", "-n") as asterisk:
        wait_until_booted(asterisk)
        with prober(asterisk, config) as name:
            yield Pbx(request.param, asterisk, name)


@contextlib.contextmanager
def prober(beside: str, certificates: Path) -> Iterator[str]:
    (certificates / "hosts").write_text(f"127.0.0.1 localhost {NAME}\n")
    options = [
        "--network", f"container:{beside}", "--volume", f"{ENGINE}:/engine:ro", "--volume", f"{certificates}:/ca:ro",
        "--volume", f"{SCENARIOS}:/sipp:ro", "--volume", f"{certificates}/hosts:/etc/hosts:ro",
    ]  # fmt: skip
    with container(REGISTRAR_IMAGE, options, "sleep", "infinity") as name:
        yield name


def write_certificates(directory: Path) -> None:
    """A CA, and certificates of it that are good for NAME, or that nobody must take."""
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    ca_key, other_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = issue("probe CA", ca_key, "probe CA", ca_key, now - day, now + day, [])
    (directory / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    for kind in TLS:
        key = ec.generate_private_key(ec.SECP256R1())
        name = "other.test" if kind == "wrong_name" else NAME
        until = now - day / 2 if kind == "expired" else now + day
        issuer, signer = ("another CA", other_key) if kind == "unknown_ca" else ("probe CA", ca_key)
        certificate = issue(name, key, issuer, signer, now - day, until, [name])
        (directory / f"{kind}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        (directory / f"{kind}.key").write_bytes(pem)
        (directory / f"{kind}.key").chmod(0o644)


def issue(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    since: datetime.datetime,
    until: datetime.datetime,
    names: List[str],
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
    )
    if names:
        entries: List[x509.GeneralName] = [x509.DNSName(one) for one in names]
        entries.append(x509.IPAddress(ipaddress.ip_address("127.0.0.9")))
        builder = builder.add_extension(x509.SubjectAlternativeName(entries), critical=False)
    return builder.sign(signer, hashes.SHA256())


def test_options(pbx: Pbx) -> None:
    stranger = pbx.probe("options", "sip:127.0.0.1", "--expect", "challenged")
    assert (stranger["outcome"], stranger["status"], stranger["cause"]) == (
        "challenged",
        401,
        "no_credentials",
    )
    trunk = pbx.probe("options", "sip:127.0.0.1", "--source", "127.0.0.2")
    assert (trunk["outcome"], trunk["status"]) == ("accepted", 200)
    assert trunk["source"].startswith("127.0.0.2:")
    assert 0 < trunk["round_trip_ms"] < 1000
    refused = pbx.probe("options", "sip:nobody@127.0.0.1", "--source", "127.0.0.2", "--expect", "refused")
    assert refused["status"] == 404
    account = pbx.probe("options", "sip:127.0.0.1", "--user", "account", secret=SECRET)
    assert (account["outcome"], account["status"]) == ("accepted", 200)


@pytest.mark.parametrize("uri", ["sip:127.0.0.1;transport=tcp", "sip:[::1]", f"sip:{NAME}"])
def test_ways(pbx: Pbx, uri: str) -> None:
    found = pbx.probe("options", uri, "--user", "account", secret=SECRET)
    assert (found["outcome"], found["status"]) == ("accepted", 200)


def test_tls(pbx: Pbx) -> None:
    good = pbx.probe("options", f"sips:{NAME}", "--ca", "/ca/ca.pem", "--user", "account", secret=SECRET)
    assert (good["outcome"], good["transport"], good["host"]) == ("accepted", "tls", NAME)
    by_transport = pbx.probe(
        "options", f"sip:{NAME}", "--transport", "tls", "--ca", "/ca/ca.pem", "--expect", "challenged"
    )
    assert by_transport["transport"] == "tls"


@pytest.mark.parametrize("kind", [kind for kind in TLS if kind != "good"])
def test_a_certificate_that_does_not_hold(pbx: Pbx, kind: str) -> None:
    found = pbx.probe("options", f"sips:{NAME}:{TLS[kind]}", "--ca", "/ca/ca.pem", code=1)
    assert (found["outcome"], found["cause"]) == ("untrusted", kind)
    assert not [step for step in found["steps"] if step["kind"] == "sent"]


def test_without_its_ca_a_certificate_is_of_nobody(pbx: Pbx) -> None:
    found = pbx.probe("options", f"sips:{NAME}", code=1)
    assert (found["outcome"], found["cause"]) == ("untrusted", "unknown_ca")


def test_a_query_shows_the_bindings_and_changes_none(pbx: Pbx) -> None:
    who = "sip:account@127.0.0.1"
    challenged = pbx.probe("register", who, "--expect", "challenged")
    assert challenged["status"] == 401
    wrong = pbx.probe("register", who, "--user", "account", "--expect", "refused", secret="wrong")
    assert (wrong["cause"], wrong["status"]) == ("credentials", 401)
    assert pbx.contacts() == []
    with bound(pbx, "account"):
        before = pbx.contacts()
        assert len(before) == 1
        found = pbx.probe("register", who, "--user", "account", secret=SECRET)
        assert (found["outcome"], found["status"]) == ("accepted", 200)
        (contact,) = found["contacts"]
        assert contact["uri"].startswith("sip:telephone@192.0.2.9")
        assert 0 < contact["expires"] <= 3600
        assert pbx.contacts() == before


@contextlib.contextmanager
def bound(pbx: Pbx, account: str) -> Iterator[None]:
    """A contact of somebody else: it stands in Asterisk's database as if it had been there before a restart."""
    details = {
        "uri": "sip:telephone@192.0.2.9:5060", "expiration_time": str(int(time.time()) + 3600),
        "endpoint": account, "qualify_frequency": "0", "qualify_timeout": "3.0", "authenticate_qualify": "no",
        "outbound_proxy": "", "path": "", "user_agent": "telephone", "reg_server": "", "via_addr": "192.0.2.9",
        "via_port": "5060", "call_id": "1", "prune_on_boot": "no",
    }  # fmt: skip
    quoted = json.dumps(details).replace('"', '\\"')
    pbx.cli(f'database put registrar/contact {account};@telephone "{quoted}"')
    yield
    pbx.cli(f"database del registrar/contact {account};@telephone")


def test_a_contact_is_bound_and_removed(pbx: Pbx) -> None:
    who = "sip:account@127.0.0.1"
    found = pbx.probe("register", who, "--register", "--user", "account", secret=SECRET)
    assert (found["outcome"], found["left_behind"]) == ("accepted", None)
    assert [contact["uri"] for contact in found["contacts"]] == [f"sip:account@{found['source']}"]
    assert pbx.contacts() == []


def test_sha_256(pbx: Pbx) -> None:
    """Asterisk 16 does not know it, and has no such account."""
    known = "SHA-256" in pbx.cli("pjsip show auth account256")
    assert known == (pbx.version == "22")
    who = ["register", "sip:account256@127.0.0.1", "--user", "account256"]
    found = pbx.probe(*who, "--expect", "accepted" if known else "refused", secret=SECRET)
    assert found["status"] == (200 if known else 401)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize(
    ("number", "status"), [("answer", 200), ("ring", 180), ("progress", 183), ("busy", 486), ("nobody", 404)]
)
def test_a_call_is_ended(pbx: Pbx, number: str, status: int, transport: str) -> None:
    before = pbx.calls()
    accepted = status < 300
    expect = ["--expect", "accepted" if accepted else "refused"]
    options = ["--source", "127.0.0.2", "--transport", transport, "--timeout", "4"]
    found = pbx.probe("invite", f"sip:{number}@127.0.0.1", *options, *expect)
    assert (found["status"], found["left_behind"]) == (status, None)
    assert pbx.channels() == []
    assert pbx.calls() - before == (1 if number != "nobody" else 0)


def test_a_stranger_is_refused(pbx: Pbx) -> None:
    before = pbx.calls()
    for sender in ("sip:stranger@example.com", "sip:trunk@127.0.0.1"):
        found = pbx.probe("invite", "sip:answer@127.0.0.1", "--from", sender, "--expect", "challenged")
        assert found["status"] == 401
    assert pbx.calls() == before


def test_a_call_with_credentials(pbx: Pbx) -> None:
    before = pbx.calls()
    found = pbx.probe("invite", "sip:answer@127.0.0.1", "--user", "account", secret=SECRET)
    assert (found["outcome"], found["status"], found["left_behind"]) == ("accepted", 200, None)
    assert (pbx.channels(), pbx.calls() - before) == ([], 1)


@pytest.mark.parametrize("signal", ["INT", "TERM", "HUP"])
def test_a_call_is_ended_when_the_prober_is(pbx: Pbx, signal: str) -> None:
    before = pbx.calls()
    call = ["invite", "sip:progress@127.0.0.1", "--source", "127.0.0.2", "--timeout", "30"]
    running = subprocess.Popen(command(pbx.prober, *call), stdout=subprocess.PIPE, text=True)
    give_up = time.monotonic() + 10
    while not pbx.channels():
        assert time.monotonic() < give_up
    kill = f"kill -{signal} $(pidof python3)"
    subprocess.run([*entrance(pbx.prober), "bash", "-c", kill], check=True)
    said, _error = running.communicate(timeout=10)
    assert json.loads(said)["outcome"] == "interrupted"
    assert running.returncode == 1
    assert (pbx.channels(), pbx.calls() - before) == ([], 1)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registrar]:
    with started_registrar(tmp_path_factory.mktemp("registrar"), ["--network", "none"]) as registrar:
        yield registrar


@pytest.fixture(scope="module")
def beside(provider: Registrar, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with prober(provider.container, tmp_path_factory.mktemp("nothing")) as name:
        yield name


def test_kamailio_lets_the_account_in(provider: Registrar, beside: str) -> None:
    provider.expect({"user": SECRET})
    who = "sip:user@127.0.0.1"
    assert probe(beside, "register", who, "--expect", "challenged")["status"] == 401
    for transport in ("udp", "tcp"):
        accepted = probe(beside, "register", who, "--user", "user", "--transport", transport, secret=SECRET)
        assert (accepted["status"], accepted["contacts"]) == (200, [])
    seen = provider.seen()
    assert [one.verdict for one in seen] == ["asked", "asked", "right", "asked", "right"]
    # A query: nothing in it could bind anything.
    assert {(one.contact, one.expires) for one in seen} == {("", "")}
    wrong = probe(beside, "register", who, "--user", "user", "--expect", "refused", secret="wrong")
    assert wrong["status"] == 403


@pytest.mark.parametrize(
    ("code", "outcome", "cause"),
    [
        (403, "refused", None),
        (404, "refused", None),
        (503, "refused", None),
        (0, "silent", "no_answer"),
        (100, "silent", "provisional_only"),
        (401, "refused", "credentials"),
    ],
)
def test_kamailio_says_no(beside: str, code: int, outcome: str, cause: Optional[str]) -> None:
    who = ["--from", f"sip:always-{code}@127.0.0.1", "--user", "user", "--timeout", "3", "--expect", outcome]
    found = probe(beside, "options", "sip:127.0.0.1", *who, secret=SECRET)
    assert (found["cause"], found["status"]) == (cause, code if code > 100 else None)
    assert found["elapsed_ms"] < 4000


@pytest.mark.parametrize(("scenario", "status"), [("answers", 200), ("rings", 180)])
def test_sipp_sees_the_end_of_the_call(beside: str, scenario: str, status: int) -> None:
    sipp = [
        "sipp",
        "-sf",
        f"/sipp/{scenario}.xml",
        "-i",
        "127.0.0.1",
        "-p",
        "5070",
        "-m",
        "1",
        "-timeout",
        "30s",
    ]
    callee = subprocess.Popen(
        [*entrance(beside), *sipp, "-timeout_error"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        wait_until_bound(beside, 5070)
        found = probe(beside, "invite", "sip:1@127.0.0.1:5070", "--timeout", "5")
    finally:
        # It ends by itself, also when nobody calls; the next one needs its port.
        shown, _error = callee.communicate(timeout=60)
    assert (found["status"], found["left_behind"]) == (status, None)
    assert callee.returncode == 0, shown.decode()


def wait_until_bound(container: str, port: int) -> None:
    """Until somebody has that port of UDP."""
    give_up = time.monotonic() + 30
    while True:
        sockets = [*entrance(container), "cat", "/proc/net/udp"]
        if f":{port:04X} " in subprocess.run(sockets, capture_output=True, check=True, text=True).stdout:
            return
        assert time.monotonic() < give_up, f"nobody listens at port {port}"
        time.sleep(0.1)
