# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is declared is refused with a reason, or is rendered so that it reads back as it was declared."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import dialplan, expectation
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.document import Document
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import chan_sip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks, secrets_of
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from .effort import examples

names = st.from_regex(r"[A-Za-z_.-][A-Za-z0-9._-]{0,20}", fullmatch=True)
labels = st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True)
host_names = st.builds(lambda *parts: ".".join(parts), labels, labels, st.just("example"))
hosts = st.one_of(host_names, st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str))
users = st.from_regex(r"[A-Za-z0-9+*#._-]{1,12}", fullmatch=True)
# Everything that has a meaning in a register line or in a file of Asterisk, and some that has none.
secrets = st.text(st.sampled_from("aZ09:/?@~;\"\\()[]#=>,!$ {}<>'-é"), min_size=1, max_size=12)
hashes = st.from_regex(r"[0-9a-f]{32}", fullmatch=True)
section_names = st.from_regex(r"[A-Za-z0-9.-]{1,12}", fullmatch=True)
lines = st.text(st.sampled_from('abc ;-[]"\\#é'), min_size=1, max_size=30)
contexts = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)
numbers = st.from_regex(r"[0-9+*#]{1,12}|_[0-9XNZ+]{1,8}[.!]?|_\[1-3\]X{1,3}", fullmatch=True)
targets = st.builds("{},{},{}".format, contexts, users, st.integers(1, 99))


keys = st.sampled_from(
    [
        "name",
        "provider",
        "host",
        "registration",
        "user",
        "secret",
        "inbound",
        "trust",
        "numbers",
        "options",
        "x",
    ]
)


def nested(kind: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(kind) | st.dictionaries(keys | st.text(), kind)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=fields)


trunk = st.fixed_dictionaries(
    {
        "name": names,
        "provider": st.fixed_dictionaries(
            {"host": hosts},
            optional={
                "port": st.integers(1, 65535),
                "transport": st.sampled_from(["udp", "tcp", "tls"]),
                "outbound_proxy": st.builds("{}:{}".format, host_names, st.integers(1, 65535)),
            },
        ),
    },
    optional={
        "description": lines,
        "enabled": st.booleans(),
        "registration": st.one_of(
            *(
                st.fixed_dictionaries(
                    {"user": users, **secret},
                    optional={
                        "domain": hosts,
                        "auth_user": st.from_regex(r"[A-Za-z0-9@.]{1,12}", fullmatch=True),
                        "contact": users,
                        "expiry": st.integers(20, 86400),
                        "retry_interval": st.just(30),
                    },
                )
                for secret in ({"secret": secrets}, {"secret_md5": hashes})
            )
        ),
        "inbound": some(
            trust=st.lists(hosts, max_size=3),
            permit=st.lists(
                st.sampled_from(["192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32"]), max_size=2
            ),
            trust_identity=st.booleans(),
            context=contexts,
            numbers=st.dictionaries(numbers, targets.map(lambda target: {"goto": target}), max_size=3),
        ),
        "outbound": st.one_of(
            some(
                from_user=users,
                from_caller=st.booleans(),
                from_domain=host_names,
                context=contexts,
                max_channels=st.integers(1, 30),
                caller_id=st.from_regex(r"\\+?[0-9]{1,12}", fullmatch=True),
                identity_header=st.sampled_from(["none", "rpid", "pai"]),
                user_phone=st.booleans(),
            ),
            st.fixed_dictionaries({"auth": st.just("none")}, optional={"from_user": users}),
            st.fixed_dictionaries({"auth": st.just("own"), "user": users, "secret": secrets}),
            st.fixed_dictionaries({"auth": st.just("own"), "user": users, "secret_md5": hashes}),
        ),
        "media": some(
            codecs=st.lists(st.sampled_from(["alaw", "ulaw", "g722", "opus"]), min_size=1, unique=True),
            dtmf=st.sampled_from(["rfc4733", "inband", "info", "auto"]),
            direct=st.booleans(),
            srtp=st.sampled_from(["none", "sdes"]),
            t38=st.sampled_from(["none", "udptl", "fec", "redundancy"]),
        ),
        "nat": some(
            keepalive=st.integers(0, 3600),
            keepalive_timeout=st.integers(100, 60000),
            symmetric=st.booleans(),
        ),
        "sections": some(inbound=st.lists(section_names, max_size=2), outbound=section_names),
        "options": some(
            peer=st.dictionaries(
                st.sampled_from(["callerid", "setvar", "rtptimeout", "busylevel", "nat", "secret", "x"]),
                st.one_of(lines, st.booleans(), st.integers(0, 99), st.lists(lines, min_size=1, max_size=2)),
                max_size=3,
            )
        ),
    },
)
often = settings(max_examples=examples(400))


