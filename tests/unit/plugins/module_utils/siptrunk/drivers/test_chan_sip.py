# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import DRIVERS, chan_sip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.tls import Tls
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks, Problem
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.expectation import (
    ExpectedPeer,
    ExpectedRegistration,
    ExpectedTrunk,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks

SECRET = "Tr0ub4dor&3"
BY_ADDRESS: dict[str, Any] = {"name": "byip", "provider": {"host": "198.51.100.9"}}


def declared(**changes: Any) -> dict[str, Any]:
    """A trunk with an account; changes are ``group__field=value``, or a whole group."""
    trunk: dict[str, Any] = {
        "name": "smartvox",
        "provider": {"host": "mysipsp.com"},
        "registration": {"user": "43212345", "secret": SECRET, "contact": "1234"},
    }
    for path, value in changes.items():
        group, _separator, key = path.partition("__")
        if key:
            trunk.setdefault(group, {})[key] = value
        else:
            trunk[group] = value
    return trunk


def render(*trunks: dict[str, Any]) -> str:
    return str(chan_sip.render(load_trunks(trunks)))


def section(name: str, *trunks: dict[str, Any]) -> list[tuple[str, str]]:
    """What Asterisk takes from one section of the rendered file."""
    effective = load_text(render(*trunks), included=True)
    assert effective.loads
    (found,) = [section for section in effective.sections if section.name == name]
    return [(entry.key, entry.value) for entry in found.entries]


def names(*trunks: dict[str, Any]) -> list[str]:
    return [section.name for section in load_text(render(*trunks), included=True).sections]


def the_problem(**changes: Any) -> Problem:
    with pytest.raises(InvalidTrunks) as caught:
        load_trunks([declared(**changes)])
    (problem,) = caught.value.problems
    return problem


def parse(text: str, *, included: bool = False) -> chan_sip.ReadBack:
    return chan_sip.read(load_text(text, "sip.conf", included=included))


MINIMAL = """\
; Managed by Ansible (telephony.asterisk): changes here are overwritten.

[general](+)
allowguest = no
alwaysauthreject = yes

; byip: calls from 198.51.100.9
[byip-in]
type = peer
host = 198.51.100.9
insecure = port,invite
context = from-byip
allowsubscribe = no
qualify = yes
qualifyfreq = 30
nat = force_rport,comedia
directmedia = no
dtmfmode = rfc2833
encryption = no
t38pt_udptl = no
trustrpid = no
sendrpid = no
usereqphone = no
disallow = all
allow = alaw,ulaw

; byip: calls to 198.51.100.9
[byip-out]
type = peer
host = 198.51.100.9
insecure = port,invite
context = from-byip
allowsubscribe = no
qualify = yes
qualifyfreq = 30
nat = force_rport,comedia
directmedia = no
dtmfmode = rfc2833
encryption = no
t38pt_udptl = no
trustrpid = no
sendrpid = no
usereqphone = no
disallow = all
allow = alaw,ulaw
"""

FULL_TRUNK = {
    "name": "full",
    "description": "head office; main line",
    "provider": {
        "host": "sip.example.com",
        "port": 5070,
        "transport": "tcp",
        "outbound_proxy": "192.0.2.5:5080",
    },
    "registration": {
        "user": "43212345",
        "secret": "p;w/d?1",
        "domain": "voip.example.com",
        "auth_user": "digest",
        "contact": "1234",
        "expiry": 600,
        "retry_interval": 45,
    },
    "inbound": {
        "trust": ["203.0.113.7", "2001:db8::7"],
        "permit": ["203.0.113.0/24", "2001:db8::/32"],
        "context": "incoming",
        "trust_identity": True,
    },
    "outbound": {
        "from_user": "4930",
        "from_domain": "sip.example.com",
        "identity_header": "pai",
        "user_phone": True,
    },
    "media": {
        "codecs": ["g722", "alaw"],
        "dtmf": "info",
        "direct": True,
        "srtp": "sdes",
        "t38": "redundancy",
    },
    "nat": {"keepalive": 0, "symmetric": False},
    "options": {"peer": {"rtptimeout": "60", "setvar": ["A=1", "B=2"]}},
}
FULL = """\
; Managed by Ansible (telephony.asterisk): changes here are overwritten.

[general](+)
allowguest = no
alwaysauthreject = yes
tcpenable = yes
registertimeout = 45
register => full-out?tcp://43212345@voip.example.com:p\\;w/d?1:digest@sip.example.com:5070/1234~600

; head office; main line: calls from 203.0.113.7
[full-in]
type = peer
description = head office\\; main line
host = 203.0.113.7
port = 5070
transport = tcp
deny = 0.0.0.0/0.0.0.0
deny = ::/0
permit = 203.0.113.0/24
permit = 2001:db8::/32
insecure = port,invite
context = incoming
allowsubscribe = no
qualify = no
nat = no
directmedia = yes
dtmfmode = info
encryption = yes
t38pt_udptl = yes,redundancy
trustrpid = yes
sendrpid = pai
usereqphone = yes
disallow = all
allow = g722,alaw
rtptimeout = 60
setvar = A=1
setvar = B=2

; head office; main line: calls from 2001:db8::7
[full-in2]
type = peer
description = head office\\; main line
host = [2001:db8::7]
port = 5070
transport = tcp
deny = 0.0.0.0/0.0.0.0
deny = ::/0
permit = 203.0.113.0/24
permit = 2001:db8::/32
insecure = port,invite
context = incoming
allowsubscribe = no
qualify = no
nat = no
directmedia = yes
dtmfmode = info
encryption = yes
t38pt_udptl = yes,redundancy
trustrpid = yes
sendrpid = pai
usereqphone = yes
disallow = all
allow = g722,alaw
rtptimeout = 60
setvar = A=1
setvar = B=2

; head office; main line: calls to sip.example.com
[full-out]
type = peer
description = head office\\; main line
host = sip.example.com
port = 5070
transport = tcp
outboundproxy = tcp://192.0.2.5:5080
defaultuser = digest
remotesecret = p\\;w/d?1
fromuser = 4930
fromdomain = sip.example.com
deny = 0.0.0.0/0.0.0.0
deny = ::/0
insecure = port,invite
context = incoming
allowsubscribe = no
qualify = no
nat = no
directmedia = yes
dtmfmode = info
encryption = yes
t38pt_udptl = yes,redundancy
trustrpid = yes
sendrpid = pai
usereqphone = yes
disallow = all
allow = g722,alaw
rtptimeout = 60
setvar = A=1
setvar = B=2
"""


def test_a_minimal_trunk() -> None:
    assert render(BY_ADDRESS) == MINIMAL


def test_a_trunk_with_everything() -> None:
    assert render(FULL_TRUNK) == FULL


def test_without_trunks_the_pbx_is_still_closed_to_guests() -> None:
    assert section("general") == [("allowguest", "no"), ("alwaysauthreject", "yes")]
    assert names() == ["general"]


def test_a_disabled_trunk_renders_to_nothing() -> None:
    assert render(declared(enabled=False, provider__transport="tls")) == render()


def test_the_secret_of_the_peer_never_challenges_the_provider() -> None:
    assert "secret" not in dict(section("smartvox-out", declared()))
    assert "secret" not in dict(section("smartvox-in", declared()))
    assert "remotesecret" not in dict(section("smartvox-in", declared()))


def test_nobody_subscribes_by_the_name_of_a_trunk_unless_that_is_wanted() -> None:
    assert dict(section("smartvox-in", declared()))["allowsubscribe"] == "no"
    wanted = declared(options={"peer": {"allowsubscribe": True}})
    assert [value for key, value in section("smartvox-in", wanted) if key == "allowsubscribe"] == ["yes"]


@pytest.mark.parametrize(("said", "raw"), [("no", None), ("yes", "yes"), ("yes\nallowsubscribe=no", None)])
def test_what_every_trunk_has_is_no_option_of_its_own(said: str, raw: str | None) -> None:
    peer = f"[carrier-in]\ntype=peer\nhost=192.0.2.1\nallowsubscribe={said}\n"
    assert parse(peer).trunks[0]["options"]["peer"].get("allowsubscribe") == raw


@pytest.mark.parametrize(
    ("outbound", "identity"),
    [
        ({}, {"defaultuser": "43212345", "remotesecret": SECRET, "fromuser": "43212345"}),
        ({"auth": "none"}, {}),
        ({"auth": "none", "from_user": "4930"}, {"fromuser": "4930"}),
        (
            {"auth": "own", "user": "caller", "secret": "other"},
            {"defaultuser": "caller", "remotesecret": "other", "fromuser": "caller"},
        ),
        (
            {"from_user": "4930", "from_domain": "example.org"},
            {
                "defaultuser": "43212345",
                "remotesecret": SECRET,
                "fromuser": "4930",
                "fromdomain": "example.org",
            },
        ),
    ],
)
def test_how_calls_identify_themselves(outbound: dict[str, str], identity: dict[str, str]) -> None:
    keys = ("defaultuser", "remotesecret", "fromuser", "fromdomain")
    entries = section("smartvox-out", declared(outbound=outbound))
    assert {key: value for key, value in entries if key in keys} == identity


@pytest.mark.parametrize(
    ("mode", "written"), [("rfc4733", "rfc2833"), ("inband", "inband"), ("auto", "auto")]
)
def test_dtmf_modes_have_their_older_names(mode: str, written: str) -> None:
    assert ("dtmfmode", written) in section("smartvox-in", declared(media__dtmf=mode))


@pytest.mark.parametrize(
    ("transport", "enabling", "prefix"), [("tcp", "tcpenable", "tcp://"), ("tls", "tlsenable", "tls://")]
)
def test_a_transport_is_enabled_before_peers_use_it(transport: str, enabling: str, prefix: str) -> None:
    general = section("general", declared(provider__transport=transport))
    assert (enabling, "yes") in general
    assert dict(general)["register"].startswith(prefix)
    assert ("transport", transport) in section("smartvox-in", declared(provider__transport=transport))
    assert ("transport", transport) in section("smartvox-out", declared(provider__transport=transport))


def test_a_provider_is_verified_over_tls_by_whom_was_declared() -> None:
    trunks = load_trunks([declared(provider__transport="tls")])
    text = str(chan_sip.render(trunks, Tls("/ca.pem", "/cert.pem", "/key.pem")))
    assert (
        "tlsenable = yes\ntlsdontverifyserver = no\ntlscafile = /ca.pem\ntlscertfile = /cert.pem\n"
        "tlsprivatekey = /key.pem\n"
    ) in text
    assert "tls" not in str(chan_sip.render(load_trunks([declared()]), Tls("/ca.pem")))


def test_only_who_trusts_the_provider_lets_it_in_through_the_outbound_peer() -> None:
    assert "deny" not in dict(
        section("smartvox-out", declared(inbound__trust=["198.51.100.1", "MYSIPSP.com"]))
    )
    denied = section("smartvox-out", declared(inbound__trust=["198.51.100.1"]))
    assert [value for key, value in denied if key == "deny"] == ["0.0.0.0/0.0.0.0", "::/0"]


def test_who_trusts_nobody_has_no_inbound_peer() -> None:
    assert names(declared(inbound__trust=[])) == ["general", "smartvox-out"]


def test_peers_that_let_calls_in_stand_before_those_that_do_not() -> None:
    closed = {**declared(inbound={"trust": []}), "name": "closed"}
    opened = {**BY_ADDRESS, "inbound": {"trust": ["mysipsp.com", "198.51.100.9"]}}
    assert names(closed, opened) == ["general", "byip-in", "byip-in2", "closed-out", "byip-out"]


def test_behind_a_proxy_the_registration_goes_through_the_peer() -> None:
    general = dict(section("general", declared(provider__outbound_proxy="proxy.example.com")))
    assert general["register"] == f"smartvox-out?43212345:{SECRET}@mysipsp.com/1234~1800"
    out = dict(section("smartvox-out", declared(provider__outbound_proxy="proxy.example.com")))
    assert out["outboundproxy"] == "proxy.example.com"


def test_ipv6_hosts_stand_in_brackets() -> None:
    trunk = declared(provider__host="2001:db8::1", registration__domain="2001:db8::2")
    assert dict(section("general", trunk))["register"] == (
        f"43212345@[2001:db8::2]:{SECRET}@[2001:db8::1]/1234~1800"
    )
    assert dict(section("smartvox-out", trunk))["host"] == "[2001:db8::1]"
    expected = chan_sip.expectation(load_trunks([trunk])[0]).registration
    assert expected is not None
    assert (expected.host, expected.domain) == ("[2001:db8::1]", "[2001:db8::2]")


@pytest.mark.parametrize("secret", ["a:b", "a/b", "a?b", "a;b", 'a"b', "a@b", "p(w[d", " blank"[1:] + "\\x"])
def test_nasty_secrets_are_armoured(secret: str) -> None:
    trunk = declared(registration__secret=secret)
    assert dict(section("smartvox-out", trunk))["remotesecret"] == secret
    (found,) = parse(render(trunk), included=True).trunks
    assert found["registration"]["secret"] == secret


HOPELESS = ':":'


@pytest.mark.parametrize(
    "registration",
    [
        {"secret": HOPELESS},
        {"secret": 'a:b"c', "auth_user": "digest"},
        {"secret_md5": "0123456789abcdef" * 2},
    ],
)
def test_what_no_register_line_can_carry_goes_through_the_peer(registration: dict[str, str]) -> None:
    trunk = declared(registration={"user": "4321", "contact": "1234", **registration})
    digest_user = f"::{registration['auth_user']}" if "auth_user" in registration else ""
    assert dict(section("general", trunk))["register"] == (
        f"smartvox-out?4321{digest_user}@mysipsp.com/1234~1800"
    )
    key = "md5secret" if "secret_md5" in registration else "remotesecret"
    out = section("smartvox-out", trunk)
    assert [(k, v) for k, v in out if "secret" in k] == [
        (key, registration.get("secret") or "0123456789abcdef" * 2)
    ]
    assert parse(render(trunk), included=True).trunks == [trunk]


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"outbound": {"auth": "none"}}, "outbound.auth"),
        ({"outbound": {"auth": "own", "user": "u", "secret": "x"}}, "outbound.auth"),
        ({"outbound": {"from_domain": "example.org"}}, "outbound.from_domain"),
    ],
)
def test_what_a_registration_through_the_peer_cannot_have(changes: dict[str, Any], option: str) -> None:
    for secret in ({"secret": HOPELESS}, {"secret_md5": "0" * 32}):
        problem = the_problem(registration={"user": "4321", **secret}, **changes)
        assert problem.option == option
        assert "with this secret" in problem.reason


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"registration__secret": "x" * 200}, "registration.secret"),
        ({"registration__secret": "x" * 120, "registration__auth_user": "d" * 80}, "registration.secret"),
        ({"outbound": {"auth": "own", "user": "u", "secret": "x" * 200}}, "outbound.secret"),
    ],
)
def test_a_secret_that_chan_sip_would_cut_in_its_digest_is_refused(
    changes: dict[str, Any], option: str
) -> None:
    problem = the_problem(**changes)
    assert (problem.option, problem.value) == (option, "********")
    assert "secret_md5" in problem.fix and "255" in problem.reason


