# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One trunk by chan_sip, and by chan_pjsip of Asterisk 16 and 22: they send equal REGISTERs, and trust equally.

A real registrar checks the digests and tells what it got; whom they trust, the running daemons tell of their objects.
"""

from __future__ import annotations

import datetime
import itertools
import os
import random
import re
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import (
    Any,
    Callable,
    Dict,
    FrozenSet,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Set,
    Tuple,
)
from urllib.parse import unquote

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import (
    DRIVERS,
    chan_sip,
    pjsip,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import Trunk, load_trunks
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from . import test_pjsip, tls_relay
from .cases import TRUNKS
from .conftest import CONFIG, KAMAILIO, Asterisk, container, started_registrar, wait_until_booted
from .registrar import Registrar, Seen
from .shrink import check, simpler_text
from .test_pjsip import IMAGES, MODULES, details
from .test_wire import hostile_secrets

# Each trunk takes chan_sip 100 ms.
COUNT = int(os.environ.get("ORACLE_N", "100"))
PER_FILE = 100

CERTIFICATE = "certificate.pem"
PEM = f"/etc/asterisk/{CERTIFICATE}"
SIP_CONF = f"""\
[general]
udpbindaddr = [::]:5080
tcpenable = yes
tcpbindaddr = [::]:5080
tlsenable = yes
tlsbindaddr = [::]:5081
tlscertfile = {PEM}
tlsdontverifyserver = yes
#include {chan_sip.FILENAME}
"""
PROTOCOLS = {
    "udp": "5080\n",
    "tcp": "5080\n",
    "tls": f"5081\nmethod=tlsv1_2\ncert_file={PEM}\npriv_key_file={PEM}\n",
}
TRANSPORTS = "".join(
    f"[{protocol}-{version}]\ntype=transport\nprotocol={protocol}\nbind={address}:{rest}"
    for version, address in (("4", "127.0.0.1"), ("6", "[::1]"))
    for protocol, rest in PROTOCOLS.items()
)


class Daemon(NamedTuple):
    driver: Any
    image: str
    files: Mapping[str, str]


# The first module knows /etc/hosts; where all modules are loaded, it is there.
LOADED = "".join(f"load={module}.so\n" for module in ("res_resolver_unbound", *MODULES))
PJSIP_FILES = {
    "modules.conf": f"[modules]\nautoload=no\n{LOADED}",
    "pjsip.conf": f"{TRANSPORTS}#include {pjsip.FILENAME}\n",
}
REFERENCE = "chan_sip"
DAEMONS = {
    REFERENCE: Daemon(chan_sip, IMAGES["16"], {"sip.conf": SIP_CONF}),
    "pjsip 16": Daemon(pjsip, IMAGES["16"], PJSIP_FILES),
    "pjsip 22": Daemon(pjsip, IMAGES["22"], PJSIP_FILES),
}

# Where the registrar is.
REGISTRAR = {
    "127.0.0.1": ["127.0.0.1"],
    "127.0.0.2": ["127.0.0.2"],
    "::1": ["::1"],
    "one.test": ["127.0.0.2"],
    "six.test": ["::1"],
    "several.test": ["127.0.0.1", "127.0.0.2"],
    "both.test": ["127.0.0.2", "::1"],
}
# Names to trust, one for each trunk of a file.
NAMES = [f"name{place}.test" for place in range(PER_FILE)]
ADDRESSES = {
    **REGISTRAR,
    **{
        name: [
            [f"127.1.0.{place}"],
            [f"2001:db8::{place:x}"],
            [f"127.1.0.{place}", f"127.2.0.{place}"],
            [f"127.1.0.{place}", f"2001:db8::{place:x}"],
        ][place % 4]
        for place, name in enumerate(NAMES)
    },
}


# What may differ.


class Allowed(NamedTuple):
    """fields: of a REGISTER, or trusted; plain: the value without the difference, of a trunk"""

    fields: Tuple[str, ...]
    why: str
    plain: Callable[[str, Trunk], str]


def _without(pattern: str) -> Callable[[str, Trunk], str]:
    return lambda value, trunk: re.sub(pattern, "", value)


def _named(hosts: Callable[[Trunk], Sequence[str]]) -> Callable[[str, Trunk], str]:
    """The name instead of one of its several addresses."""

    def plain(value: str, trunk: Trunk) -> str:
        names = (
            host for host in hosts(trunk) if len(ADDRESSES.get(host, ())) > 1 and value in ADDRESSES[host]
        )
        return next(names, value)

    return plain


ALLOWED = (
    Allowed(
        ("uri",),
        "the port in the Request-URI: chan_sip has it in its first REGISTER only, not in the one with credentials",
        _without(r":[0-9]+(?=;|$)"),
    ),
    Allowed(
        ("uri",),
        "the transport in the Request-URI: without it chan_pjsip could take another, and a PBX that has no UDP has no "
        "Contact",
        _without(";transport=[a-z]+"),
    ),
    Allowed(
        ("from_user", "to_user", "contact"),
        "escapes: chan_sip writes some characters as they are which a URI has as escapes only; to a URI they are equal "
        "(RFC 3261, section 19.1.4)",
        lambda value, trunk: unquote(value),
    ),
    Allowed(
        ("contact",),
        "TCP and TLS in capitals: the transport of a URI has no case",
        lambda value, trunk: re.sub(";transport=[A-Z]+", lambda match: match[0].lower(), value),
    ),
    Allowed(
        ("contact",),
        "our address, behind a proxy: chan_sip's is the one towards the provider, whom it never sends to",
        lambda value, trunk: (
            re.sub(r"@.*:(?=508[01])", "@us:", value) if trunk.provider.outbound_proxy else value
        ),
    ),
    Allowed(
        ("address",),
        "a provider of several addresses: each driver takes one of them",
        _named(lambda trunk: [next_hop(trunk)]),
    ),
    Allowed(
        ("trusted",),
        "a trusted name of several addresses: chan_sip trusts one of them, chan_pjsip all",
        _named(lambda trunk: trunk.inbound.trust),
    ),
)


def next_hop(trunk: Trunk) -> str:
    return re.sub(r":[0-9]+$|[][]", "", trunk.provider.outbound_proxy or trunk.provider.host)


# The tests.


@pytest.fixture(autouse=True, scope="module")
def registered() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DRIVERS, pjsip.NAME, pjsip)
        yield


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registrar]:
    """A registrar at all its addresses, in a network of its own, which one daemon after the other joins."""
    directory = tmp_path_factory.mktemp("registrar")
    write_certificate(directory / CERTIFICATE)
    (directory / "tls_relay.py").write_text(Path(tls_relay.__file__).read_text())
    relay = f"python3 /registrar/tls_relay.py /registrar/{CERTIFICATE}"
    command = f"{relay} > /registrar/relay.log 2>&1 & {KAMAILIO} -A EVERYWHERE"
    with started_registrar(directory, ["--network", "none"], command) as registrar:
        yield registrar


def test_the_drivers_send_equal_registers_and_trust_equally(
    everywhere: Registrar, rng: random.Random, tmp_path: Path
) -> None:
    declared, refused = accepted(rng)
    allowed: Counter[str] = Counter()
    check(declared, partial(differences, everywhere, tmp_path, allowed=allowed), simpler_trunk, attempts=25)
    registering = sum("registration" in one for one in declared)
    trusting = sum(bool(one["inbound"].get("trust", True)) for one in declared)
    print(
        f"{len(declared)} trunks on {len(DAEMONS)} daemons, {registering} register, {trusting} trust somebody"
    )
    print(f"{refused.pop('')} others are refused, some for several reasons")
    for reason, count in refused.most_common():
        print(f"{count} refused: {reason}")
    for why, count in allowed.most_common():
        print(f"{count} times allowed: {why}")
    assert len(declared) >= COUNT


# What is changed in chan_pjsip's configuration, of each trunk another; and what must be seen.
TAMPERED = {
    "contact_user = 1234": ("contact_user = 1235", "contact"),
    "expiration = 600": ("expiration = 601", "expires"),
    "password = secret": ("password = Secret", "verdict"),
    "username = digest": ("username = other", "digest_user"),
    "client_uri = sip:user@": ("client_uri = sip:other@", "to_user"),
    "server_uri = sip:example.net": ("server_uri = sip:example.com", "uri"),
    ":5099\\;lr\\;hide": (":5060\\;lr\\;hide", "port"),
    "\\;lr\\;hide": ("\\;lr", "route"),
    "match = 192.0.2.1": ("match = 192.0.2.2", "trusted"),
}


def test_what_differs_is_seen(everywhere: Registrar, tmp_path: Path) -> None:
    declared = [
        {
            "name": f"t{number}",
            "provider": {"host": "127.0.0.1", "port": 5099},
            "registration": {
                "user": "user" if "user@" in was else f"u{number}",
                "auth_user": "digest" if "digest" in was else f"a{number}",
                "secret": "secret",
                "contact": "1234",
                "domain": "example.net",
                "expiry": 600,
            },
            "inbound": {"trust": ["192.0.2.1"] if "match" in was else []},
            "nat": {"keepalive": 0},
        }
        for number, was in enumerate(TAMPERED)
    ]

    def tamper(trunk: Trunk, text: str) -> str:
        was, (becomes, _field) = list(TAMPERED.items())[int(trunk.name[1:])]
        assert was in text
        return text.replace(was, becomes)

    assert not differences(everywhere, tmp_path, declared)
    told = differences(everywhere, tmp_path, declared, tamper=tamper)
    for number, (_becomes, field) in enumerate(TAMPERED.values()):
        for name in DAEMONS:
            if name != REFERENCE:
                own = [line for line in told if line.startswith(f"t{number}: {name}: ")]
                assert any(field in line for line in own), f"{field} of t{number}: {own}"


# What is compared.


Facts = Dict[str, FrozenSet[str]]


def differences(
    registrar: Registrar,
    directory: Path,
    declared: Sequence[Mapping[str, Any]],
    allowed: Optional[Counter[str]] = None,
    tamper: Callable[[Trunk, str], str] = lambda trunk, text: text,
) -> List[str]:
    """What chan_pjsip does otherwise than chan_sip with trunks that both accept.

    allowed: counts the differences that may be
    tamper: changes what is written for chan_pjsip of a trunk
    """
    found: List[str] = []
    for start in range(0, len(declared), PER_FILE):
        trunks = both(declared[start : start + PER_FILE])
        facts = {
            name: facts_of(name, daemon, trunks, registrar, directory, tamper)
            for name, daemon in DAEMONS.items()
        }
        for trunk in trunks:
            for name in DAEMONS:
                if name != REFERENCE:
                    pair = facts[REFERENCE][trunk.name], facts[name][trunk.name]
                    told = compared(trunk, *pair, Counter() if allowed is None else allowed)
                    found += [f"{trunk.name}: {name}: {line}" for line in told]
    return found


def compared(trunk: Trunk, reference: Facts, facts: Facts, allowed: Counter[str]) -> Iterator[str]:
    for key in sorted(reference.keys() | facts.keys()):
        wanted, got = reference.get(key, frozenset()), facts.get(key, frozenset())
        for one in ALLOWED:
            if wanted != got and key.split()[-1] in one.fields:
                plain = [frozenset(one.plain(value, trunk) for value in some) for some in (wanted, got)]
                allowed[one.why] += plain != [wanted, got]
                wanted, got = plain
        if wanted != got:
            yield f"{key} is {sorted(got)}, chan_sip's {sorted(wanted)}"
    if trunk.registration and reference.get("verdict") != {"asked", "right"}:
        yield f"verdict on chan_sip is {sorted(reference.get('verdict', ()))}"
    # What chan_sip does not show: of a name, chan_pjsip trusts each address.
    addresses = {address for host in trunk.inbound.trust for address in ADDRESSES.get(host, [host])}
    if addresses != facts["trusted"]:
        yield f"trusted is {sorted(facts['trusted'])}, not {sorted(addresses)}"


RUNS = itertools.count()


def facts_of(
    name: str,
    daemon: Daemon,
    trunks: Sequence[Trunk],
    registrar: Registrar,
    directory: Path,
    tamper: Callable[[Trunk, str], str],
) -> Dict[str, Facts]:
    """What a daemon, freshly started, shows of each trunk: the fields of its REGISTERs, and whom it trusts."""
    by_chan_sip = daemon.driver is chan_sip
    if by_chan_sip:
        # Nobody has signed the registrar's certificate.
        text = str(chan_sip.render(trunks)).replace("tlsdontverifyserver = no", "tlsdontverifyserver = yes")
    else:
        text = "".join(tamper(trunk, str(pjsip.render([trunk]))) for trunk in trunks)
    config = directory / f"{name.replace(' ', '-')}-{next(RUNS)}"
    config.mkdir(mode=0o755)
    write_certificate(config / CERTIFICATE)
    for filename, content in {**CONFIG, **daemon.files, daemon.driver.FILENAME: text, "hosts": HOSTS}.items():
        (config / filename).write_text(content)
    accounts = [trunk.registration for trunk in trunks if trunk.registration]
    registrar.expect(
        {one.auth_user or one.user: one.secret for one in accounts if one.secret},
        {one.auth_user or one.user: one.secret_md5 for one in accounts if one.secret_md5},
    )
    options = ["--network", f"container:{registrar.container}", "--volume", f"{config}:/etc/asterisk"]
    options += ["--volume", f"{config}/hosts:/etc/hosts:ro"]
    with container(daemon.image, options, "asterisk", "-f", "-n") as running:
        wait_until_booted(running)
        asterisk = Asterisk(running, config)
        try:
            trust = trust_of_peers(asterisk, trunks) if by_chan_sip else trust_of_identifies(asterisk, trunks)
            seen = settled(registrar, len(accounts))
        finally:
            asterisk.close()
    return {
        trunk.name: {
            "trusted": trust[trunk.name].addresses,
            "restricted": frozenset(trust[trunk.name].restricted),
            **fields_of(seen.get(unquote(trunk.registration.user), []) if trunk.registration else []),
        }
        for trunk in trunks
    }


def settled(registrar: Registrar, accounts: int) -> Dict[str, List[Seen]]:
    """The REGISTERs by their user, when so many are through; or when some do not come."""
    give_up = time.monotonic() + 5 + 0.2 * accounts
    while True:
        by_user: Dict[str, List[Seen]] = {}
        for one in registrar.seen():
            by_user.setdefault(unquote(one.from_user), []).append(one)
        through = sum(any(one.verdict != "asked" for one in some) for some in by_user.values())
        if through >= accounts or time.monotonic() > give_up:
            return by_user
        time.sleep(0.2)


def fields_of(registers: Sequence[Seen]) -> Facts:
    """By verdict and field, the values; those of a retransmission or of a refresh are the same."""
    facts: Dict[str, Set[str]] = {}
    for register in map(by_tls, registers):
        facts.setdefault("verdict", set()).add(register.verdict)
        for field, value in register._asdict().items():
            if field != "verdict":
                facts.setdefault(f"{register.verdict} {field}", set()).add(value)
    return {key: frozenset(values) for key, values in facts.items()}


def by_tls(seen: Seen) -> Seen:
    """As it was before the relay."""
    port = int(seen.port) - tls_relay.ABOVE
    return seen._replace(transport="tls", port=str(port)) if port in tls_relay.PORTS else seen


class Trust(NamedTuple):
    """restricted: whether there are access lists, of those that let calls in"""

    addresses: FrozenSet[str]
    restricted: Set[str]


def trust_of_peers(asterisk: Asterisk, trunks: Sequence[Trunk]) -> Dict[str, Trust]:
    messages = asterisk.messages({"Action": "SIPpeers"}, "Event: PeerlistComplete")
    events = [dict(line.partition(": ")[::2] for line in message) for message in messages]
    peers = {event["ObjectName"]: event for event in events if event.get("Event") == "PeerEntry"}
    found = {}
    for trunk in trunks:
        # Nothing shows what is in an access list. One that keeps everybody out has the peer that calls only go out
        # through: without any, it would trust the provider.
        own = [
            peers[peer.section]
            for peer in chan_sip.expectation(trunk).peers
            if peer.trusted or peers[peer.section]["ACL"] == "no"
        ]
        addresses = frozenset(peer["IPaddress"] for peer in own) - {"-none-"}
        found[trunk.name] = Trust(addresses, {peer["ACL"] for peer in own})
    return found


WHOLE = re.compile(r"/(255\.255\.255\.255|ffff(:ffff){7})$")


def trust_of_identifies(asterisk: Asterisk, trunks: Sequence[Trunk]) -> Dict[str, Trust]:
    found = {}
    for trunk in trunks:
        action = {"Action": "PJSIPShowEndpoint", "Endpoint": pjsip.calling(trunk)}
        events = details(asterisk, action, "Event: EndpointDetailComplete").values()
        lists = {"yes" if event["Acl"] else "no" for event in events if event["Event"] == "EndpointDetail"}
        # The mask of a network would stay, and differ.
        addresses = frozenset(
            WHOLE.sub("", match)
            for event in events
            if event["Event"] == "IdentifyDetail"
            for match in event["Match"].split(",")
        )
        found[trunk.name] = Trust(addresses, lists if addresses else set())
    return found


# The trunks.


def accepted(rng: random.Random) -> Tuple[List[Dict[str, Any]], Counter[str]]:
    """As many as are asked for, that both drivers accept; and why others are refused. The empty reason counts them."""
    some: List[Dict[str, Any]] = [dict(one) for one in TRUNKS]
    refused: Counter[str] = Counter()
    secrets = hostile_secrets(rng)
    # In each file, one trunk may trust an address of the registrar.
    unclaimed: Dict[int, Set[str]] = {}
    while len(some) < COUNT:
        literals = {host for host, addresses in REGISTRAR.items() if addresses == [host]}
        free = unclaimed.setdefault(len(some) // PER_FILE, literals)
        declared = declaration(rng, len(some), secrets, free)
        reasons = set()
        for driver in (chan_sip.NAME, pjsip.NAME):
            try:
                load_trunks([declared], driver=driver)
            except InvalidTrunks as invalid:
                reasons |= {f"{driver}: {problem.option} {problem.reason}" for problem in invalid.problems}
        refused.update({"", *reasons} if reasons else ())
        if not reasons:
            some.append(declared)
            if "trust" not in declared["inbound"]:
                free.remove(declared["provider"]["host"])
    return some, refused


def declaration(
    rng: random.Random, number: int, secrets: Iterator[str], unclaimed: Set[str]
) -> Dict[str, Any]:
    """unclaimed: hosts that no trunk of the file trusts"""
    name, own = f"t{number}", NAMES[number % PER_FILE]
    declared = test_pjsip.declaration(rng, name, own)
    transport = declared["provider"]["transport"]
    ports = tls_relay.PORTS if transport == "tls" else (5060, 5099)
    host = rng.choice(list(REGISTRAR))
    declared["provider"] = {"host": host, "transport": transport, "port": rng.choice((None, None, *ports))}
    if rng.random() < 0.2:
        proxy = rng.choice(list(REGISTRAR))
        port = rng.choice(("", *(f":{port}" for port in ports)))
        declared["provider"]["outbound_proxy"] = (f"[{proxy}]" if ":" in proxy else proxy) + port
    inbound = declared["inbound"]
    hosts = [own, f"127.9.{number // 256}.{number % 256}", f"2001:db8:9::{number:x}"]
    inbound["trust"] = rng.sample(hosts, rng.randrange(4))
    if not inbound["trust"]:
        inbound.pop("permit", None)
    if host in unclaimed and rng.random() < 0.5:
        del inbound["trust"]
    declared["nat"] = {"keepalive": 0}
    declared.pop("registration", None)
    if rng.random() < 0.9:
        user = f"{number}{test_pjsip.user(rng)}{rng.choice(('', '', '%41'))}"
        declared["registration"] = {
            "user": user,
            "expiry": rng.choice((600, rng.randrange(20, 86401))),
            "auth_user": rng.choice((None, f"{number}-{digest_user(rng)}")),
            "contact": rng.choice((None, "1234", test_pjsip.user(rng))),
            "domain": rng.choice((None, "example.net", "voip.example.com", "192.0.2.1", "2001:db8::1", host)),
            **rng.choice((test_pjsip.secret(rng), {"secret": next(secrets)})),
        }
    return declared


def digest_user(rng: random.Random) -> str:
    return "".join(rng.choice("aZ09!#$%&'()*+,-./:;<=>?@[]^_`{|}~") for _place in range(rng.randrange(1, 9)))


def both(declared: Sequence[Mapping[str, Any]]) -> Sequence[Trunk]:
    """Those that both drivers accept, which are all, but for simpler ones of a list that is being shrunk."""
    trunks: List[Trunk] = []
    for one in declared:
        try:
            for driver in (chan_sip.NAME, pjsip.NAME):
                (trunk,) = load_trunks([one], driver=driver)
        except InvalidTrunks:
            continue
        trunks.append(trunk)
    return trunks


def simpler_trunk(declared: Dict[str, Any]) -> Iterator[Dict[str, Any]]:
    """With fewer fields, then with a simpler secret."""
    for group, value in declared.items():
        if group not in ("name", "provider", "inbound"):
            yield {key: rest for key, rest in declared.items() if key != group}
        for key in value if isinstance(value, dict) else ():
            if key not in ("host", "user", "trust"):
                yield {**declared, group: {name: rest for name, rest in value.items() if name != key}}
    account = declared.get("registration", {})
    for secret in simpler_text(account.get("secret", "")):
        yield {**declared, "registration": {**account, "secret": secret}}


HOSTS = "127.0.0.1 localhost\n" + "".join(
    f"{address} {host}\n" for host, some in ADDRESSES.items() if some != [host] for address in some
)


def write_certificate(path: Path) -> None:
    """With its key, in one file; whom it is for, nobody checks."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "registrar.test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - day, now + day)
    certificate = builder.sign(key, hashes.SHA256())
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
