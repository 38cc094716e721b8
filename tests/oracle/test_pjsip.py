# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any trunks, rendered for chan_pjsip: Asterisk 16 and 22 load every object as it is meant, and log no complaint.

They are loaded at a start, where one bad option takes the whole object with it, and read over the manager interface.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import shutil
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Set

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.fields import CODECS
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import Trunk, load_trunks

from .conftest import CONFIG as CHAN_SIP_CONFIG
from .conftest import Asterisk, container, wait_until_booted

COUNT = int(os.environ.get("ORACLE_N", "300"))
PER_FILE = 50
IMAGES = {
    "16": os.environ.get("ORACLE_IMAGE", "localhost/telephony-lab-asterisk16"),
    "22": os.environ.get("ORACLE_IMAGE_22", "localhost/telephony-lab-asterisk22"),
}
# What a trunk uses, and what that needs.
MODULES = (
    "res_pjproject", "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_pjsip",
    "res_pjsip_session", "res_pjsip_pubsub", "res_pjsip_authenticator_digest",
    "res_pjsip_outbound_authenticator_digest", "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_endpoint_identifier_user", "res_pjsip_outbound_registration", "res_pjsip_caller_id",
    "res_pjsip_nat", "res_pjsip_sdp_rtp", "res_pjsip_t38", "res_rtp_asterisk", "res_srtp", "chan_pjsip",
)  # fmt: skip
# A registration needs a transport of its kind; nobody else's port is on these addresses.
TRANSPORTS = "".join(
    f"[transport-{protocol}-{version}]\ntype=transport\nprotocol={protocol}\nbind={address}:{port}\n"
    for version, address in (("4", "127.0.0.1"), ("6", "[::1]"))
    for protocol, port in (("udp", 5070), ("tcp", 5070), ("tls", 5071))
)
CONFIG = {
    **{name: text for name, text in CHAN_SIP_CONFIG.items() if name != "sip.conf"},
    "modules.conf": "[modules]\nautoload=no\n" + "".join(f"load={module}.so\n" for module in MODULES),
    "pjsip.conf": f"{TRANSPORTS}#include {pjsip.FILENAME}\n",
}
LOG = "/var/log/asterisk/messages"
# The lines of these are of modules that have nothing to do with a trunk, and miss their files; or of the order in which
# pjproject's modules come up.
STRANGERS = re.compile(
    r"Unable to load config file '(?!pjsip)|using defaults|registered during operation|"
    r" (loader|ccss|cdr|cel|indications|manager|features_config|udptl|stasis|res_statsd)\.c:|^\[[^]]*\] Asterisk "
)
# Nobody answers, nobody takes a connection, and the names have no DNS.
SILENCE = re.compile(r"No response received from|Network is unreachable|'Broken pipe' sending OPTIONS")
NAMES = [f"provider{number}.test" for number in range(PER_FILE)]

NUMBERS = itertools.count()
Event = Mapping[str, str]