def test_sections_may_have_names_of_their_own() -> None:
    trunk = declared(
        inbound__trust=["192.0.2.1", "mysipsp.com"], sections={"inbound": ["a", "main"], "outbound": "main"}
    )
    assert names(trunk) == ["general", "a", "main"]
    assert ("trunkname", "smartvox-in") in section("a", trunk)
    assert ("trunkname", "smartvox") in section("main", trunk)
    assert "remotesecret" not in dict(section("a", trunk))
    assert dict(section("main", trunk))["remotesecret"] == SECRET
    assert parse(render(trunk), included=True).trunks == [trunk]


def test_usual_names_of_sections_go_without_saying() -> None:
    (loaded,) = load_trunks([declared(sections={"inbound": ["smartvox-in"], "outbound": "smartvox-out"})])
    assert "sections" not in loaded.to_dict()


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"sections": {"inbound": ["a", "b"]}}, "sections.inbound"),
        (
            {"inbound": {"trust": ["192.0.2.1"]}, "sections": {"inbound": ["a"], "outbound": "a"}},
            "sections.outbound",
        ),
        ({"sections": {"outbound": "general"}}, "sections.outbound"),
    ],
)
def test_names_that_sections_cannot_have(changes: dict[str, Any], option: str) -> None:
    assert the_problem(**changes).option == option


