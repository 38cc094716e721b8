# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a peer that no field of a trunk stands for, in the words of an endpoint.

A bad value takes the whole endpoint with it, so that only those are written that chan_pjsip takes.
"""

from __future__ import annotations

import re
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from ..config.text import fold
from ..drivers.shared import NO, YES
from ..fields import is_address

Spell = Callable[[str], Optional[str]]
# A year; chan_pjsip has room for more.
_LONG = 31536000


class Wording(NamedTuple):
    """spell: the value for the endpoint, None when it cannot have it; how, why: empty when it means the same"""

    option: str
    spell: Spell
    how: str = ""
    why: str = ""


def _text(value: str) -> Optional[str]:
    return value if value.isprintable() else None


def _truth(value: str) -> str:
    # To chan_sip, any other word is no.
    return "yes" if fold(value) in YES else "no"


def _number(low: int, high: int) -> Spell:
    def spell(value: str) -> Optional[str]:
        return value if re.fullmatch("[0-9]{1,9}", value) and low <= int(value) <= high else None

    return spell


def _matching(pattern: str) -> Spell:
    return lambda value: value if re.fullmatch(pattern, value, re.IGNORECASE) else None


def _words(words: Mapping[str, str]) -> Spell:
    return lambda value: words.get(fold(value))


def _variable(value: str) -> Optional[str]:
    return value if re.fullmatch("[^=]+=.*", value) and value.isprintable() else None


def _fax(value: str) -> str:
    return "yes" if fold(value) in YES or {"cng", "t38"} & set(fold(value).split(",")) else "no"


def _address(value: str) -> Optional[str]:
    return value if is_address(value) else None


_TRUTH: Dict[str, str] = {**dict.fromkeys(YES, "yes"), **dict.fromkeys(NO, "no")}
_GROUPS = "[0-9]{1,2}(-[0-9]{1,2})?(,[0-9]{1,2}(-[0-9]{1,2})?)*"
_TOS, _COS = "cs[0-7]|af[1-4][1-3]|ef", "[0-7]"
_PRESENTATIONS = "(allowed|prohib)(_(not|passed|failed)_screen(ed)?)?|unavailable"

WORDINGS: Dict[str, Wording] = {
    "accountcode": Wording("accountcode", _text),
    "allowoverlap": Wording("allow_overlap", _words({**_TRUTH, "dtmf": "no"})),
    "allowsubscribe": Wording("allow_subscribe", _truth),
    "allowtransfer": Wording("allow_transfer", _truth),
    "autoframing": Wording("use_ptime", _truth),
    "avpf": Wording("use_avpf", _truth),
    "busylevel": Wording("device_state_busy_at", _number(0, 1000000)),
    "callerid": Wording("callerid", _text),
    "callgroup": Wording("call_group", _matching(_GROUPS)),
    "callingpres": Wording("callerid_privacy", _matching(_PRESENTATIONS)),
    "cid_tag": Wording("callerid_tag", _text),
    "cos_audio": Wording("cos_audio", _matching(_COS)),
    "cos_video": Wording("cos_video", _matching(_COS)),
    "encryption_taglen": Wording("srtp_tag_32", _words({"32": "yes", "80": "no"})),
    "faxdetect": Wording("fax_detect", _fax, "all faxes", "chan_pjsip does not choose between cng and t38"),
    "force_avp": Wording("force_avp", _truth),
    "g726nonstandard": Wording("g726_non_standard", _truth),
    "icesupport": Wording("ice_support", _truth),
    "language": Wording("language", _text),
    "mailbox": Wording("mailboxes", _text),
    "media_address": Wording("media_address", _address),
    "mohsuggest": Wording("moh_suggest", _text),
    "mwi_from": Wording("mwi_from_user", _text),
    "namedcallgroup": Wording("named_call_group", _text),
    "namedpickupgroup": Wording("named_pickup_group", _text),
    "outofcall_message_context": Wording("message_context", _text),
    "pickupgroup": Wording("pickup_group", _matching(_GROUPS)),
    "preferred_codec_only": Wording("preferred_codec_only", _truth),
    "progressinband": Wording("inband_progress", _truth),
    "promiscredir": Wording("redirect_method", lambda value: "uri_core" if fold(value) in YES else "user"),
    "recordofffeature": Wording("record_off_feature", _text),
    "recordonfeature": Wording("record_on_feature", _text),
    "rpid_immediate": Wording("rpid_immediate", _truth),
    "rpid_update": Wording("send_connected_line", _truth),
    "rtcp_mux": Wording("rtcp_mux", _truth),
    "rtp_engine": Wording("rtp_engine", _text),
    "rtpholdtimeout": Wording("rtp_timeout_hold", _number(0, _LONG)),
    "rtpkeepalive": Wording("rtp_keepalive", _number(0, _LONG)),
    "rtptimeout": Wording("rtp_timeout", _number(0, _LONG)),
    "sdpowner": Wording("sdp_owner", _matching("[!-~]+")),
    "sdpsession": Wording("sdp_session", _text),
    "send_diversion": Wording("send_diversion", _truth),
    "session-expires": Wording("timers_sess_expires", _number(90, _LONG)),
    "session-minse": Wording("timers_min_se", _number(90, _LONG)),
    "session-timers": Wording("timers", _words({"accept": "yes", "originate": "always", "refuse": "no"})),
    "setvar": Wording("set_var", _variable),
    "subscribecontext": Wording("subscribe_context", _text),
    "t38pt_usertpsource": Wording(
        "t38_udptl_nat",
        _truth,
        "t38_udptl_nat, which waits for the far end's UDPTL",
        "chan_pjsip does not take the address of RTP for it",
    ),
    "tonezone": Wording("tone_zone", _text),
    "tos_audio": Wording("tos_audio", _matching(_TOS)),
    "tos_video": Wording("tos_video", _matching(_TOS)),
    "trust_id_outbound": Wording("trust_id_outbound", _words(_TRUTH)),
    "unsolicited_mailbox": Wording("incoming_mwi_mailbox", _text),
    "use_q850_reason": Wording(
        "suppress_q850_reason_headers", lambda value: "no" if fold(value) in YES else "yes"
    ),
    "vmexten": Wording("voicemail_extension", _text),
}

_NEVER_REGISTERS = "a provider never registers here"
# Nothing is written, and nothing is missing: how it is instead, and why.
NOT_NEEDED: Dict[str, Tuple[str, str]] = {
    "callcounter": ("calls are always counted", "chan_pjsip has no switch for it"),
    "contactacl": ("nothing", _NEVER_REGISTERS),
    "contactdeny": ("nothing", _NEVER_REGISTERS),
    "contactpermit": ("nothing", _NEVER_REGISTERS),
    "defaultip": ("nothing", _NEVER_REGISTERS),
    "regexten": ("nothing", _NEVER_REGISTERS),
    "hasvoicemail": ("nothing", "the trunk has a mailbox where it says one"),
    "rfc2833compensate": ("nothing", "it is for Asterisk 1.4 at the far end"),
    "session-refresher": ("both sides agree on who refreshes", "chan_pjsip has no switch for it"),
    "buggymwi": ("nothing", "it is for telephones"),
    "snom_aoc_enabled": ("nothing", "it is for telephones"),
    "useclientcode": ("nothing", "it is for telephones"),
    "videosupport": ("video is offered where allow has a video codec", "chan_pjsip has no switch for it"),
}

_NO_OPTION = "chan_pjsip has no such option"
_CHANNEL = "try options.endpoint.set_var: CHANNEL({})=VALUE, or set it in the dialplan"
_DTLS = "write media_encryption: dtls and the dtls_... options of chan_pjsip into options.endpoint"
_COMPLETION = "chan_pjsip has no call completion that a trunk is configured for; remove it"
# Why it is not carried, and what to do instead.
INSTEAD: Dict[str, Tuple[str, str]] = {
    "amaflags": (_NO_OPTION, _CHANNEL.format("amaflags")),
    "call-limit": (
        "chan_pjsip does not limit calls",
        "the dialplan does: outbound.max_channels of the trunk for calls out, GROUP() for calls in",
    ),
    "cid_number": ("callerid says name and number", 'write callerid: "NAME" <NUMBER> into options.endpoint'),
    "fullname": ("callerid says name and number", 'write callerid: "NAME" <NUMBER> into options.endpoint'),
    **dict.fromkeys(
        ("directmediaacl", "directmediadeny", "directmediapermit"),
        (_NO_OPTION, "media.direct: false lets no media flow past this host"),
    ),
    "disallowed_methods": (_NO_OPTION, "keep the module of the method from being loaded"),
    "discard_remote_hold_retrieval": (_NO_OPTION, "try a call that is held and retrieved"),
    "header": (_NO_OPTION, "add it in the dialplan: Dial() with b(), and there Set(PJSIP_HEADER(add,NAME)=VALUE)"),
    "ignore_requested_pref": (_NO_OPTION, "name the codecs in the wanted order"),
    "ignoresdpversion": (_NO_OPTION, "try a call that is held and retrieved"),
    "keepalive": (_NO_OPTION, "nat.keepalive of the trunk keeps the way open with OPTIONS"),
    "maxcallbitrate": (_NO_OPTION, "choose the video codecs in allow"),
    "maxforwards": ("chan_pjsip has one for all", "write into pjsip.conf: [global] type=global, max_forwards=NUMBER"),
    "mohinterpret": (_NO_OPTION, _CHANNEL.format("musicclass")),
    "parkinglot": (_NO_OPTION, _CHANNEL.format("parkinglot")),
    "subscribemwi": (_NO_OPTION, "a mailbox is told without being asked for"),
    "supportpath": (_NO_OPTION, "write options.registration.support_path: yes"),
    "textsupport": (_NO_OPTION, "real-time text goes where allow has t140, which no field of a trunk has"),
    "timerb": ("chan_pjsip has one for all", "write into pjsip.conf: [system] type=system, timer_b=MILLISECONDS"),
    "timert1": ("chan_pjsip has one for all", "write into pjsip.conf: [system] type=system, timer_t1=MILLISECONDS"),
    **dict.fromkeys(
        ("dtlsautogeneratecert", "dtlscadir", "dtlscafile", "dtlscapath", "dtlscertfile", "dtlscipher")
        + ("dtlsenable", "dtlsfingerprint", "dtlsprivatekey", "dtlsrekey", "dtlssetup", "dtlsverify"),
        ("a trunk has SRTP with keys in the SDP, or none", _DTLS),
    ),
    **dict.fromkeys(
        ("cc_agent_dialstring", "cc_agent_policy", "cc_callback_macro", "cc_callback_sub", "cc_max_agents")
        + ("cc_max_monitors", "cc_monitor_policy", "cc_offer_timer", "cc_recall_timer")
        + ("ccbs_available_timer", "ccnr_available_timer"),
        (_NO_OPTION, _COMPLETION),
    ),
}  # fmt: skip
UNFIT = ("chan_pjsip would drop the endpoint for this value", "write another value into options.endpoint")

# Options above that count for all peers when they stand in [general] (set_peer_defaults(), handle_common_options() and
# handle_t38_options() in channels/chan_sip.c).
ALSO_GENERAL = frozenset({
    "allowoverlap", "allowsubscribe", "allowtransfer", "autoframing", "buggymwi", "callcounter",
    "discard_remote_hold_retrieval", "disallowed_methods", "faxdetect", "g726nonstandard", "icesupport",
    "ignoresdpversion", "keepalive", "language", "maxcallbitrate", "maxforwards", "mohinterpret", "mohsuggest",
    "mwi_from", "outofcall_message_context", "parkinglot", "preferred_codec_only", "progressinband", "promiscredir",
    "recordofffeature", "recordonfeature", "rfc2833compensate", "rpid_immediate", "rpid_update", "rtcp_mux",
    "rtpholdtimeout", "rtpkeepalive", "rtptimeout", "session-expires", "session-minse", "session-refresher",
    "session-timers", "snom_aoc_enabled", "subscribecontext", "supportpath", "t38pt_usertpsource", "textsupport",
    "tonezone", "trust_id_outbound", "use_q850_reason", "useclientcode", "videosupport", "vmexten",
    "dtlsautogeneratecert", "dtlscadir", "dtlscafile", "dtlscapath", "dtlscertfile", "dtlscipher", "dtlsenable",
    "dtlsfingerprint", "dtlsprivatekey", "dtlsrekey", "dtlssetup", "dtlsverify",
})  # fmt: skip
# The same, of options that stand in [general] only.
ONLY_GENERAL = frozenset(
    {"cos_audio", "cos_video", "media_address", "sdpowner", "sdpsession", "send_diversion", "tos_audio"}
    | {"tos_video"}
)


# What a field of the trunk holds some values of only. Each of these says all options of the Choice in question.


def _nat(values: List[str]) -> Dict[str, str]:
    words = set(fold(values[0]).split(","))
    force, comedia = (bool(words & {word, f"auto_{word}"}) for word in ("force_rport", "comedia"))
    rport = _TRUTH["yes" if force else "no"]
    return {"force_rport": rport, "rewrite_contact": rport, "rtp_symmetric": "yes" if comedia else "no"}


def _direct_media(values: List[str]) -> Dict[str, str]:
    words = set(fold(values[0]).split(",")) & {"update", "nonat", "outgoing"}
    if not words:
        return {"direct_media": "no"}
    # Of all its values, yes alone says that the way past NAT may be tried.
    spelled = {"direct_media": "yes", "disable_direct_media_on_nat": "yes"}
    if "update" in words:
        spelled["direct_media_method"] = "update"
    if "outgoing" in words:
        spelled["direct_media_glare_mitigation"] = "outgoing"
    return spelled


def _dtmf(values: List[str]) -> Dict[str, str]:
    return {"dtmf_mode": "info" if fold(values[0]) == "shortinfo" else "rfc4733"}


def _t38(values: List[str]) -> Dict[str, str]:
    mode, _comma, more = fold(values[0]).partition(",")
    size = re.search("maxdatagram=([0-9]{1,5})$", more)
    spelled = {
        "t38_udptl": "no" if mode == "no" else "yes",
        "t38_udptl_ec": mode if mode in ("fec", "redundancy") else "none",
    }
    return {**spelled, "t38_udptl_maxdatagram": size[1]} if size and mode != "no" else spelled


def _identity(values: List[str]) -> Dict[str, str]:
    return {f"send_{header}": "yes" if header in values else "no" for header in ("rpid", "pai")}


CHOSEN: Dict[str, Callable[[List[str]], Dict[str, str]]] = {
    "nat": _nat,
    "directmedia": _direct_media,
    "dtmfmode": _dtmf,
    "t38pt_udptl": _t38,
    "sendrpid": _identity,
    # To chan_sip, a word that is none of its own is no.
    "encryption": lambda values: {"media_encryption": "no"},
    "trustrpid": lambda values: {"trust_id_inbound": "no"},
    "usereqphone": lambda values: {"user_eq_phone": "no"},
}
# How they differ, where they do.
CHOSEN_OTHERWISE: Dict[str, Tuple[str, str]] = {
    "nat": (
        "what is automatic is always on",
        "chan_pjsip does not find out by itself who is behind NAT, and this works with both",
    ),
    "dtmfmode": ("INFO with application/dtmf-relay", "chan_pjsip sends no other; it takes both"),
}
