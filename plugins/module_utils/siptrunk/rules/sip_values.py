# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of sip.conf that are one of a few words, or a number, as chan_sip of Asterisk 16 takes them."""

from __future__ import annotations

import re
from typing import Mapping, NamedTuple, Optional, Tuple

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers.shared import NO, YES
from .rule import ERROR, SECURITY, WARNING, Edit, Rulebook, Spot, Spots
from .sip_vocabulary import PEER
from .sip_words import IN_GENERAL, IN_PEERS, near
from .truths import MEANS_NO, truth_edit, truth_meant
from .views import ACCOUNT, GENERAL, SipConf, said

book = Rulebook("sip.conf")

BOTH = (ACCOUNT, GENERAL)
PHONE = "[phone]\ntype=friend\nhost=dynamic\ncontext=from-provider\n"
# fmt: off
_BOOLEANS = (
    "allowsubscribe", "allowtransfer", "autoframing", "avpf", "buggymwi", "callcounter",
    "discard_remote_hold_retrieval", "dtlsautogeneratecert", "dtlsenable", "force_avp", "g726nonstandard",
    "hasvoicemail", "icesupport", "ignore_requested_pref", "ignoresdpversion", "preferred_codec_only",
    "promiscredir", "rfc2833compensate", "rpid_immediate", "rpid_update", "rtcp_mux", "snom_aoc_enabled",
    "subscribemwi", "supportpath", "t38pt_usertpsource", "textsupport", "trustrpid", "use_q850_reason",
    "useclientcode", "usereqphone", "accept_outofcall_message", "allowexternaldomains", "allowguest",
    "alwaysauthreject", "auth_message_requests", "auth_options_requests", "authfailureevents", "autodomain",
    "compactheaders", "directrtpsetup", "domainsasrealm", "dumphistory", "dynamic_exclude_static",
    "dynamic_excludes_static", "ignoreregexpire", "jbenable", "jbforce", "jblog", "jbsyncvideo",
    "legacy_useroption_parsing", "match_auth_username", "matchexternaddrlocally", "matchexterniplocally",
    "notifyhold", "pedantic", "prematuremedia", "recordhistory", "refer_addheaders", "regextenonqualify",
    "register_retry_403", "relaxdtmf", "rtcachefriends", "rtsavepath", "rtsavesysname", "rtupdate",
    "send_diversion", "sipdebug", "srvlookup", "sslenable", "storesipcause", "tlsdisablev1", "tlsdisablev11",
    "tlsdisablev12", "tlsdontverifyserver", "tlsenable", "tlsservercipherorder", "websocket_enabled",
)
# fmt: on