def test_two_trunks_cannot_share_a_section() -> None:
    with pytest.raises(InvalidTrunks) as caught:
        load_trunks([declared(), {**BY_ADDRESS, "sections": {"outbound": "SMARTVOX-in"}}])
    assert [problem.option for problem in caught.value.problems] == ["sections"]


def test_all_register_lines_share_one_retry_interval() -> None:
    other = {**declared(registration__retry_interval=60), "name": "other", "provider": {"host": "b.example"}}
    with pytest.raises(InvalidTrunks) as caught:
        load_trunks([declared(registration__retry_interval=45), other])
    assert [problem.option for problem in caught.value.problems] == ["registration.retry_interval"]
    assert ("registertimeout", "45") in section("general", declared(registration__retry_interval=45))


@pytest.mark.parametrize(
    ("changes", "option", "value"),
    [
        ({"registration__secret": "blank\\ "}, "registration.secret", "********"),
        ({"registration__contact": "1" * 250}, "registration", None),
        ({"outbound": {"auth": "own", "user": "u", "secret": " x"}}, "outbound.secret", "********"),
        ({"options__peer": {"accountcode": "x "}}, "options.peer.accountcode", "x "),
        ({"options__peer": {"setvar": "A=" + "x" * 9000}}, "options.peer.setvar", "********"),
    ],
)
def test_what_sip_conf_cannot_carry(changes: dict[str, Any], option: str, value: str) -> None:
    problem = the_problem(**changes)
    assert (problem.option, problem.value) == (option, value)
    assert problem.reason and problem.fix