def told_apart(trunk: dict[str, Any]) -> bool:
    """False for an own account that is the registration's: nothing tells it from ``same``."""
    registration, outbound = trunk.get("registration"), trunk.get("outbound", {})
    if not registration or outbound.get("auth") != "own":
        return True
    digest = registration.get("auth_user", registration["user"])
    secrets_of_both = [
        [account.get(key) for key in ("secret", "secret_md5")] for account in (registration, outbound)
    ]
    return (digest, secrets_of_both[0]) != (outbound["user"], secrets_of_both[1])


@often
@given(st.lists(trunk, min_size=1, max_size=3))
def test_rendered_then_read_gives_the_same_trunks(declared: list[dict[str, Any]]) -> None:
    try:
        trunks = load_trunks(declared)
    except InvalidTrunks as invalid:
        event("refused")
        assert invalid.problems
        for problem in invalid.problems:
            assert problem.reason and problem.fix
            for secret in long_secrets(declared):
                assert secret not in str(problem)
        return
    event("rendered")
    providers = [trunk.provider.host.lower() for trunk in trunks]
    assume(len(set(providers)) == len(providers) and all(map(told_apart, declared)))

    effective = load_text(str(chan_sip.render(trunks)), included=True)
    assert effective.loads
    assert effective.notes == ()
    found = chan_sip.read(effective)
    assert found.leftovers == []
    calls = load_text(str(dialplan.render(trunks, chan_sip)), included=True)
    assert calls.loads
    assert calls.notes == ()
    again = load_trunks(dialplan.complete(found.trunks, calls, chan_sip))
    assert again == tuple(trunk for trunk in trunks if trunk.enabled)


@often
@given(trunk)
def test_as_dict_and_back(declared: dict[str, Any]) -> None:
    try:
        (loaded,) = load_trunks([declared])
    except InvalidTrunks:
        return
    as_dict = loaded.to_dict()
    assert load_trunks([as_dict]) == (loaded,)
    assert load_trunks([json.loads(json.dumps(as_dict))]) == (loaded,)
    assert load_trunks([as_dict])[0].to_dict() == as_dict


@often
@given(trunk)
def test_rendering_is_deterministic_and_lossless(declared: dict[str, Any]) -> None:
    try:
        trunks = load_trunks([declared])
    except InvalidTrunks:
        return
    text = str(chan_sip.render(trunks))
    assert text == str(chan_sip.render(load_trunks([declared])))
    assert str(Document.parse(text)) == text


@often
@given(trunk)
def test_secrets_are_in_the_rendered_file_only(declared: dict[str, Any]) -> None:
    # A mark that no other field can have, so that finding it is proof.
    for group in ("registration", "outbound"):
        if "secret" in declared.get(group, {}):
            declared[group]["secret"] += "§ecret§"
    try:
        (loaded,) = load_trunks([declared])
    except InvalidTrunks as invalid:
        assert "§ecret§" not in str(invalid) + repr(invalid.problems)
        return
    found = chan_sip.read(load_text(str(chan_sip.render([loaded])), included=True))
    manifest = expectation.to_json([chan_sip.expectation(loaded)])
    assert expectation.from_json(manifest) == [chan_sip.expectation(loaded)]
    assert "§ecret§" not in repr(loaded) + repr(found) + str(dialplan.render([loaded], chan_sip))
    assert "ecret" not in manifest
    for secret in secrets_of(loaded):
        assert "§ecret§" in secret or secret not in repr(loaded) + repr(found) + manifest


@often
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), nested, max_leaves=20))
def test_anything_at_all_is_loaded_or_refused(data: Any) -> None:
    for given_data in (data, [data]):
        try:
            load_trunks(given_data)
        except InvalidTrunks as invalid:
            assert all(str(problem).isprintable() for problem in invalid.problems)


def long_secrets(declared: list[dict[str, Any]]) -> list[str]:
    """The secrets that are no part of a message by chance."""
    found = [group.get("secret") for one in declared for group in one.values() if isinstance(group, dict)]
    return [secret for secret in found if secret and len(secret) > 8]