@book.option(
    BOTH,
    *_BOOLEANS,
    id="SIP036",
    severity=WARNING,
    title="neither yes nor no",
    why="chan_sip takes every word for no that is not yes, true, y, t, 1 or on, without a word in the log",
    fix="write yes or no",
    bad=PEER + "trustrpid=enabled\n",
    good=PEER + "trustrpid=yes\n",
    effect="the option is off",
)
def boolean(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    meant = truth_meant(entry.value)
    read = IN_GENERAL if section is sip.general else IN_PEERS
    if entry.value and meant is not None and fold(entry.key) in read:
        yield Spot(entry, part=entry.value, edit=truth_edit(meant))


@book.option(
    GENERAL,
    "tcpenable",
    id="SIP074",
    severity=WARNING,
    title="tcpenable is neither yes nor no",
    why="chan_sip takes every word for yes here that is not no, false, n, f, 0 or off",
    fix="write yes or no",
    bad="[general]\ntcpenable=disabled\n",
    good="[general]\ntcpenable=no\n",
    effect="Asterisk listens on TCP",
)
def tcp_is_on(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    word = fold(entry.value)
    if word not in YES and word not in NO and truth_meant(word) != "yes":
        yield Spot(entry, part=entry.value)


@book.option(
    ACCOUNT,
    "encryption",
    id="SIP037",
    severity=SECURITY,
    title="encryption is neither yes nor no",
    why="chan_sip takes every word for no that is not yes, so the calls are not encrypted",
    fix="write encryption=yes",
    bad=PEER + "encryption=sdes\n",
    good=PEER + "encryption=yes\n",
    effect="encryption is off",
)
def encryption(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    if entry.value and truth_meant(entry.value) is not None:
        yield Spot(entry, part=entry.value, edit=truth_edit("yes"))


@book.option(
    BOTH,
    "sendrpid",
    id="SIP038",
    severity=WARNING,
    title="unknown word for sendrpid",
    why="chan_sip takes it for no: the caller's number is sent in no header but From",
    fix="write pai or rpid; for both, on two lines",
    bad=PEER + "sendrpid=rpid,pai\n",
    good=PEER + "sendrpid=rpid\nsendrpid=pai\n",
    effect="sendrpid is off",
)
def identity_header(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    word = fold(entry.value)
    if word and word not in ("pai", "rpid") and word not in YES and word not in NO and word not in MEANS_NO:
        known = near(word, ("pai", "rpid", "yes", "no"))
        yield Spot(entry, part=entry.value, edit=Edit(value=known, safe=False) if known else None)


class Choice(NamedTuple):
    """The words of an option.

    boolean: also those of yes and no; several: joined by commas; otherwise: what chan_sip makes of other words
    """

    words: Tuple[str, ...]
    boolean: bool = False
    several: bool = False
    otherwise: str = "chan_sip takes it for no"


_KEPT = "chan_sip ignores it, and takes its default"
_CHOICES: Mapping[str, Choice] = {
    "allowoverlap": Choice(("dtmf",), True),
    "amaflags": Choice(("default", "omit", "billing", "documentation"), otherwise=_KEPT),
    "autocreatepeer": Choice(("persist",), True),
    "callingpres": Choice(
        ("allowed_not_screened", "allowed_passed_screen", "allowed_failed_screen", "allowed", "prohib_not_screened")
        + ("prohib_passed_screen", "prohib_failed_screen", "prohib", "unavailable"),
        otherwise="chan_sip takes it for allowed_not_screened",
    ),
    "dtlssetup": Choice(("active", "passive", "actpass"), otherwise=_KEPT),
    "dtlsverify": Choice(("yes", "no", "fingerprint", "certificate"), otherwise=_KEPT),
    "encryption_taglen": Choice(("80", "32"), otherwise="chan_sip takes it for 80"),
    "faxdetect": Choice(("cng", "t38"), True, True),
    "jbimpl": Choice(("fixed", "adaptive"), otherwise="there is no such jitter buffer"),
    "notifycid": Choice(("ignore-context",), True),
    "notifyringing": Choice(("notinuse",), True),
    "progressinband": Choice(("never",), True),
    "session-refresher": Choice(("uac", "uas"), otherwise="chan_sip ignores it, and takes uas or what [general] says"),
    "session-timers": Choice(
        ("accept", "originate", "refuse"), otherwise="chan_sip ignores it, and takes accept or what [general] says"
    ),
    "shrinkcallerid": Choice((), True, otherwise=_KEPT),
    "subscribe_network_change_event": Choice((), True, otherwise=_KEPT),
    "t38pt_udptl": Choice(("fec", "redundancy", "none"), True, True, "chan_sip passes over it"),
    "trust_id_outbound": Choice(("legacy",), True, otherwise="chan_sip takes it for legacy"),
    "videosupport": Choice(("always",), True),
}  # fmt: skip


@book.option(
    BOTH,
    *_CHOICES,
    id="SIP068",
    severity=WARNING,
    title="unknown word for this option",
    why="chan_sip does not know the word",
    fix="write one of its words",
    bad=PEER + "t38pt_udptl=udptl\n",
    good=PEER + "t38pt_udptl=yes,none\n",
    effect="T.38 is off",
)
def choice(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    key = fold(entry.key)
    one = _CHOICES[key]
    if key not in (IN_GENERAL if section is sip.general else IN_PEERS):
        return
    for part in entry.value.split(",") if one.several else [entry.value]:
        word = fold(part)
        if word in one.words or not word or word in MEANS_NO and one.boolean:
            continue
        if one.boolean and (word in YES or word in NO):
            continue
        if (key == "callingpres" and word.isdigit()) or (
            key == "t38pt_udptl" and word.startswith("maxdatagram=")
        ):
            continue
        known = near(word.strip(), one.words)
        whole = Edit(value=known, safe=False) if known and "," not in entry.value else None
        words = ", ".join([*(["yes", "no"] if one.boolean else []), *one.words])
        yield Spot(
            entry,
            part=part.strip() or part,
            why=one.otherwise,
            fix=f"write one of {words}" + (", without blanks" if one.several else ""),
            edit=whole,
        )


class Range(NamedTuple):
    low: int = 0
    high: int = 2**31 - 1


_NUMBERS: Mapping[str, Range] = {
    **dict.fromkeys(
        ("busylevel", "dtlsrekey", "maxcallbitrate", "qualifygap", "rtpholdtimeout", "rtpkeepalive", "rtptimeout")
        + ("t1min", "timert1", "timerb", "websocket_write_timeout", "jbmaxsize", "jbtargetextra"),
        Range(),
    ),
    **dict.fromkeys(
        ("cc_max_agents", "cc_max_monitors", "cc_offer_timer", "cc_recall_timer", "ccbs_available_timer")
        + ("ccnr_available_timer", "externrefresh", "mwiexpirey", "mwiexpiry", "qualifypeers", "submaxexpirey")
        + ("submaxexpiry", "subminexpirey", "subminexpiry", "tcpauthlimit", "tcpauthtimeout"),
        Range(1),
    ),
    **dict.fromkeys(("session-expires", "session-minse"), Range(90)),
    "jbresyncthreshold": Range(-1),
    "maxforwards": Range(1, 255),
}  # fmt: skip
_LEADING = re.compile(r"[ \t]*([+-]?[0-9]+)[ \t]*([A-Za-z]*)")
_HUGE = 10**12


def leading(value: str) -> Optional[Tuple[int, str]]:
    """The number that sscanf() and atoi() find in front, and what is behind it; None for no number."""
    match = _LEADING.match(value)
    if not match:
        return None
    digits = match[1].lstrip("+-").lstrip("0") or "0"
    size = int(digits) if len(digits) <= 12 else _HUGE
    return (-size if match[1].startswith("-") else size), value[match.end(1) :].strip()


@book.option(
    BOTH,
    *_NUMBERS,
    id="SIP066",
    severity=WARNING,
    title="not a number, or out of range",
    why="Asterisk ignores it, and takes its default, or as much of it as is a number",
    fix="write a number in the range of the option",
    bad=PEER + "maxforwards=300\n",
    good=PEER + "maxforwards=30\n",
    effect="the default is taken",
)
def number(entry: EffectiveEntry, section: EffectiveSection, sip: SipConf) -> Spots:
    key = fold(entry.key)
    if not entry.value or key not in (IN_GENERAL if section is sip.general else IN_PEERS):
        return
    found, allowed = leading(entry.value), _NUMBERS[key]
    if found is None or fold(found[1]) not in ("", "s", "sec", "seconds", "ms"):
        yield Spot(entry, part=entry.value, fix="write a number, without a unit")
    elif not allowed.low <= found[0] <= allowed.high:
        limits = f"{allowed.low} or more" if allowed.high > 10**9 else f"{allowed.low} to {allowed.high}"
        yield Spot(entry, part=entry.value, fix=f"write a number of {limits}")


@book.option(
    ACCOUNT,
    "call-limit",
    id="SIP039",
    severity=SECURITY,
    title="call-limit is no number",
    why="chan_sip takes it for 0, which is no limit at all",
    fix="write the number of calls",
    bad=PEER + "call-limit=two\n",
    good=PEER + "call-limit=2\n",
    effect="the number of calls has no limit",
)
def call_limit(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    found = leading(entry.value)
    if entry.value and (found is None or found[0] < 0):
        yield Spot(entry, part=entry.value)


@book.option(
    ACCOUNT,
    "busylevel",
    id="SIP040",
    severity=WARNING,
    title="busylevel above call-limit",
    why="call-limit refuses the call before the peer counts as busy",
    fix="make busylevel lower than call-limit, or the same",
    bad=PEER + "call-limit=2\nbusylevel=5\n",
    good=PEER + "call-limit=5\nbusylevel=2\n",
    effect="the number of calls cannot reach the busy level",
)
def busy_level(entry: EffectiveEntry, section: EffectiveSection, _sip: SipConf) -> Spots:
    busy, limit = leading(said(section, "busylevel")), leading(said(section, "call-limit"))
    if entry is section.last("busylevel") and busy and limit and busy[0] > limit[0] > 0:
        yield Spot(entry)


@book.option(
    ACCOUNT,
    "md5secret",
    id="SIP025",
    severity=ERROR,
    title="md5secret is no MD5 digest",
    why="chan_sip computes with it as it stands, and no password ever matches",
    fix='write the 32 digits, in lower case, of: printf %s "USER:REALM:PASSWORD" | md5sum',
    bad=PHONE + "md5secret=hush\n",
    good=PHONE + "md5secret=bd022d5a4eee1ea6d2cafe8e45a318d1\n",
    effect="a call with the right password is refused",
)
def md5_secret(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    if entry.value and not re.fullmatch(r"[0-9a-f]{32}", entry.value):
        yield Spot(entry)


@book.option(
    ACCOUNT,
    "setvar",
    id="SIP057",
    severity=WARNING,
    title="setvar is not NAME=value",
    why="chan_sip ignores it without a word in the log",
    fix="write setvar=NAME=value, without blanks around the second =",
    bad=PEER + "setvar=PROVIDER\n",
    good=PEER + "setvar=PROVIDER=1\n",
    effect="the variable is not there",
)
def variable(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    name, equals, _value = entry.value.partition("=")
    if not equals or not name:
        yield Spot(entry)
    elif name != name.strip():
        yield Spot(
            entry, why="the blank becomes a part of the variable's name, and the dialplan finds it empty"
        )