@pytest.mark.parametrize(
    "option",
    [
        *(
            "type",
            "host",
            "Secret",
            "md5secret",
            "remotesecret",
            "auth",
            "insecure",
            "context",
            "permit",
            "deny",
            "qualify",
        ),
        *("acl", "callbackextension", "allow", "transport", "port", "defaultuser", "username", "fromdomain"),
    ],
)
def test_raw_options_cannot_undo_what_the_trunk_promises(option: str) -> None:
    problem = the_problem(options__peer={option: "friend"})
    assert problem.option == f"options.peer.{option.lower()}"
    assert problem.value is None
    assert problem.fix.startswith("use ")


@pytest.mark.parametrize(
    ("option", "value"), [("sendrpid", "pai"), ("nat", "no"), ("canreinvite", "yes"), ("t38pt_udptl", "yes")]
)
def test_a_value_that_a_field_can_hold_belongs_there(option: str, value: str) -> None:
    problem = the_problem(options__peer={option: value})
    assert problem.reason == "is set by the trunk itself"


@pytest.mark.parametrize(
    ("option", "meant"),
    [("rtptimeuot", "rtptimeout"), ("call_limit", "call-limit"), ("allowguest", ""), ("secrte", "")],
)
def test_raw_options_that_chan_sip_would_ignore(option: str, meant: str) -> None:
    problem = the_problem(options__peer={option: SECRET})
    assert "ignore" in problem.reason
    assert problem.value is None
    assert meant in problem.fix


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"outbound": {"auth": "own", "user": "u", "secret": "x"}}, "outbound.auth"),
        ({"outbound": {"from_domain": "example.org"}}, "outbound.from_domain"),
    ],
)
def test_what_a_registration_behind_a_proxy_cannot_have(changes: dict[str, Any], option: str) -> None:
    assert (
        the_problem(provider={"host": "mysipsp.com", "outbound_proxy": "192.0.2.1"}, **changes).option
        == option
    )


