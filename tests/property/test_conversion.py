# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of any sip.conf, every option has one account; what it says is so, and no secret is in it."""

from __future__ import annotations

from collections import Counter

from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.config.effective import load_text
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.conversion import general_options
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.conversion.account import (
    CARRIED,
    CHANGED,
    LEFT_ALONE,
    NOT_REPRESENTABLE,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.conversion.convert import convert
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.option_table import RELEASES
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.options import of_release
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.sip_conf import (
    FIELD_OF,
    INHERITED,
    RAW,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.report import conversion as report
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks
from hypothesis import event, given, settings
from hypothesis import strategies as st

from .effort import examples

# Nothing else has it, so that finding it is proof.
SECRET = "xS3cretx"
CATALOGUES = [of_release(release) for release in RELEASES]
HOSTS = ["sip.example.com", "gw.example.org", "192.0.2.7", "2001:db8::5", "[2001:db8::5]", "dynamic"]
# What Asterisk has for each option, and what people write.
VALUES = {
    "type": ["peer", "peer", "friend", "user"],
    "host": HOSTS,
    "allow": ["alaw", "ulaw,h264", "!all,g722", "all", "alow"],
    "disallow": ["all", "gsm"],
    "nat": ["yes", "no", "force_rport", "comedia", "auto_comedia", "never", "force_rport,comedia"],
    "directmedia": ["yes", "no", "nonat", "update", "outgoing", "nonat,outgoing", "x"],
    "dtmfmode": ["rfc2833", "shortinfo", "auto", "x"],
    "sendrpid": ["pai", "rpid", "no", "x"],
    "t38pt_udptl": ["yes,redundancy,maxdatagram=400", "no", "none"],
    "insecure": ["port,invite", "invite", "port", "no", "very"],
    "permit": ["192.0.2.0/24", "0.0.0.0/0", "x"],
    "deny": ["0.0.0.0/0", "::/0", "192.0.2.9"],
    "qualify": ["yes", "no", "500", "x"],
    "transport": ["udp", "tcp", "tls", "udp,tcp", "ws"],
    "outboundproxy": ["proxy.example.com", "tls://proxy.example.com:5061", "192.0.2.99,force", "sip:x"],
    "callbackextension": ["1234", "a/b"],
    "setvar": [f"A={SECRET}", SECRET],
    "callerid": ['"Main" <4321>'],
    "session-timers": ["accept", "refuse", "x"],
    "session-expires": ["900", "10"],
    "session-minse": ["90", "1000"],
    "call-limit": ["3", "x"],
    "md5secret": ["0123456789abcdef" * 2, SECRET],
    "realm": ["example.com", f"u:{SECRET}@example.com"],
    "useragent": ["PBX", f"secret={SECRET}"],
    "trunkname": ["provider-in", "t"],
}  # fmt: skip
ANY = ["yes", "no", "1", "60", "de", "", "192.0.2.1", "a b"]
NAMES = ["provider", "provider-in", "provider-out", "gw", "gw", "sip.example.com", "201", "a b", "anonymous"]
REGISTER = [
    f"43212345:{SECRET}@sip.example.com/1234",
    f"4321@example.com:{SECRET}:auth@sip.example.com~600",
    f'"u":"a:{SECRET}/?"@gw.example.org',
    f"gw?acc:{SECRET}@gw.example.org",
    "gw?acc@gw.example.org/77",
    f"tls://u:{SECRET}@192.0.2.7:5062",
    f"u:{SECRET}@[2001:db8::5]",
    f"u:p?{SECRET}@sip.example.com",
    f"u:p//{SECRET}@sip.example.com",
    f"u/{SECRET}@sip.example.com",
    f"u:5070:{SECRET}:v@sip.example.com",
    f"{SECRET}",
]
ENDS = [[], ["[authentication]", f"auth=u:{SECRET}@realm"], ["[general]", "allow=all", SECRET]]
PEER_KEYS = sorted(RAW | FIELD_OF.keys() | {"secrte", "fancy option"})
GENERAL_KEYS = sorted(
    general_options.KNOWN | INHERITED | RAW | {"registertimeout", "defaultexpiry", "srvlookup"}
)


def option(key: str) -> st.SearchStrategy[str]:
    secrets = ["secret", "remotesecret", "auth", "mwi", "header", "secrte"]
    values = [SECRET] if key in secrets else VALUES.get(key, ANY)
    return st.sampled_from(values).map(lambda value: f"{key}={value}")


def options(keys: list[str], most: int) -> st.SearchStrategy[list[str]]:
    usual = st.sampled_from([key for key in keys if key in VALUES])
    return st.lists((usual | st.sampled_from(keys)).flatmap(option), max_size=most)


@st.composite
def sip_conf(draw: st.DrawFn) -> str:
    text = ["[general]", *draw(options(GENERAL_KEYS, 8))]
    text += [f"register => {line}" for line in draw(st.lists(st.sampled_from(REGISTER), max_size=3))]
    text += ["[tpl](!)", *draw(options(PEER_KEYS, 3))]
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=4)):
        usual = draw(
            st.sampled_from([["type=peer", "host=sip.example.com"], ["type=peer", "host=192.0.2.7"], []])
        )
        text += [
            f"[{name}]{draw(st.sampled_from(['', '(tpl)', '(+)'] if f'[{name}]' in text else ['', '(tpl)']))}"
        ]
        text += [*usual, *draw(options(PEER_KEYS, 6))]
    text += draw(st.sampled_from(ENDS))
    return "\n".join([*text, ""])


