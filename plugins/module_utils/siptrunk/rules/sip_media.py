# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call of chan_sip of Asterisk 16 carries: codecs, DTMF, the way of the media, NAT, the names in From."""

from __future__ import annotations

import re
from typing import Iterator, List, Optional, Set, Tuple

from ..config.effective import EffectiveEntry, EffectiveSection
from ..config.text import fold
from ..drivers.shared import NO, YES
from ..fields import CODECS
from .rule import ERROR, HINT, WARNING, Edit, Rulebook, Spot, Spots
from .sip_values import BOTH, leading
from .sip_vocabulary import PEER
from .sip_words import near
from .truths import MEANS_NO, truth_meant
from .views import ACCOUNT, GENERAL, SipConf, said

book = Rulebook("sip.conf")

# Those of `allow=all`, and of modules that Debian has not.
# fmt: off
KNOWN_CODECS = frozenset(CODECS) | {
    "amr", "amrwb", "celt", "codec2", "evs", "jpeg", "png", "red", "silk", "slin8", "slin12", "slin24", "slin32",
    "slin44", "slin48", "slin96", "slin192", "t140", "t140red", "t38", "testlaw",
}
# fmt: on
_ALSO_CALLED = {
    "amr-wb": "amrwb",
    "g.711a": "alaw",
    "g.711u": "ulaw",
    "g.722": "g722",
    "g.726": "g726",
    "g.729": "g729",
    "g711a": "alaw",
    "g711alaw": "alaw",
    "g711u": "ulaw",
    "g711ulaw": "ulaw",
    "g723.1": "g723",
    "g729a": "g729",
    "g729ab": "g729",
    "h263+": "h263p",
    "mulaw": "ulaw",
    "pcma": "alaw",
    "pcmu": "ulaw",
}


def _codecs(value: str) -> Iterator[Tuple[str, bool, str]]:
    """Each word of a list as it stands, whether it takes away, and the name in it (without its framing)."""
    for word in re.split("[,|]", value):
        bare = word.strip()
        if bare:
            yield bare, bare.startswith("!"), fold(bare.lstrip("!").partition(":")[0])


@book.section(
    ACCOUNT,
    GENERAL,
    id="SIP030",
    severity=ERROR,
    title="no codec is left",
    why="the lines count in their order, and after this one nothing is allowed: calls are refused with 488",
    fix="write disallow=all first, then allow",
    bad=PEER + "allow=alaw\ndisallow=all\n",
    good=PEER + "disallow=all\nallow=alaw\n",
    effect="a call is refused with 488",
)
def no_codec(section: EffectiveSection, sip: SipConf) -> Spots:
    emptied: Optional[EffectiveEntry] = None
    allowed = False
    for place in sorted((*section.places("allow"), *section.places("disallow"))):
        entry = section.entries[place]
        disallows = fold(entry.key) == "disallow"
        for _word, takes_away, name in _codecs(entry.value):
            if takes_away == disallows:
                emptied, allowed = None, True
            elif name == "all":
                emptied = entry
    # Each peer may have codecs of its own, and a section may go on elsewhere.
    if emptied and (allowed or (section is not sip.general and section.line is not None)):
        yield Spot(emptied, fix="" if allowed else "write allow=alaw or so behind it")