def test_expectation() -> None:
    (full,) = load_trunks([FULL_TRUNK])
    assert chan_sip.expectation(full) == ExpectedTrunk(
        "full",
        "chan_sip",
        ExpectedRegistration("43212345", "sip.example.com", 5070, "tcp", "voip.example.com", "1234", 600),
        (
            ExpectedPeer("full-in", "203.0.113.7", 5070),
            ExpectedPeer("full-in2", "2001:db8::7", 5070),
            ExpectedPeer("full-out", "sip.example.com", 5070, trusted=False),
        ),
    )


def test_expectation_of_a_trunk_without_registration_and_port() -> None:
    (trunk,) = load_trunks([BY_ADDRESS])
    assert chan_sip.expectation(trunk) == ExpectedTrunk(
        "byip",
        "chan_sip",
        None,
        (ExpectedPeer("byip-in", "198.51.100.9"), ExpectedPeer("byip-out", "198.51.100.9", trusted=True)),
    )


@pytest.mark.parametrize(("transport", "port"), [("udp", 5060), ("tcp", 5060), ("tls", 5061)])
def test_the_expected_port_is_the_one_that_the_registry_shows(transport: str, port: int) -> None:
    (trunk,) = load_trunks([declared(provider__transport=transport, provider__host="2001:db8::1")])
    registration = chan_sip.expectation(trunk).registration
    assert registration is not None
    assert (registration.host, registration.port) == ("[2001:db8::1]", port)


def test_the_driver_is_found_by_its_name() -> None:
    assert DRIVERS["chan_sip"] is chan_sip


# Reading


def test_reads_back_a_trunk_with_everything() -> None:
    found = parse(FULL, included=True)
    assert found.trunks == [FULL_TRUNK]
    assert found.leftovers == []


# What chan_sip takes when a peer does not say.
SILENT: dict[str, Any] = {
    "media": {"codecs": ["ulaw", "alaw", "gsm", "h263"], "direct": True},
    "nat": {"keepalive": 0},
    "options": {"peer": {"nat": "auto_force_rport"}},
}


def test_reads_the_articles_way() -> None:
    found = parse(
        "[general]\n"
        "register => 43212345:PASSWORD@mysipsp.com/1234\n"
        "[provider-in]\ntype=peer\nhost=mysipsp.com\ncontext=from-provider\n"
    )
    assert found.trunks == [
        {
            "name": "provider",
            "provider": {"host": "mysipsp.com"},
            "registration": {"user": "43212345", "secret": "PASSWORD", "contact": "1234", "expiry": 120},
            **SILENT,
        }
    ]
    assert [(leftover.key, leftover.value) for leftover in found.leftovers] == [("insecure", "")]
    (origin,) = found.origins
    assert [section.name for section in origin.sections] == ["provider-in"]
    assert origin.register is not None and origin.register.line == 2


def test_reads_one_section_for_both_directions() -> None:
    found = parse(
        "[general]\nregister=u:s@sip.example.com:5070~600\n"
        "[Carrier]\ntype=friend\nhost=sip.example.com\nport=5070\nusername=u\nfromuser=u\nsecret=s\ncontext=incoming\n"
        "insecure=very\nqualify=yes\nnat=yes\ncanreinvite=no\ndisallow=all\nallow=g722\nallow=ulaw\ndtmfmode=auto\n"
    )
    assert found.trunks == [
        {
            "name": "Carrier",
            "provider": {"host": "sip.example.com", "port": 5070},
            "registration": {"user": "u", "secret": "s", "expiry": 600},
            "inbound": {"context": "incoming"},
            "media": {"codecs": ["g722", "ulaw"], "dtmf": "auto"},
            "nat": {"keepalive": 60},
            "sections": {"inbound": ["Carrier"], "outbound": "Carrier"},
        }
    ]
    assert [(leftover.key, leftover.value) for leftover in found.leftovers] == [
        ("insecure", "very"),
        ("type", "friend"),
    ]


@pytest.mark.parametrize("insecure", ["insecure=port,invite\n", ""])
def test_insecure_of_general_counts(insecure: str) -> None:
    found = parse(f"[general]\n{insecure}[gw]\ntype=friend\nhost=192.0.2.7\nsecret=s\ndefaultuser=u\n")
    # A friend that is challenged is a device.
    assert [trunk["name"] for trunk in found.trunks] == (["gw"] if insecure else [])