@settings(max_examples=examples(600))
@given(sip_conf())
def test_every_option_has_one_account_that_is_so(text: str) -> None:
    effective = load_text(text, "sip.conf")
    assert effective.loads
    converted = convert(effective, CATALOGUES)
    event(f"{len(converted.trunks)} trunks")

    wanted = Counter(
        (entry.path, entry.line, section.name, entry.key)
        for section in effective.sections
        for entry in section.entries
    )
    found = Counter((one.path, one.line, one.section, one.key) for one in converted.accounts if one.key)
    assert found == wanted

    there = {
        (kind, section.name, entry.key)
        for section in converted.document.sections
        for kind in [section.entries[0].value]
        for entry in section.entries
    }
    for account in [*converted.accounts, *converted.remarks]:
        fate = account.fate
        assert set(fate.places) <= there, account
        if fate.outcome == CARRIED:
            assert fate.places, account
        if fate.outcome == CHANGED:
            assert fate.how, account
        if fate.outcome == NOT_REPRESENTABLE:
            assert fate.why and fate.instead, account
        if fate.outcome == LEFT_ALONE:
            assert fate.why and not fate.places, account

    for told in (
        report.as_json(converted, [], ""),
        report.as_text(converted, []),
        repr(converted),
        str(converted.settings),
    ):
        assert SECRET not in told


@settings(max_examples=examples(300))
@given(sip_conf())
def test_what_is_written_is_the_trunks(text: str) -> None:
    converted = convert(load_text(text, "sip.conf"), CATALOGUES)
    found = pjsip.read(load_text(str(converted.document), included=True))
    assert found.leftovers == []
    wanted = load_trunks(converted.trunks, driver=pjsip.NAME)
    again = load_trunks(found.trunks, driver=pjsip.NAME)
    assert [one.name for one in again] == [one.name for one in wanted]
    for one, other in zip(again, wanted):
        assert (one.provider, one.registration) == (other.provider, other.registration)
        assert (one.media, one.nat, one.options.endpoint) == (other.media, other.nat, other.options.endpoint)
        assert (one.inbound.trust, one.inbound.permit) == (other.inbound.trust, other.inbound.permit)
        assert one.credentials == other.credentials
