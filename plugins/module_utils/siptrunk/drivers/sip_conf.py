# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of sip.conf: what a trunk's fields are called there, and which options there are.

The options of a peer are those of build_peer(), handle_common_options() and handle_t38_options() in
channels/chan_sip.c of Asterisk 16, of ast_rtp_dtls_cfg_parse() and of ast_cc_is_config_param().
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence, Set

from .. import register_line
from ..config.text import fold
from ..secrets import MASK
from .shared import NO, YES

# Refuse guests, and give callers with a known name no other answer than those with an unknown one.
GENERAL = {"allowguest": "no", "alwaysauthreject": "yes"}
# A transport that [general] does not enable is dropped from a peer, which then uses UDP.
ENABLING = {"tcp": "tcpenable", "tls": "tlsenable"}
# Of a provider's certificate, name and signature count.
VERIFYING = {"tlsdontverifyserver": "no"}
# Whose signature counts, and what chan_sip shows of itself.
AUTHORITIES, CERTIFICATE, PRIVATE_KEY = "tlscafile", "tlscertfile", "tlsprivatekey"
ALSO_AUTHORITIES = frozenset({AUTHORITIES, "tlscapath", "tlscadir"})
# chan_sip reads it and makes nothing of it: in a section with a name of its own, it has the usual one.
TRUNKNAME = "trunkname"
# Seconds between two tries to register, of all register lines.
RETRY_INTERVAL = "registertimeout"
INSECURE = "port,invite"
TYPES = ("peer", "user", "friend")
# chan_sip matches a SUBSCRIBE from anywhere to the peer that From names, and a trunk asks for no password: its peers
# let nobody watch what has a hint in their context.
UNWATCHED = {"allowsubscribe": "no"}


# Stands between the values of an option that must be there several times.
SEVERAL = "&"


def _last(own: Sequence[str], inherited: Sequence[str]) -> str:
    return [*inherited, *own][-1]


def _nat(own: Sequence[str], inherited: Sequence[str]) -> str:
    """sip_parse_nat_option(): words of several nat add up, unknown ones change nothing, and automatic wins.

    Of the words for yes it knows only yes itself.
    """
    found: Set[str] = set()
    for value in own or inherited:
        for word in value.split(","):
            if word == "yes" or word in NO:
                found = {"force_rport", "comedia"} if word == "yes" else set()
                break
            found.add(word)
    words = [
        f"auto_{word}" if f"auto_{word}" in found else word
        for word in ("force_rport", "comedia")
        if found & {word, f"auto_{word}"}
    ]
    return ",".join(words) or "no"


def _identity_headers(own: Sequence[str], inherited: Sequence[str]) -> str:
    """Several sendrpid of a section add up; those of [general] count where it has none. Joined by SEVERAL."""
    headers = {"rpid" if value in YES else value for value in own or inherited}
    return SEVERAL.join(sorted(headers & {"pai", "rpid"})) or "no"


def _fax(own: Sequence[str], inherited: Sequence[str]) -> str:
    """The last word of the section, or else of [general], decides; but nothing takes back a size or a yes."""
    words = [word for value in own or inherited for word in value.split(",")]
    modes = ["fec" if word in YES else word for word in words]
    mode = next((mode for mode in reversed(modes) if mode in ("none", "fec", "redundancy")), "no")
    sizes = [
        word for value in (*inherited, *own) for word in value.split(",") if word.startswith("maxdatagram=")
    ]
    return ",".join([mode, *sizes[-1:]])


@dataclass(frozen=True)
class PeerOption:
    """An option of a peer that a field of the trunk stands for.

    spellings: the value of the field for each one of the option; a value is written in the first of its spellings
    default: what chan_sip takes when neither the peer nor [general] has the option
    add_up: what several values, of the peer and of [general], come to
    """

    key: str
    field: str
    spellings: Mapping[str, Any]
    default: str
    add_up: Callable[[Sequence[str], Sequence[str]], str] = _last

    def spell(self, value: Any) -> str:
        return next(text for text, meant in self.spellings.items() if meant == value)


# Source: build_peer(), handle_common_options() and handle_t38_options() in channels/chan_sip.c.
PEER_OPTIONS = (
    PeerOption(
        "nat",
        "nat.symmetric",
        {"force_rport,comedia": True, "no": False, "comedia,force_rport": True, "yes": True},
        "auto_force_rport",
        _nat,
    ),
    PeerOption("directmedia", "media.direct", {**YES, **NO}, "yes"),
    PeerOption(
        "dtmfmode",
        "media.dtmf",
        {"rfc2833": "rfc4733", "inband": "inband", "info": "info", "auto": "auto"},
        "rfc2833",
    ),
    PeerOption("encryption", "media.srtp", {**dict.fromkeys(YES, "sdes"), **dict.fromkeys(NO, "none")}, "no"),
    PeerOption(
        "t38pt_udptl",
        "media.t38",
        {
            "no": "none",
            "yes,none": "udptl",
            "yes,fec": "fec",
            "yes,redundancy": "redundancy",
            "none": "udptl",
            "fec": "fec",
            "redundancy": "redundancy",
            **dict.fromkeys(YES, "fec"),
        },
        "no",
        _fax,
    ),
    PeerOption("trustrpid", "inbound.trust_identity", {**YES, **NO}, "no"),
    PeerOption(
        "sendrpid",
        "outbound.identity_header",
        {**dict.fromkeys(NO, "none"), "rpid": "rpid", "pai": "pai", **dict.fromkeys(YES, "rpid")},
        "no",
        _identity_headers,
    ),
    PeerOption("usereqphone", "outbound.user_phone", {**YES, **NO}, "no"),
)
# Older names that chan_sip still takes for the same option.
ALSO_CALLED = {"canreinvite": "directmedia", "username": "defaultuser"}
QUALIFY_DEFAULT = 2000
QUALIFYFREQ_DEFAULT = 60
# What chan_sip offers when nobody says what (DEFAULT_... in channels/sip/include/sip.h).
CODECS_DEFAULT = ("ulaw", "alaw", "gsm", "h263")
CONTEXT_DEFAULT = "default"