def test_empty_options_say_nothing() -> None:
    found = parse("[gw]\ntype=peer\nhost=192.0.2.7\nfromuser=a\nfromuser=\nfromdomain=\ndescription=\n")
    assert "outbound" not in found.trunks[0] and "description" not in found.trunks[0]


def test_leftovers_tell_what_becomes_of_them() -> None:
    found = parse(
        "[general]\nbindport=5070\nno option\n[201]\ntype=friend\nhost=dynamic\n"
        "[gw]\ntype=friend\nhost=192.0.2.7\nsecrte=x\nacl=a\ninsecure=port\n"
    )
    assert [(leftover.key, leftover.fate) for leftover in found.leftovers] == [
        ("", "ignored"),
        ("bindport", "lost"),
        ("", "ignored"),
        ("type", "changed"),
        ("secrte", "ignored"),
        ("acl", "lost"),
    ]


def test_the_other_spelling_of_defaultexpiry_counts() -> None:
    found = parse("[general]\ndefaultexpirey=900\nregister => u:s@sip.example.com\n")
    assert found.trunks[0]["registration"]["expiry"] == 900


@pytest.mark.parametrize(
    ("nat", "symmetric"),
    [("yes", True), ("true", False), ("1", False), ("force_rport,comedia,off", False), ("on", False)],
)
def test_of_the_words_for_yes_nat_knows_one(nat: str, symmetric: bool) -> None:
    (trunk,) = parse(f"[general]\n[p-in]\ntype=peer\nhost=192.0.2.1\ninsecure=port\nnat={nat}\n").trunks
    assert trunk.get("nat", {}).get("symmetric", True) is symmetric


def test_what_general_says_counts_for_peers_that_do_not_say_otherwise() -> None:
    found = parse(
        "[general]\nqualify=3000\nqualifyfreq=20\nnat=no\nnat=force_rport,comedia\ncanreinvite=no\ndisallow=all\n"
        "allow=alaw\ncontext=public\noutboundproxy=192.0.2.9\nsendrpid=yes\nregistertimeout=30\ndefaultexpiry=600\n"
        "register => u:s@sip.example.com\ndefaultexpiry=900\n"
        "[a-in]\ntype=peer\nhost=sip.example.com\ninsecure=port\nallow=g722\ncontext=mine\n"
        "[b-in]\ntype=peer\nhost=192.0.2.2\ninsecure=port\ndirectmedia=yes\n"
    )
    proxied = {"outbound_proxy": "192.0.2.9"}
    header = {"outbound": {"identity_header": "rpid"}}
    kept = {"nat": {"keepalive": 20, "keepalive_timeout": 3000}}
    assert found.trunks == [
        {
            "name": "a",
            "provider": {"host": "sip.example.com", **proxied},
            "registration": {"user": "u", "secret": "s", "expiry": 600, "retry_interval": 30},
            "inbound": {"context": "mine"},
            "media": {"codecs": ["alaw", "g722"]},
            **header,
            **kept,
        },
        {
            "name": "b",
            "provider": {"host": "192.0.2.2", **proxied},
            "inbound": {"context": "public"},
            "media": {"codecs": ["alaw"], "direct": True},
            **header,
            **kept,
        },
    ]
    assert found.leftovers == []


def test_templates_count_and_are_no_trunks() -> None:
    found = parse(
        "[general]\n[base](!)\ntype=peer\ninsecure=port\ndisallow=all\nallow=g722\nnat=yes\n[a-in](base)\n"
        "host=192.0.2.1\ncontext=from-a\n[a-out](base)\nhost=192.0.2.2\ncontext=from-a\ndefaultuser=u\n"
        "remotesecret=s\n"
    )
    assert found.trunks == [
        {
            "name": "a",
            "provider": {"host": "192.0.2.2"},
            "inbound": {"trust": ["192.0.2.1", "192.0.2.2"]},
            "outbound": {"auth": "own", "user": "u", "secret": "s", "from_caller": True},
            "media": {"codecs": ["g722"], "direct": True},
            "nat": {"keepalive": 0},
            "sections": {"inbound": ["a-in", "a-out"]},
        }
    ]


@pytest.mark.parametrize(
    ("codecs", "expected"),
    [
        ("allow=g722", ["ulaw", "alaw", "gsm", "h263", "g722"]),
        ("allow=!all,gsm,ULAW", ["gsm", "ulaw"]),
        ("disallow=gsm,h263\nallow=alaw", ["ulaw", "alaw"]),
        ("allow=g722\ndisallow=all\nallow=alaw\nallow=alaw,ulaw\ndisallow=alaw", ["ulaw"]),
    ],
)
def test_codecs_add_up_line_by_line(codecs: str, expected: list[str]) -> None:
    found = parse(f"[general]\n[p-in]\ntype=peer\nhost=192.0.2.1\ninsecure=port\n{codecs}\n")
    assert found.trunks[0]["media"]["codecs"] == expected
    assert found.leftovers == []


