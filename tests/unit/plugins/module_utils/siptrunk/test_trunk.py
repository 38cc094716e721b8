# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks, Problem
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import (
    Trunk,
    compact,
    load_trunks,
    secrets_of,
)

SECRET = "Tr0ub4dor&3"


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


def load(**changes: Any) -> Trunk:
    (trunk,) = load_trunks([declared(**changes)])
    return trunk


def problems(*trunks: Any) -> tuple[Problem, ...]:
    with pytest.raises(InvalidTrunks) as caught:
        load_trunks(trunks)
    assert SECRET not in str(caught.value)
    return caught.value.problems


def the_problem(*trunks: Any) -> Problem:
    (problem,) = problems(*trunks)
    assert problem.reason and problem.fix
    return problem


def test_what_is_not_given_has_its_default() -> None:
    trunk = load()
    assert trunk.provider.transport == "udp"
    assert trunk.provider.port is None
    assert trunk.registration is not None
    assert trunk.registration.expiry == 1800
    assert trunk.inbound.trust == ("mysipsp.com",)
    assert trunk.inbound.context == "from-smartvox"
    assert trunk.inbound.numbers == {}
    assert trunk.outbound.auth == "same"
    assert trunk.outbound.context == "to-smartvox"
    assert trunk.outbound.max_channels is None
    assert trunk.media.codecs == ("alaw", "ulaw")
    assert trunk.media.dtmf == "rfc4733"
    assert trunk.media.direct is False
    assert trunk.nat.keepalive == 30
    assert trunk.nat.symmetric is True
    assert trunk.options.peer == {}
    assert trunk.enabled is True


def test_none_is_not_given() -> None:
    assert load(provider__port=None, outbound=None, inbound={"trust": None}, description=None) == load()


def test_a_trunk_by_address_alone_does_not_authenticate() -> None:
    trunk = load(registration=None)
    assert trunk.registration is None
    assert trunk.outbound.auth == "none"
    assert trunk.credentials is None
    assert trunk.account is None


def test_calls_authenticate_as_the_registration_does() -> None:
    assert load().credentials == ("43212345", SECRET, None)
    assert load(registration__auth_user="digest").credentials == ("digest", SECRET, None)
    hashed = load(registration={"user": "4321", "secret_md5": "0" * 32})
    assert hashed.credentials == ("4321", None, "0" * 32)
    assert secrets_of(hashed) == {"0" * 32}
    assert load(registration__auth_user="digest").account == "43212345"


def test_calls_may_authenticate_with_an_account_of_their_own() -> None:
    trunk = load(outbound={"auth": "own", "user": "caller", "secret": "other"})
    assert trunk.credentials == ("caller", "other", None)
    assert trunk.account == "caller"
    assert secrets_of(trunk) == {SECRET, "other"}


def test_an_empty_trust_is_not_the_default() -> None:
    assert load(inbound__trust=[]).inbound.trust == ()


def test_ipv6_addresses_are_normalised() -> None:
    trunk = load(provider__host="[2001:DB8:0::1]", inbound__trust=["2001:db8:0:0::2", "[2001:db8::3]"])
    assert trunk.provider.host == "2001:db8::1"
    assert trunk.inbound.trust == ("2001:db8::2", "2001:db8::3")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("proxy.example.com", "proxy.example.com"),
        ("192.0.2.1:5062", "192.0.2.1:5062"),
        ("[2001:db8::1]:5062", "[2001:db8::1]:5062"),
    ],
)
def test_outbound_proxies(given: str, kept: str) -> None:
    assert load(provider__outbound_proxy=given).provider.outbound_proxy == kept


def test_raw_options_become_text() -> None:
    options = load(options__peer={"CallCounter": True, "rtptimeout": 45, "setvar": ["A=1", "B=2"]}).options
    assert options.peer == {"callcounter": "yes", "rtptimeout": "45", "setvar": ("A=1", "B=2")}


def test_what_repeats_another_field_is_dropped() -> None:
    trunk = load(registration__auth_user="43212345", outbound__from_user="43212345")
    assert trunk == load()