PEER_OPTION = {
    **{option.key: option for option in PEER_OPTIONS},
    **{also: option for also, key in ALSO_CALLED.items() for option in PEER_OPTIONS if option.key == key},
}
# Options of [general] that count for peers which do not say otherwise.
INHERITED = frozenset(
    {
        *PEER_OPTION,
        "context",
        "insecure",
        "qualify",
        "qualifyfreq",
        "allow",
        "disallow",
        "outboundproxy",
        "transport",
        "fromdomain",
    }
)
# Options that belong to a field of the trunk: raw, they would undo what the trunk promises.
FIELD_OF = {
    "type": "inbound.trust: a trunk is always a peer, never a friend or user that is trusted by name",
    "host": "provider.host and inbound.trust",
    "port": "provider.port",
    "transport": "provider.transport",
    "outboundproxy": "provider.outbound_proxy",
    "context": "inbound.context",
    "insecure": "inbound.trust",
    "permit": "inbound.permit",
    "deny": "inbound.permit",
    "acl": "inbound.trust",
    "secret": "registration.secret or outbound.secret",
    "remotesecret": "registration.secret or outbound.secret",
    "md5secret": "registration.secret_md5",
    "auth": "registration.secret or outbound.secret",
    "defaultuser": "registration.auth_user or outbound.user",
    "username": "registration.auth_user or outbound.user",
    "fromuser": "outbound.from_user",
    "fromdomain": "outbound.from_domain",
    "callbackextension": "registration.contact",
    "disallow": "media.codecs",
    "allow": "media.codecs",
    "description": "description",
    TRUNKNAME: "name",
    "qualify": "nat.keepalive and nat.keepalive_timeout",
    "qualifyfreq": "nat.keepalive",
    **{key: option.field for key, option in PEER_OPTION.items()},
}
# What may be given raw, those options included of which a field holds some values only. Any other name is
# ignored by chan_sip without a word.
# fmt: off
RAW = frozenset({
    "accountcode", "allowoverlap", "allowsubscribe", "allowtransfer", "amaflags", "autoframing", "avpf",
    "buggymwi", "busylevel", "call-limit", "callcounter", "callerid", "callgroup", "callingpres",
    "canreinvite", "cc_agent_dialstring", "cc_agent_policy", "cc_callback_macro", "cc_callback_sub",
    "cc_max_agents", "cc_max_monitors", "cc_monitor_policy", "cc_offer_timer", "cc_recall_timer",
    "ccbs_available_timer", "ccnr_available_timer", "cid_number", "cid_tag", "contactacl", "contactdeny",
    "contactpermit", "defaultip", "directmedia", "directmediaacl", "directmediadeny", "directmediapermit",
    "disallowed_methods", "discard_remote_hold_retrieval", "dtlsautogeneratecert", "dtlscadir",
    "dtlscafile", "dtlscapath", "dtlscertfile", "dtlscipher", "dtlsenable", "dtlsfingerprint",
    "dtlsprivatekey", "dtlsrekey", "dtlssetup", "dtlsverify", "dtmfmode", "encryption", "encryption_taglen",
    "faxdetect", "force_avp", "fullname", "g726nonstandard", "hasvoicemail", "header", "icesupport",
    "ignore_requested_pref", "ignoresdpversion", "keepalive", "language", "mailbox", "maxcallbitrate",
    "maxforwards", "mohinterpret", "mohsuggest", "mwi_from", "namedcallgroup", "namedpickupgroup", "nat",
    "outofcall_message_context", "parkinglot", "pickupgroup", "preferred_codec_only", "progressinband",
    "promiscredir", "recordofffeature", "recordonfeature", "regexten",
    "rfc2833compensate", "rpid_immediate", "rpid_update", "rtcp_mux", "rtp_engine", "rtpholdtimeout",
    "rtpkeepalive", "rtptimeout", "sendrpid", "session-expires", "session-minse", "session-refresher",
    "session-timers", "setvar", "snom_aoc_enabled", "subscribecontext", "subscribemwi", "supportpath",
    "t38pt_udptl", "t38pt_usertpsource", "textsupport", "timerb", "timert1", "tonezone",
    "trust_id_outbound", "trustrpid", "unsolicited_mailbox", "use_q850_reason", "useclientcode",
    "usereqphone", "videosupport", "vmexten",
})
# fmt: on
# The last two can hold anything.
_SECRETS = {"secret", "remotesecret", "md5secret", "auth", "setvar", "header"}
_TLS = ALSO_AUTHORITIES | VERIFYING.keys() | {CERTIFICATE, PRIVATE_KEY}
_HARMLESS = (RAW | FIELD_OF.keys() | GENERAL.keys() | _TLS | {*ENABLING.values(), RETRY_INTERVAL}) - _SECRETS


def shown(key: str, value: str) -> str:
    """A value for people. What is no option of a peer may be a mistyped secret."""
    key = fold(key)
    if key == "register":
        return register_line.masked(value)
    return value if key in _HARMLESS else MASK