@pytest.mark.parametrize("codecs", ["allow=all", "disallow=all", "allow=alow", "allow=alaw:20"])
def test_codecs_that_a_trunk_cannot_have(codecs: str) -> None:
    found = parse(f"[general]\n[p-in]\ntype=peer\nhost=192.0.2.1\ninsecure=port\n{codecs}\n")
    assert [leftover.value for leftover in found.leftovers] == [codecs.partition("=")[2]]


@pytest.mark.parametrize(
    ("rules", "permit"),
    [
        ("deny=0.0.0.0/0\npermit=192.0.2.0/255.255.255.0", ["192.0.2.0/24"]),
        (
            "deny=::/0\ndeny=0.0.0.0/0.0.0.0\npermit=192.0.2.1\npermit=2001:db8::/32",
            ["192.0.2.1/32", "2001:db8::/32"],
        ),
        ("permit=192.0.2.0/24", None),
        ("permit=192.0.2.0/24\ndeny=0.0.0.0/0", None),
        ("deny=192.0.2.9/32", None),
        ("deny=0.0.0.0/0\npermit=0.0.0.0/0", None),
        ("deny=0.0.0.0/0\npermit=sip.example.com", None),
    ],
)
def test_access_lists(rules: str, permit: list[str]) -> None:
    found = parse(f"[general]\n[p-in]\ntype=peer\nhost=192.0.2.1\ninsecure=port\n{rules}\n")
    assert found.trunks[0].get("inbound", {}).get("permit") == permit
    assert len(found.leftovers) == (0 if permit else len(rules.splitlines()))


def test_callbackextension_is_a_register_line() -> None:
    found = parse(
        "[general]\n[p]\ntype=peer\nhost=sip.example.com\nport=5070\ndefaultuser=u\nfromuser=f\nremotesecret=s\n"
        "callbackextension=1234\ninsecure=port\n"
    )
    (trunk,) = found.trunks
    # chan_sip registers at 5060 whatever the port of the peer is.
    assert trunk["registration"] == {
        "user": "f", "secret": "s", "auth_user": "u", "contact": "1234", "expiry": 120
    }  # fmt: skip
    assert found.origins[0].register is not None
    assert found.origins[0].register.key == "callbackextension"


def test_callbackextension_that_chan_sip_cannot_read_is_left_over() -> None:
    found = parse(
        "[general]\n[p]\ntype=peer\nhost=sip.example.com\ndefaultuser=u\nsecret=a/b\ncallbackextension=1\n"
    )
    assert "registration" not in found.trunks[0]
    assert ("callbackextension", "1") in [(leftover.key, leftover.value) for leftover in found.leftovers]


@pytest.mark.parametrize(
    ("line", "options", "registration"),
    [
        ("p?u:line@", "remotesecret=far\nsecret=near", {"secret": "far"}),
        ("p?u:line@", "secret=near", {"secret": "line"}),
        ("p?u@", "secret=near", {"secret": "near"}),
        ("p?u:line@", f"md5secret={'a' * 32}\nremotesecret=far", {"secret_md5": "a" * 32}),
    ],
)
def test_which_of_the_secrets_counts(line: str, options: str, registration: dict[str, str]) -> None:
    found = parse(
        f"[general]\nregister => {line}sip.example.com\n"
        f"[p]\ntype=peer\nhost=sip.example.com\ndefaultuser=u\n{options}\n"
    )
    assert found.trunks[0]["registration"] == {"user": "u", "expiry": 120, **registration}


def test_a_registration_alone_trusts_nobody() -> None:
    found = parse("[general]\nregister => 43212345:s@198.51.100.1\nregister => b:s@198.51.100.1\n")
    assert found.trunks == [
        {
            "name": "trunk-198.51.100.1",
            "provider": {"host": "198.51.100.1"},
            "registration": {"user": "43212345", "secret": "s", "expiry": 120},
            "inbound": {"trust": []},
        },
        {
            "name": "trunk-198.51.100.1-2",
            "provider": {"host": "198.51.100.1"},
            "registration": {"user": "b", "secret": "s", "expiry": 120},
            "inbound": {"trust": []},
        },
    ]
    assert len(load_trunks(found.trunks)) == 2


def test_each_register_line_finds_its_own_peer() -> None:
    found = parse(
        "[general]\nregister => a:1@sip.example.com\nregister => b:2@sip.example.com\n"
        "[y-out]\ntype=peer\nhost=sip.example.com\ndefaultuser=b\nremotesecret=2\n"
        "[x-out]\ntype=peer\nhost=sip.example.com\ndefaultuser=a\nremotesecret=1\n"
    )
    assert {trunk["name"]: trunk["registration"]["user"] for trunk in found.trunks} == {"y": "b", "x": "a"}


