# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for chan_pjsip's file of any trunks: those of test_chan_sip, with options for its objects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import dialplan, expectation
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.document import Document
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.pjsip_conf import (
    FIELD_OF,
    PATIENCE,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import (
    Trunk,
    load_trunks,
    secrets_of,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.uris import escaped, unescaped
from hypothesis import assume, event, given
from hypothesis import strategies as st

from .test_chan_sip import lines, long_secrets, often, some, told_apart, trunk

truth = st.sampled_from(["yes", "no"])
raw = some(
    endpoint=some(
        language=lines,
        set_var=st.lists(lines, min_size=1, max_size=2),
        force_rport=truth,
        rtp_symmetric=truth,
        t38_udptl_ec=st.sampled_from(["fec", "none"]),
        dtmf_mode=st.sampled_from(["auto_info", "inband"]),
        identify_by=st.just("username"),
    ),
    registration=some(
        forbidden_retry_interval=st.sampled_from([0, 300, 900]),
        max_random_initial_delay=st.sampled_from([0, 2, 10]),
        support_path=st.booleans(),
        transport=st.just("transport-udp"),
    ),
    aor=some(authenticate_qualify=st.booleans()),
    auth=some(realm=lines),
    identify=some(match=st.just("0.0.0.0/0")),
)
declarations = st.lists(
    st.tuples(trunk, raw).map(
        lambda pair: {**pair[0], "options": {**pair[0].get("options", {}), **pair[1]}} if pair[1] else pair[0]
    ),
    min_size=1,
    max_size=3,
)


def load(declared: list[dict[str, Any]]) -> tuple[Trunk, ...]:
    return load_trunks(declared, driver=pjsip.NAME)


def as_read(one: Trunk) -> Trunk:
    """The trunk without what is chan_sip's alone, and without what goes without saying."""
    outbound, account = one.sections.outbound, one.registration
    if account and (account.domain or "").lower() == one.provider.host.lower():
        account = replace(account, domain=None)
    patience = {key: value for key, value in one.options.registration.items() if PATIENCE.get(key) != value}
    return replace(
        one,
        registration=account,
        sections=replace(one.sections, inbound=(), outbound=None if outbound == one.name else outbound),
        options=replace(one.options, peer={}, registration=patience),
    )


@often
@given(declarations)
def test_rendered_then_read_gives_the_same_trunks(declared: list[dict[str, Any]]) -> None:
    try:
        trunks = load(declared)
    except InvalidTrunks as invalid:
        event("refused")
        for problem in invalid.problems:
            assert problem.reason and problem.fix
            assert not any(secret in str(problem) for secret in long_secrets(declared))
        return
    event("rendered")
    assume(all(map(told_apart, declared)))
    effective = load_text(str(pjsip.render(trunks)), included=True)
    assert effective.loads
    assert effective.notes == ()
    found = pjsip.read(effective)
    assert found.leftovers == []
    calls = load_text(str(dialplan.render(trunks, pjsip)), included=True)
    again = load(dialplan.complete(found.trunks, calls, pjsip))
    assert again == tuple(as_read(one) for one in trunks if one.enabled)


@often
@given(declarations)
def test_names_of_a_kind_are_distinct_and_nobody_gets_in_by_name(declared: list[dict[str, Any]]) -> None:
    try:
        trunks = load(declared)
    except InvalidTrunks:
        return
    sections = [(section.name.lower(), dict(section.entries)) for section in pjsip.sections(trunks)]
    names = [(options["type"], name) for name, options in sections]
    assert len(set(names)) == len(names)
    for _name, options in sections:
        if options["type"] == "endpoint":
            assert options["identify_by"] == "ip"
            assert "auth" not in options
        assert "line" not in options


@often
@given(declarations)
def test_rendering_is_deterministic_lossless_and_the_only_place_of_secrets(
    declared: list[dict[str, Any]],
) -> None:
    for one in declared:
        for group in ("registration", "outbound"):
            if "secret" in one.get(group, {}):
                # A mark that no other field can have, so that finding it is proof.
                one[group] = {**one[group], "secret": one[group]["secret"] + "§ecret§"}
    try:
        trunks = load(declared)
    except InvalidTrunks as invalid:
        assert "§ecret§" not in str(invalid) + repr(invalid.problems)
        return
    text = str(pjsip.render(trunks))
    assert text == str(pjsip.render(load(declared)))
    assert str(Document.parse(text)) == text
    expected = [pjsip.expectation(one) for one in trunks]
    manifest = expectation.to_json(expected)
    assert expectation.from_json(manifest) == expected
    found = pjsip.read(load_text(text, included=True))
    public = repr(trunks) + repr(found) + manifest
    assert "ecret§" not in public
    for secret in {secret for one in trunks for secret in secrets_of(one)}:
        assert "§ecret§" in secret or secret not in public


LINKED = {
    "registration": ["server_uri=sip:a.example", "client_uri=sip:u@a.example", "outbound_auth=a"],
    "auth": ["username=u", "password=p"],
    "aor": ["contact=sip:a.example", "qualify_frequency=30"],
    "endpoint": ["aors=a", "outbound_auth=a", "allow=alaw"],
    "identify": ["endpoint=a", "match=a.example"],
    "transport": ["protocol=tcp"],
}
uris = [
    "sip:u@a.example:5070",
    "sip:192.0.2.1\\;transport=tls",
    "sip:[::1]\\;lr",
    "sips:a",
    "x",
    "sip:a,sip:b",
    "",
]
words = ["a", "b", "yes", "no", "0", "30", "1.5", "192.0.2.0/24", "md5", "alaw,!x", "username,ip"]


@st.composite
def written(draw: st.DrawFn) -> str:
    """A pjsip.conf by hand, more or less."""
    text = ""
    for kind in draw(st.lists(st.sampled_from(list(LINKED)), max_size=8)):
        name = draw(st.sampled_from(["a", "a", "a", "b"]))
        keys = st.sampled_from(
            [*sorted(FIELD_OF.get(kind, {}).keys() - {"type"}), "@description", "transport", "x"]
        )
        more = draw(st.lists(st.builds("{}={}".format, keys, st.sampled_from(uris + words)), max_size=3))
        lines = draw(st.permutations([*LINKED[kind], *more]))
        text += "\n".join([f"[{name}]", f"type={kind}", *lines, ""])
    return text


@often
@given(written())
def test_any_file_is_read(text: str) -> None:
    effective = load_text(text)
    found = pjsip.read(effective)
    event(f"{len(found.trunks)} trunks")
    assert len(found.trunks) == len(found.origins)
    for one in found.trunks:
        try:
            load([one])
        except InvalidTrunks as invalid:
            assert invalid.problems


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126)))
def test_escapes_are_taken_back(user: str) -> None:
    assert unescaped(escaped(user)) == user or "%" in user