def test_as_a_dict_the_trunk_is_what_was_declared() -> None:
    given = declared(
        description="head office",
        inbound={"trust": ["mysipsp.com", "203.0.113.7"], "numbers": {"1234": {"goto": "internal,100,1"}}},
        media={"codecs": ["g722"]},
        options={"peer": {"setvar": ["A=1", "B=2"]}},
    )
    (trunk,) = load_trunks([given])
    assert trunk.to_dict() == given
    assert load_trunks([trunk.to_dict()]) == (trunk,)


def test_compact_drops_defaults_only() -> None:
    given = declared(nat={"keepalive": 30, "symmetric": False}, inbound={"context": "from-smartvox"})
    assert compact(given) == declared(nat={"symmetric": False})


def test_secrets_are_in_no_repr() -> None:
    trunk = load(outbound={"auth": "own", "user": "caller", "secret": "0therSecret"})
    assert SECRET not in repr(trunk) + str(trunk)
    assert "0therSecret" not in repr(trunk)


@pytest.mark.parametrize(
    "number", ["1234", "s", "+4930123", "*97", "_4930123XX", "_+49!", "_[2-9]X.", "john.doe"]
)
def test_numbers_that_can_be_called(number: str) -> None:
    trunk = load(inbound__numbers={number: {"goto": "internal,100,1"}})
    assert trunk.inbound.numbers == {number: "internal,100,1"}