@pytest.mark.parametrize("version", IMAGES)
def test_every_object_is_loaded_as_it_is_meant(version: str, rng: random.Random, tmp_path: Path) -> None:
    compared = objects_seen = trunks_seen = 0
    problems: List[str] = []
    for number in range(max(1, COUNT // PER_FILE)):
        trunks = generate(rng)
        config = tmp_path / str(number)
        events, log = loaded(IMAGES[version], str(pjsip.render(trunks)), config, trunks)
        problems += [f"the log says {line}" for line in log]
        for trunk in trunks:
            wanted, found = meant(trunk), events.get(trunk.name, {})
            problems += [f"{trunk.name}: there is no {kind}" for kind in wanted.keys() - found.keys()]
            problems += [f"{trunk.name}: there is a {kind}" for kind in found.keys() - wanted.keys()]
            for kind in wanted.keys() & found.keys():
                objects_seen += 1
                for key, value in wanted[kind].items():
                    compared += 1
                    if found[kind].get(key) != value:
                        problems.append(
                            f"{trunk.name}: {kind} {key} is {found[kind].get(key)!r}, not {value!r}\n{trunk}"
                        )
        trunks_seen += len(trunks)
    print(
        f"Asterisk {version}: {trunks_seen} trunks, {objects_seen} objects, {compared} options compared, "
        f"{len(problems)} problems"
    )
    assert not problems, f"{len(problems)} differ, such as:\n" + "\n".join(problems[:10])
    assert trunks_seen >= COUNT // 2 and compared > 20 * trunks_seen


@pytest.mark.parametrize("version", IMAGES)
def test_objects_by_hand_are_the_same_as_a_trunk(version: str, rng: random.Random, tmp_path: Path) -> None:
    """Read as trunks and written again; whatever differs must have been told as a leftover of that object."""
    compared = explained = 0
    problems: List[str] = []
    for number in range(max(1, COUNT // PER_FILE)):
        text = "".join(by_hand(rng, f"t{place}") for place in range(PER_FILE))
        found = pjsip.read(load_text(text))
        trunks = list(load_trunks(found.trunks, driver=pjsip.NAME))
        assert [trunk.name for trunk in trunks] == [f"t{place}" for place in range(PER_FILE)]
        told = {(leftover.section, camel(leftover.key)) for leftover in found.leftovers}
        before, log = loaded(IMAGES[version], text, tmp_path / f"{number}-before", trunks)
        assert not log
        after, log = loaded(IMAGES[version], str(pjsip.render(trunks)), tmp_path / f"{number}-after", trunks)
        assert not log
        for name in before:
            assert before[name].keys() == after[name].keys(), name
            for kind, event in before[name].items():
                idle = {"QualifyTimeout"} if event.get("QualifyFrequency") == "0" else set()
                for key in {**event, **after[name][kind]}.keys() - OURS - idle:
                    compared += 1
                    if event.get(key) != after[name][kind].get(key):
                        if any((name, option) in told for option in OPTION.get(key, [key])):
                            explained += 1
                        else:
                            was, now = event.get(key), after[name][kind].get(key)
                            problems.append(f"{kind}: {key} was {was!r}, is {now!r}")
    print(f"Asterisk {version}: {compared} options compared, {explained} differ as told")
    assert not problems, f"{len(problems)} differ, such as:\n" + "\n".join(problems[:10])


# How long a registration tries, the trunk decides; the others are no settings.
OURS = {"MaxRetries", "AuthRejectionPermanent", "ForbiddenRetryInterval", "FatalRetryInterval", "NextReg"} | {
    "MaxRandomInitialDelay", "DeviceState", "Status", "EndpointName",
}  # fmt: skip
# The options that a field of an event comes from, where they have other names.
OPTION = {
    "Acl": ["Permit", "Deny"],
    "addresses": ["Match"],
    "QualifyTimeout": ["QualifyTimeout", "QualifyFrequency"],
}
TRUTH = ("yes", "no", "true", "0")
BY_HAND = {
    "endpoint": {
        **dict.fromkeys(
            ("force_rport", "rewrite_contact", "rtp_symmetric", "direct_media", "t38_udptl"), TRUTH
        ),
        **dict.fromkeys(
            ("trust_id_inbound", "send_rpid", "send_pai", "user_eq_phone", "inband_progress"), TRUTH
        ),
        "dtmf_mode": ("rfc4733", "inband", "info", "auto", "auto_info"),
        "media_encryption": ("no", "sdes"),
        "t38_udptl_ec": ("none", "fec", "redundancy"),
        "from_user": ("4930", "u%23"),
        "from_domain": ("example.com", "192.0.2.1"),
        "context": ("default", "from-a"),
        "rtp_timeout": ("60",),
        "language": ("de",),
        "timers": ("yes", "no", "always"),
        "set_var": ("A=1",),
        "callerid": ('"Main" <4321>',),
        "identify_by": ("ip", "username,ip", "username"),
        "permit": ("192.0.2.0/24",),
        "deny": ("0.0.0.0/0",),
        "transport": ("transport-udp-4",),
        "allow_transfer": TRUTH,
        "device_state_busy_at": ("3",),
    },
    "aor": {
        "qualify_frequency": ("0", "30", "4000"),
        "qualify_timeout": ("1.5", "3", "0"),
        "authenticate_qualify": TRUTH,
        "max_contacts": ("0", "1"),
        "support_path": TRUTH,
    },
    "registration": {
        "expiration": ("600", "10"),
        "retry_interval": ("30", "9999"),
        "contact_user": ("4321", "4%23"),
        "support_path": TRUTH,
        "max_retries": ("10",),
        "forbidden_retry_interval": ("0", "30"),
        "max_random_initial_delay": ("60",),
    },
    "auth": {"realm": ("example.com",)},
    "identify": {"match": ("198.51.100.0/24",)},
}


# Without it, a Route would be written.
HIDE = ("\\;hide", "\\;hide", "")


def by_hand(rng: random.Random, name: str) -> str:
    host = f"127.1.0.{name[1:]}"
    linked = {
        "registration": [f"server_uri=sip:{host}:5080", f"client_uri=sip:u@{host}", f"outbound_auth={name}"],
        "auth": ["auth_type=userpass", "username=u", "password=s\\;cret"],
        "aor": [f"contact=sip:{host}:5080"],
        "endpoint": [f"aors={name}", f"outbound_auth={name}", "disallow=all", "allow=g722,alaw"],
        "identify": [f"endpoint={name}", f"match={host}"],
    }
    if rng.random() < 0.3:
        way = f"sip:{host}:5080\\;lr{rng.choice(HIDE)}"
        linked["registration"] = [
            f"server_uri=sip:{name}.example.net",
            f"client_uri=sip:u@{name}.example.net",
            f"outbound_proxy={way}",
            f"outbound_auth={name}",
        ]
    text = ""
    for kind, lines in linked.items():
        options = BY_HAND[kind]
        keys = rng.sample(list(options), rng.randrange(min(8, len(options) + 1)))
        more = [f"{key}={rng.choice(options[key])}" for key in keys]
        text += "\n".join([f"[{name}]", f"type={kind}", *lines, *more, ""])
    return text


def camel(key: str) -> str:
    return "".join(word.capitalize() for word in key.split("_"))


# What is asked for.


def generate(rng: random.Random) -> List[Trunk]:
    """As many trunks as go into a file; no two trust one host."""
    trunks: List[Trunk] = []
    while len(trunks) < PER_FILE:
        declared = declaration(rng, f"t{next(NUMBERS)}", NAMES[len(trunks)])
        try:
            trunks += load_trunks([declared], driver=pjsip.NAME)
        except InvalidTrunks as invalid:
            # A secret may have blanks at its ends; all else is sound.
            assert all("secret" in problem.option for problem in invalid.problems), invalid
    return trunks


def declaration(rng: random.Random, name: str, host_name: str) -> Dict[str, Any]:
    number = rng.randrange(1, 2**16)
    addresses = [f"127.{rng.randrange(2, 255)}.{number // 256}.{number % 256}", f"2001:db8::{number:x}:1"]
    host = rng.choice([*addresses, host_name])
    account: Dict[str, Any] = {"user": user(rng), "expiry": rng.randrange(20, 86401), **secret(rng)}
    own = {"auth": "own", "user": user(rng), **secret(rng)}
    outbound = rng.choice([{}, {"auth": "none"}, own])
    if rng.random() < 0.3:
        outbound = {**outbound, "from_user": user(rng)}
    if rng.random() < 0.3:
        outbound = {**outbound, "from_domain": rng.choice([host_name, "192.0.2.1", "2001:db8::1"])}
    declared = {
        "name": name,
        "provider": {"host": host, "transport": rng.choice(["udp", "udp", "tcp", "tls"])},
        "inbound": {
            "trust": rng.sample([*addresses, host_name], rng.randrange(4)),
            "trust_identity": truth(rng),
        },
        "outbound": {
            **outbound,
            "identity_header": rng.choice(["none", "rpid", "pai"]),
            "user_phone": truth(rng),
            "max_channels": 3,
        },
        "media": {
            "codecs": rng.sample(CODECS, rng.randrange(1, 5)),
            "dtmf": rng.choice(["rfc4733", "inband", "info", "auto"]),
            "direct": truth(rng),
            "srtp": rng.choice(["none", "sdes"]),
            "t38": rng.choice(["none", "udptl", "fec", "redundancy"]),
        },
        "nat": {
            "keepalive": rng.choice([0, 30, rng.randrange(3600)]),
            "keepalive_timeout": rng.choice([2000, rng.randrange(100, 60001)]),
            "symmetric": truth(rng),
        },
        "description": rng.choice(["Main line", "; a \\; --; b", "é"]),
        "sections": rng.choice([{}, {"outbound": f"{name}-calls"}]),
    }
    provider = declared["provider"]
    if rng.random() < 0.5:
        provider["port"] = rng.randrange(1, 65536)
    if rng.random() < 0.3:
        provider["outbound_proxy"] = rng.choice(
            [host_name, f"{host_name}:5099", "192.0.2.5:5099", "[2001:db8::5]"]
        )
    if declared["inbound"]["trust"] and rng.random() < 0.3:
        declared["inbound"]["permit"] = ["127.0.0.0/8", "2001:db8::/32"]
    if rng.random() < 0.7:
        more = {"auth_user": user(rng), "contact": user(rng), "domain": "example.com", "retry_interval": 45}
        chosen = rng.sample(list(more), rng.randrange(4))
        declared["registration"] = {**account, **{key: more[key] for key in chosen}}
    return declared


def user(rng: random.Random) -> str:
    return "u" + "".join(rng.choice("0123456789aZ+*#._~!$&'=-") for _place in range(rng.randrange(12)))


def secret(rng: random.Random) -> Dict[str, str]:
    if rng.random() < 0.3:
        return {"secret_md5": f"{rng.randrange(16**32):032x}"}
    return {
        "secret": "".join(
            rng.choice("aZ09:/?@~;\"\\()[]#=>,!$ {}<>'-é") for _place in range(rng.randrange(1, 30))
        )
    }


def truth(rng: random.Random) -> bool:
    return rng.random() < 0.5


# What it means to chan_pjsip, in the words of its manager events.


def meant(trunk: Trunk) -> Dict[str, Dict[str, str]]:
    provider, account, outbound = trunk.provider, trunk.registration, trunk.outbound
    inbound, media, nat = trunk.inbound, trunk.media, trunk.nat
    endpoint = trunk.sections.outbound or trunk.name
    proxy = (
        uri(provider.outbound_proxy, None, provider.transport) + ";lr;hide" if provider.outbound_proxy else ""
    )
    server = uri(bracketed(provider.host), provider.port, provider.transport)
    calls = trunk.credentials
    calls_auth = f"{trunk.name}/calls" if outbound.auth == "own" and account else trunk.name if calls else ""
    objects = {
        f"EndpointDetail {endpoint}": {
            "Aors": endpoint,
            "Auth": "",
            "IdentifyBy": "ip",
            "Transport": "",
            "Context": inbound.context,
            "OutboundAuth": calls_auth,
            "OutboundProxy": proxy,
            "FromUser": (trunk.from_user or "").replace("#", "%23"),
            "FromDomain": bracketed(outbound.from_domain or ""),
            "Acl": "deny/permit" if inbound.permit else "",
            "ForceRport": said(nat.symmetric),
            "RewriteContact": said(nat.symmetric),
            "RtpSymmetric": said(nat.symmetric),
            "DtmfMode": media.dtmf,
            "DirectMedia": said(media.direct),
            "MediaEncryption": "sdes" if media.srtp == "sdes" else "no",
            "T38Udptl": said(media.t38 != "none"),
            "T38UdptlEc": media.t38 if media.t38 in ("fec", "redundancy") else "none",
            "TrustIdInbound": said(inbound.trust_identity),
            "SendPai": said(outbound.identity_header == "pai"),
            "SendRpid": said(outbound.identity_header == "rpid"),
            "UserEqPhone": said(outbound.user_phone),
            "Allow": f"({'|'.join(media.codecs)})",
            "AllowUnauthenticatedOptions": "false",
        },
        f"AorDetail {endpoint}": {
            "Contacts": f"{endpoint}/{server}",
            "MaxContacts": "0",
            "OutboundProxy": proxy,
            "QualifyFrequency": str(nat.keepalive),
            **({"QualifyTimeout": f"{nat.keepalive_timeout / 1000:.6f}"} if nat.keepalive else {}),
        },
    }
    for name, own in (
        (trunk.name, account),
        (calls_auth, calls if calls_auth != trunk.name or not account else None),
    ):
        if own:
            objects[f"AuthDetail {name}"] = {
                "Username": (account.auth_user or account.user) if own is account and account else own.user,
                "AuthType": "md5" if own.secret_md5 else "userpass",
                "Password": own.secret or "",
                "Md5Cred": own.secret_md5 or "",
                "Realm": "",
            }
    if account:
        by_domain = f"sip:{account.domain}" + (
            "" if provider.transport == "udp" else f";transport={provider.transport}"
        )
        objects[f"OutboundRegistrationDetail {trunk.name}"] = {
            "ServerUri": by_domain if account.domain else server,
            "ClientUri": f"sip:{account.user}@{bracketed(account.domain or provider.host)}".replace(
                "#", "%23"
            ),
            "ContactUser": (account.contact or "").replace("#", "%23"),
            "OutboundAuth": trunk.name,
            "OutboundProxy": proxy or (f"{server};lr;hide" if account.domain else ""),
            "Expiration": str(account.expiry),
            "RetryInterval": str(account.retry_interval or 60),
            "MaxRetries": "4294967295",
            "ForbiddenRetryInterval": "300",
            "FatalRetryInterval": "300",
            "AuthRejectionPermanent": "false",
            "Line": "false",
            "Endpoint": "",
            "Transport": "",
        }
    if inbound.trust:
        objects["trusted"] = {"by": endpoint, "addresses": " ".join(sorted(map(address, inbound.trust)))}
    return objects


def uri(host: str, port: Any, transport: str) -> str:
    bare = f"sip:{host}{f':{port}' if port else ''}"
    by_dns = re.fullmatch(r"sip:[a-z0-9.]*[a-z]", bare)
    return f"{bare};transport={transport}" if transport != "udp" or by_dns else bare


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def said(value: bool) -> str:
    return str(value).lower()


def address(host: str) -> str:
    """The names are those of the addresses in `loaded`."""
    return f"127.0.1.{NAMES.index(host)}" if host in NAMES else host


# What it is to a real one.


def loaded(image: str, text: str, config: Path, trunks: Sequence[Trunk]) -> Any:
    """The objects of each trunk after a start with *text*, and what the log complains of."""
    assert shutil.which("podman"), "podman is not installed"
    config.mkdir(mode=0o755)
    for name, content in {**CONFIG, pjsip.FILENAME: text}.items():
        (config / name).write_bytes(content.encode())
    options = ["--network", "none", "--volume", f"{config}:/etc/asterisk"]
    options += [f"--add-host={name}:127.0.1.{number}" for number, name in enumerate(NAMES)]
    with container(image, options, "asterisk", "-f", "-n") as name:
        wait_until_booted(name)
        asterisk = Asterisk(name, config)
        try:
            events = dict(objects(asterisk, trunks))
            log = asterisk.run("cat", LOG)
        finally:
            asterisk.close()
    complaints = [
        line for line in log.splitlines() if not STRANGERS.search(line) and not SILENCE.search(line)
    ]
    return events, complaints


def objects(asterisk: Asterisk, trunks: Sequence[Trunk]) -> Iterator[Any]:
    registrations = details(
        asterisk, {"Action": "PJSIPShowRegistrationsOutbound"}, "Event: OutboundRegistrationDetailComplete"
    )
    for trunk in trunks:
        endpoint = trunk.sections.outbound or trunk.name
        # Asterisk answers an error, and no list, for one that is not there.
        until = "Event: EndpointDetailComplete"
        action = {"Action": "PJSIPShowEndpoint", "Endpoint": endpoint}
        own = {key: event for key, event in registrations.items() if key.split(" ", 1)[1] == trunk.name}
        found = {**details(asterisk, action, until), **own}
        identifies = [found.pop(key) for key in list(found) if key.startswith("IdentifyDetail ")]
        if identifies:
            trusted: Set[str] = {
                str(ip_network(match.partition("/")[0])[0])
                for event in identifies
                for match in event["Match"].split(",")
            }
            by = " ".join({event["Endpoint"] for event in identifies})
            found["trusted"] = {"by": by, "addresses": " ".join(sorted(trusted))}
        yield trunk.name, found


def details(asterisk: Asterisk, action: Dict[str, str], until: str) -> Dict[str, Event]:
    """The events of a list that describe an object, by their name and that of the object."""
    first = asterisk.action(action)
    if first[0] != "Response: Success":
        return {}
    found = {}
    for message in asterisk.rest(until):
        event = dict(line.partition(": ")[::2] for line in message)
        if event["Event"].endswith("Detail") and event["Event"] != "ContactStatusDetail":
            found[f"{event['Event']} {event['ObjectName']}"] = event
    return found