@book.option(
    BOTH,
    "allow",
    "disallow",
    id="SIP069",
    severity=ERROR,
    title="unknown codec",
    why="Asterisk ignores the word, with a warning; when none is left, calls are refused with 488",
    fix="write the names of `core show codecs`, with commas",
    bad=PEER + "disallow=all\nallow=alaw&ulaw\n",
    good=PEER + "disallow=all\nallow=alaw,ulaw\n",
    effect="a call is refused with 488",
)
def unknown_codec(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    for word, _takes_away, name in _codecs(entry.value):
        if name in KNOWN_CODECS or name == "all":
            continue
        pieces = [piece for piece in re.split(r"[\s&;/+]+", name) if piece]
        named = [piece if piece in KNOWN_CODECS else _ALSO_CALLED.get(piece, "") for piece in pieces]
        known = _ALSO_CALLED.get(name) or (",".join(named) if len(named) > 1 and all(named) else _near(name))
        plain = known and not word.startswith("!")
        yield Spot(
            entry,
            part=word,
            fix=f"write {known}" if known else "",
            edit=Edit(value=entry.value.replace(word, known, 1), safe=False) if plain else None,
        )


def _near(name: str) -> str:
    """Another number is another codec."""
    known = near(name, KNOWN_CODECS)
    return known if re.sub("[^0-9]", "", known) == re.sub("[^0-9]", "", name) else ""


_NAT = ("force_rport", "comedia", "auto_force_rport", "auto_comedia")


@book.option(
    BOTH,
    "nat",
    id="SIP033",
    severity=WARNING,
    title="unknown word for nat",
    why="chan_sip passes over it without a word in the log, as if nothing were behind NAT",
    fix="write nat=force_rport,comedia, without blanks",
    bad=PEER + "nat=force_rport, comedia\n",
    good=PEER + "nat=force_rport,comedia\n",
    effect="media goes to the address in the SDP, not to where it comes from",
)
def nat(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    value = fold(entry.value)
    words = value.split(",")
    for word in words:
        if word in NO or word == "yes":
            return
        if word in _NAT or not word or (word in MEANS_NO and len(words) == 1):
            continue
        found = [one for one in re.split(r"[\s,|&/+]+", value) if one]
        named = [near(one, _NAT) or one for one in found]
        if value in YES or truth_meant(value) == "yes":
            named = ["force_rport", "comedia"]
        edit = Edit(value=",".join(named), safe=False) if set(named) <= {*_NAT} else None
        yield Spot(entry, part=word.strip() or entry.value, edit=edit)


@book.option(
    BOTH,
    "nat",
    id="SIP073",
    severity=HINT,
    title="nat=yes is deprecated",
    why="it works, and Asterisk warns of it each time",
    fix="write nat=force_rport,comedia, which is the same",
    bad=PEER + "nat=yes\n",
    good=PEER + "nat=force_rport,comedia\n",
    effect="Asterisk warns",
)
def nat_yes(entry: EffectiveEntry, section: EffectiveSection, _sip: SipConf) -> Spots:
    if fold(entry.value) == "yes":
        # The words of several lines add up, in another way than this one.
        alone = len(section.places("nat")) == 1
        yield Spot(entry, part=entry.value, edit=Edit(value="force_rport,comedia") if alone else None)


_DTMF = ("rfc2833", "inband", "info", "shortinfo", "auto")


@book.option(
    BOTH,
    "dtmfmode",
    id="SIP034",
    severity=WARNING,
    title="unknown word for dtmfmode",
    why="chan_sip takes it for rfc2833, with a warning",
    fix="write rfc2833, info, inband or auto",
    bad=PEER + "dtmfmode=sipinfo\n",
    good=PEER + "dtmfmode=info\n",
    effect="DTMF is sent as rfc2833",
)
def dtmf(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    word = fold(entry.value)
    if not word or word in _DTMF:
        return
    if "4733" in word or "2833" in word:
        # The same by its newer number: RFC 4733 took the place of RFC 2833.
        yield Spot(entry, part=entry.value, fix="write rfc2833", edit=Edit(value="rfc2833"))
        return
    known = "info" if word in ("sipinfo", "sip_info", "sip-info") else near(word, _DTMF)
    yield Spot(entry, part=entry.value, edit=Edit(value=known, safe=False) if known else None)


_DIRECT = ("nonat", "update", "outgoing")


@book.option(
    BOTH,
    "directmedia",
    "canreinvite",
    id="SIP035",
    severity=WARNING,
    title="unknown word for directmedia",
    why="chan_sip passes over it, with a warning; what is left may say the contrary",
    fix="write yes, no, or words of nonat, update and outgoing, without blanks",
    bad=PEER + "directmedia=no,update\n",
    good=PEER + "directmedia=no\n",
    effect="media may go around Asterisk, in spite of the no",
)
def direct_media(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    value = fold(entry.value)
    if value in YES or value in NO or value in MEANS_NO:
        return
    for word in value.split(","):
        if word and word not in _DIRECT:
            words = [one for one in re.split(r"[\s,|&/+]+", value) if one]
            named = [near(one, _DIRECT) or one for one in words]
            edit = Edit(value=",".join(named), safe=False) if set(named) <= {*_DIRECT} else None
            yield Spot(entry, part=word.strip() or entry.value, edit=edit)


@book.option(
    BOTH,
    "fromdomain",
    id="SIP043",
    severity=WARNING,
    title="fromdomain is not a host name",
    why="chan_sip cuts it at its first colon, and the provider finds something else in From",
    fix="write a host name or an IPv4 address, and maybe :PORT",
    bad=PEER + "fromdomain=sip:example.com\n",
    good=PEER + "fromdomain=example.com\n",
    effect="the domain is sip",
)
def from_domain(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    name, colon, behind = entry.value.partition(":")
    place = leading(behind) if colon else (5060, "")
    if entry.value and (re.search(r"[@<>\[\]\s]", name) or not place or place[1] or not 0 < place[0] < 65536):
        bare = re.sub(r"^sips?:", "", entry.value, flags=re.IGNORECASE)
        plain = bare != entry.value and re.fullmatch(r"[A-Za-z0-9._-]+", bare)
        yield Spot(entry, part=entry.value, edit=Edit(value=bare, safe=False) if plain else None)


@book.option(
    ACCOUNT,
    "fromuser",
    id="SIP045",
    severity=WARNING,
    title="fromuser is more than a user",
    why="chan_sip takes all of it for the user in From, with %40 for the @, and providers know no such user",
    fix="write the user into fromuser, and the domain into fromdomain",
    bad=PEER + "fromuser=alice@example.com\n",
    good=PEER + "fromuser=alice\nfromdomain=example.com\n",
    effect="the user in From is alice%40example.com",
)
def from_user(entry: EffectiveEntry, _section: EffectiveSection, _sip: SipConf) -> Spots:
    if re.search(r"[@<>\s]|^sips?:", entry.value, re.IGNORECASE):
        yield Spot(entry)


@book.whole(
    id="SIP071",
    severity=HINT,
    title="nothing keeps the way through NAT open",
    why="this PBX is behind NAT, which forgets the way in between two REGISTERs: calls of the provider do not arrive",
    fix="write qualify=yes",
    bad="[general]\nexternaddr=203.0.113.7\nregister => alice:hush@192.0.2.1/100\n" + PEER,
    good="[general]\nexternaddr=203.0.113.7\nregister => alice:hush@192.0.2.1/100\n" + PEER + "qualify=yes\n",
    effect="the peer is not monitored",
)
def not_kept_open(sip: SipConf) -> Spots:
    if not any(sip.setting(key) for key in ("externaddr", "externip", "externhost")):
        return
    hosts = {fold(one.parsed.line.host) for one in sip.registers if one.parsed.line}
    for section in _registered(sip, hosts):
        # Who says no may have reasons.
        if not any(sip.inherited(section, key) for key in ("qualify", "keepalive")):
            yield Spot(section)


def _registered(sip: SipConf, hosts: Set[str]) -> List[EffectiveSection]:
    return [
        one
        for one in sip.accounts
        if sip.is_loaded(one)
        and fold(said(one, "host")) not in ("", "dynamic")
        and (said(one, "callbackextension") or fold(said(one, "host")) in hosts)
    ]