UNFIT = [
    ("name", None, "missing"),
    ("name", "", "empty"),
    ("name", "1st", "sections"),
    ("name", "a b", "sections"),
    ("name", "a]b", "sections"),
    ("name", "x" * 61, "sections"),
    ("name", 7, "number"),
    ("description", "two\nlines", "line break"),
    ("description", " blank", "blanks"),
    ("description", "x" * 201, "200"),
    ("enabled", "yes", "true nor false"),
    ("provider", None, "missing"),
    ("provider", "mysipsp.com", "mapping"),
    ("provider__host", None, "missing"),
    ("provider__host", "", "empty"),
    ("provider__host", "dynamic", "from anywhere"),
    ("provider__host", "Dynamic", "from anywhere"),
    ("provider__host", "sip:mysipsp.com", "URI"),
    ("provider__host", "tls://mysipsp.com", "URI"),
    ("provider__host", f"43212345:{SECRET}@mysipsp.com", "URI"),
    ("provider__host", "mysipsp.com:5060", "port"),
    ("provider__host", "198.51.100.0/24", "network"),
    ("provider__host", "198.51.100", "neither"),
    ("provider__host", "4321", "neither"),
    ("provider__host", "198.51.100.999", "neither"),
    ("provider__host", "my sipsp.com", "neither"),
    ("provider__host", "-a.example.com", "neither"),
    ("provider__host", "mysipsp.com,other.com", "neither"),
    ("provider__host", "0.0.0.0", "one host"),
    ("provider__host", "255.255.255.255", "one host"),
    ("provider__host", "ff02::1", "one host"),
    ("provider__host", "fe80::1%eth0", "IPv6"),
    ("provider__host", "[192.0.2.1]", "neither"),
    ("provider__port", 0, "range"),
    ("provider__port", 65536, "range"),
    ("provider__port", "5060", "whole number"),
    ("provider__port", True, "whole number"),
    ("provider__transport", "sctp", "not known"),
    ("provider__outbound_proxy", "sip:proxy", "host:port"),
    ("provider__outbound_proxy", "proxy:0", "range"),
    ("registration", "43212345:x@mysipsp.com", "mapping"),
    ("registration__user", None, "missing"),
    ("registration__user", 43212345, "YAML"),
    ("registration__user", "43212345@mysipsp.com", "user part"),
    ("registration__user", "a:b", "user part"),
    ("registration__secret", None, "refuses"),
    ("registration__secret", "", "empty"),
    ("registration__secret", f"{SECRET}\n", "control"),
    ("registration__secret", "\ud800", "Unicode"),
    ("registration__secret", 1234, "YAML"),
    ("registration__domain", "sip.example.com:5060", "port"),
    ("registration__auth_user", "two words", "user name"),
    ("registration__contact", "12 34", "user part"),
    ("registration__expiry", 19, "range"),
    ("registration__expiry", 86401, "range"),
    ("inbound__trust", "mysipsp.com", "list"),
    ("inbound__trust", ["198.51.100.0/24"], "network"),
    ("inbound__trust", ["dynamic"], "from anywhere"),
    ("inbound__trust", ["a.example.com", "A.example.com"], "twice"),
    ("inbound__context", "from provider", "context"),
    ("inbound__context", "Globals", "meaning"),
    ("inbound__context", "to-smartvox", "expense"),
    ("inbound__numbers", ["1234"], "targets"),
    ("inbound__numbers", {1234: {"goto": "internal,100,1"}}, "quotes"),
    ("inbound__numbers", {"h": {"goto": "internal,100,1"}}, "events"),
    ("inbound__numbers", {"_.": {"goto": "internal,100,1"}}, "pattern"),
    ("inbound__numbers", {"_!": {"goto": "internal,100,1"}}, "pattern"),
    ("inbound__numbers", {"_X.X": {"goto": "internal,100,1"}}, "pattern"),
    ("inbound__numbers", {"12,1": {"goto": "internal,100,1"}}, "pattern"),
    ("inbound__numbers", {"${EXTEN}": {"goto": "internal,100,1"}}, "pattern"),
    ("inbound__numbers", {"1234": "internal,100,1"}, "where"),
    ("inbound__numbers", {"1234": {"goto": "internal,100,1", "ring": 3}}, "where"),
    ("inbound__numbers", {"1234": {"goto": "internal,100"}}, "context,extension,priority"),
    ("inbound__numbers", {"1234": {"goto": "internal,${EXTEN},1"}}, "context,extension,priority"),
    ("inbound__numbers", {"1234": {"goto": "internal,100,0"}}, "context,extension,priority"),
    ("inbound__numbers", {"1234": {"goto": "internal,100,1)\nexten => x"}}, "line break"),
    ("outbound__auth", "always", "not known"),
    ("outbound__user", "caller", "no effect"),
    ("outbound__secret", SECRET, "no effect"),
    ("outbound__from_user", "a@b", "user part"),
    ("outbound__from_domain", "2001:db8::1", "colon"),
    ("outbound__context", "general", "meaning"),
    ("outbound__max_channels", 0, "range"),
    ("media__codecs", [], "488"),
    ("media__codecs", ["pcma"], "does not know"),
    ("media__codecs", ["alaw", "alaw"], "twice"),
    ("media__dtmf", "rfc2833", "not known"),
    ("media__direct", "no", "true nor false"),
    ("nat__keepalive", -1, "range"),
    ("nat__symmetric", 1, "true nor false"),
    ("options__peer", ["sendrpid"], "options to values"),
    ("options__peer", {"send rpid": "yes"}, "no name of an option"),
    ("options__peer", {"sendrpid": []}, "no value"),
    ("options__peer", {"sendrpid": None}, "not text"),
    ("options__peer", {"sendrpid": "yes", "SendRPID": "no"}, "twice"),
]


@pytest.mark.parametrize(("path", "value", "reason"), UNFIT)
def test_unfit_values_are_refused(path: str, value: Any, reason: str) -> None:
    problem = the_problem(declared(**{path: value}))
    assert problem.option in (path.replace("__", "."), "outbound.context")
    assert reason in problem.reason


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("provder", "provider"),
        ("registration__pasword", "known are user, secret"),
        ("inbound__truts", "trust"),
        ("outbound__callerid", "caller_id"),
        ("media__codec", "codecs"),
        ("nat__keep_alive", "keepalive"),
        ("options__endpiont", "endpoint"),
    ],
)
def test_unknown_fields_are_refused_and_their_value_is_not_shown(path: str, meant: str) -> None:
    problem = the_problem(declared(**{path: SECRET}))
    assert problem.option == path.replace("__", ".")
    assert problem.value is None
    assert meant in problem.fix


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"registration": None, "outbound": {"auth": "same"}}, "outbound.auth"),
        ({"outbound": {"auth": "own", "secret": "x"}}, "outbound.user"),
        ({"outbound": {"auth": "own", "user": "x"}}, "outbound.secret"),
    ],
)
def test_fields_that_need_others(changes: dict[str, Any], option: str) -> None:
    assert the_problem(declared(**changes)).option == option