def test_what_no_trunk_can_hold_is_left_over_with_its_place() -> None:
    found = parse(
        "[general]\n"
        "udpbindaddr = 0.0.0.0\n"
        "register => nonsense\n"
        f"register => a:b/{SECRET}@sip.example.com\n"
        "[phone]\ntype=friend\nhost=dynamic\nsecret=x\n"
        "[p-in]\n"
        "type = peer\n"
        "host = 192.0.2.1\n"
        f"secrte = {SECRET}\n"
        f"auth = u:{SECRET}@realm\n"
        "deny = 192.0.2.9/32\n"
        "allow = g730\n"
        "port = 5070x\n"
        "defaultuser = lonely\n"
        "rtptimeout = 45\n"
        "[general]\nregister => u:s@sip.example.com\n"
    )
    assert found.trunks == [
        {
            "name": "p",
            "provider": {"host": "192.0.2.1"},
            "inbound": {"context": "default"},
            "media": SILENT["media"],
            "nat": SILENT["nat"],
            "options": {"peer": {"rtptimeout": "45", "nat": "auto_force_rport"}},
        }
    ]
    assert [
        (leftover.line, leftover.section, leftover.key, leftover.value) for leftover in found.leftovers
    ] == [
        (2, "general", "udpbindaddr", "********"),
        (3, "general", "register", "nonsense"),
        (4, "general", "register", "a:********@sip.example.com"),
        (20, "general", "register", "u:********@sip.example.com"),
        (5, "phone", "", "type=friend, host=dynamic"),
        (9, "p-in", "insecure", ""),
        (12, "p-in", "secrte", "********"),
        (13, "p-in", "auth", "********"),
        (16, "p-in", "port", "5070x"),
        (14, "p-in", "deny", "192.0.2.9/32"),
        (15, "p-in", "allow", "g730"),
        (17, "p-in", "defaultuser", "lonely"),
    ]
    assert all(leftover.reason and leftover.path == "sip.conf" for leftover in found.leftovers)
    assert SECRET not in repr(found)


def test_sections_of_one_trunk_that_contradict_each_other() -> None:
    found = parse(
        "[general]\n[p-out]\ntype=peer\nhost=192.0.2.1\nnat=no\nrtptimeout=5\ncontext=a\n"
        "[p-in]\ntype=peer\nhost=192.0.2.1\nnat=yes\nrtptimeout=6\ncontext=b\ninsecure=port\nbusylevel=1\n"
    )
    assert found.trunks == [
        {
            "name": "p",
            "provider": {"host": "192.0.2.1"},
            # Calls never come to the second section of a host.
            "inbound": {"context": "a"},
            "media": SILENT["media"],
            "nat": {"keepalive": 0, "symmetric": False},
            "sections": {"inbound": ["p-out"]},
            "options": {"peer": {"rtptimeout": "5", "busylevel": "1"}},
        }
    ]
    assert [(leftover.section, leftover.key) for leftover in found.leftovers] == [
        ("p-out", "insecure"),
        ("p-in", ""),
        ("p-in", "nat"),
        ("p-in", "rtptimeout"),
        ("p-in", "busylevel"),
    ]


def test_an_option_that_overrides_a_field_stays_an_option() -> None:
    trunk = declared(options__peer={"nat": "auto_force_rport", "dtmfmode": "shortinfo"})
    assert section("smartvox-in", trunk)[-2:] == list(trunk["options"]["peer"].items())
    assert len([key for key, _value in section("smartvox-in", trunk) if key == "nat"]) == 1
    assert parse(render(trunk), included=True).trunks == [trunk]


def test_the_secret_for_the_far_end_wins() -> None:
    found = parse(
        "[general]\n[p-out]\ntype=peer\nhost=192.0.2.1\ndefaultuser=u\nremotesecret=far\nsecret=near\n"
    )
    assert found.trunks[0]["outbound"]["secret"] == "far"


def test_trunks_are_in_no_repr_of_what_was_read() -> None:
    assert SECRET not in repr(parse(render(declared()), included=True))


def test_without_credentials_in_the_peers_the_port_tells_whose_a_register_line_is() -> None:
    found = parse(
        "[general]\nregister => b:2@sip.example.com:5070\n"
        "[x-out]\ntype=peer\nhost=sip.example.com\n"
        "[y-out]\ntype=peer\nhost=sip.example.com\nport=5070\n"
    )
    assert {trunk["name"]: "registration" in trunk for trunk in found.trunks} == {"x": False, "y": True}


def test_a_register_line_does_not_go_to_a_peer_with_another_account() -> None:
    found = parse(
        "[general]\nregister => b:2@sip.example.com\n"
        "[x-out]\ntype=peer\nhost=sip.example.com\ndefaultuser=a\nremotesecret=1\n"
        "[y-out]\ntype=peer\nhost=sip.example.com\n"
    )
    assert {trunk["name"]: "registration" in trunk for trunk in found.trunks} == {"x": False, "y": True}


def test_names_that_differ_in_case_only_are_one_section() -> None:
    load_trunks([declared(sections={"outbound": "d", "inbound": ["d"]})], driver="chan_sip")
    with pytest.raises(InvalidTrunks, match="merge the two"):
        load_trunks([declared(sections={"outbound": "d", "inbound": ["D"]})], driver="chan_sip")