def test_all_problems_are_told_at_once() -> None:
    first = declared(provider__port=0, media__codecs=["pcma"], registration={"user": "4321"})
    second = {"name": "2nd"}
    found = problems(first, second, "third")
    assert [(problem.trunk, problem.option) for problem in found] == [
        ("smartvox", "provider.port"),
        ("smartvox", "media.codecs"),
        ("smartvox", "registration.secret"),
        ("2nd", "name"),
        ("2nd", "provider"),
        ("#3", "trunk"),
    ]


def test_not_a_list() -> None:
    assert the_problem_of({"name": "x"}).option == "sip_trunks"
    assert the_problem_of("x").option == "sip_trunks"


def the_problem_of(data: Any) -> Problem:
    with pytest.raises(InvalidTrunks) as caught:
        load_trunks(data)
    (problem,) = caught.value.problems
    return problem


def test_secrets_are_masked_wherever_they_were_written() -> None:
    (problem,) = problems(declared(registration__contact=f"{SECRET} 1"))
    assert problem.value == "******** 1"


def test_a_problem_is_told_on_one_line() -> None:
    found = problems(
        declared(name="a\nb", description="c\nd", **{"e\nf": 1}, inbound={"numbers": {"1\n2": 0}}),
        declared(options={"peer": {"g\nh": "i"}}),
    )
    assert [problem.option for problem in found] == [
        "'e\\nf'",
        "name",
        "description",
        "inbound.numbers",
        "options.peer",
    ]
    assert all(str(problem).isprintable() for problem in found)


def other(**changes: Any) -> dict[str, Any]:
    return declared(
        **{"name": "other", "provider": {"host": "sip.example.com"}, "registration__user": "777", **changes}
    )


def test_two_sound_trunks() -> None:
    assert [trunk.name for trunk in load_trunks([declared(), other()])] == ["smartvox", "other"]


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"name": "SmartVox", "inbound": {"context": "a"}, "outbound": {"context": "b"}}, "name"),
        ({"inbound": {"trust": ["MySipSP.com"]}}, "inbound.trust"),
        (
            {"provider": {"host": "mysipsp.com"}, "inbound": {"trust": []}, "registration__user": "43212345"},
            "registration.user",
        ),
        ({"inbound": {"context": "to-smartvox"}}, "inbound.context"),
        ({"outbound": {"context": "to-smartvox"}}, "outbound.context"),
    ],
)
def test_what_two_trunks_must_not_share(changes: dict[str, Any], option: str) -> None:
    problem = the_problem(declared(), other(**changes))
    assert (problem.option, problem.trunk.lower()) == (option, changes.get("name", "other").lower())
    assert "smartvox" in problem.reason


def test_two_trunks_with_numbers_must_not_share_a_context() -> None:
    inbound = {"context": "from-all", "numbers": {"1": {"goto": "internal,100,1"}}}
    assert the_problem(declared(inbound=inbound), other(inbound=inbound)).option == "inbound.context"


def test_a_context_that_the_numbers_of_one_trunk_are_written_to_is_of_no_other() -> None:
    """Calls from the other would reach them, and who reads the files could not tell whose they are."""
    bare = {"context": "from-all"}
    full = {**bare, "numbers": {"1": {"goto": "internal,100,1"}}}
    for first, second in ((bare, full), (full, bare)):
        assert the_problem(declared(inbound=first), other(inbound=second)).option == "inbound.context"


def test_a_context_without_numbers_is_the_users_own_and_may_be_shared() -> None:
    inbound = {"context": "from-all"}
    assert len(load_trunks([declared(inbound=inbound), other(inbound=inbound)])) == 2


def test_two_accounts_at_one_provider() -> None:
    second = other(provider={"host": "mysipsp.com"}, inbound={"trust": []})
    assert len(load_trunks([declared(), second])) == 2


def test_a_disabled_trunk_is_in_nobodys_way() -> None:
    twin = declared(name="twin", enabled=False)
    assert len(load_trunks([declared(), twin])) == 2
