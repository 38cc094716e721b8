# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options the objects of pjsip.conf have, and which values those take: what the rules of both files ask.

What is refused was seen with Asterisk 16 and 22; the documentation lists more values than are enforced.
"""

from __future__ import annotations

import difflib
import re
from typing import Dict, FrozenSet, List, Mapping, NamedTuple, Optional, Tuple

from ..config.text import fold
from ..drivers.option_docs import ANY, Option
from ..drivers.option_table import RELEASES, TABLE
from ..drivers.options import UNREAD, Catalogue, of_release
from ..drivers.shared import NO, YES
from .truths import truth_meant

# Kinds that a file can hold; phoneprov takes any option.
KINDS = tuple(
    kind for kind in TABLE if kind not in ("contact", "phoneprov", "subscription_persistence", "wizard")
)

# Why an object does not have an option.
UNKNOWN, OF_ANOTHER_KIND, OF_SIP_CONF = "unknown", "kind", "sip.conf"

# What stands in sip.conf for what an endpoint, or an object beside it, says otherwise.
_SIP_CONF = {
    "allowoverlap": "allow_overlap",
    "allowsubscribe": "allow_subscribe",
    "allowtransfer": "allow_transfer",
    "authuser": "username in an auth",
    "busylevel": "device_state_busy_at",
    "call-limit": "device_state_busy_at, or GROUP() in the dialplan",
    "callbackextension": "contact_user in a registration",
    "callgroup": "call_group",
    "canreinvite": "direct_media",
    "cid_number": "callerid",
    "defaultuser": "username in an auth, and the user of the aor's contact",
    "directmedia": "direct_media",
    "dtmfmode": "dtmf_mode",
    "encryption": "media_encryption=sdes",
    "externaddr": "external_signaling_address and external_media_address in a transport",
    "externip": "external_signaling_address and external_media_address in a transport",
    "fromdomain": "from_domain",
    "fromuser": "from_user",
    "host": "contact=sip:... in an aor, and match in an identify",
    "insecure": "identify_by=ip, and an identify with the provider's addresses",
    "localnet": "local_net in a transport",
    "mailbox": "mailboxes",
    "md5secret": "md5_cred in an auth",
    "mohsuggest": "moh_suggest",
    "nat": "force_rport, rewrite_contact and rtp_symmetric",
    "outboundproxy": "outbound_proxy=sip:...\\;lr",
    "pickupgroup": "pickup_group",
    "port": "the port in the aor's contact",
    "progressinband": "inband_progress",
    "qualify": "qualify_frequency in an aor",
    "qualifyfreq": "qualify_frequency in an aor",
    "register": "a registration",
    "remotesecret": "password in an auth, which outbound_auth names",
    "rtpholdtimeout": "rtp_timeout_hold",
    "rtpkeepalive": "rtp_keepalive",
    "rtptimeout": "rtp_timeout",
    "secret": "password in an auth",
    "sendrpid": "send_rpid or send_pai",
    "session-expires": "timers_sess_expires",
    "session-minse": "timers_min_se",
    "session-timers": "timers",
    "setvar": "set_var",
    "subscribecontext": "subscribe_context",
    "t38pt_udptl": "t38_udptl",
    "trustrpid": "trust_id_inbound",
    "useragent": "user_agent in the global object",
    "usereqphone": "user_eq_phone",
    "videosupport": "allow with a video codec",
    "vmexten": "voicemail_extension",
}

# Documented, but any other word is taken.
_NOT_ENFORCED = {"dtls_fingerprint", "dtls_setup", "event"}
# Words of ast_true() and ast_false() are taken, too; of any case, as the others are.
_OR_TRUTH = {"100rel", "timers"}
_OR_NUMBER = {"callerid_privacy"}
_CASE_COUNTS = {"t38_udptl_ec", "incoming_call_offer_pref", "outgoing_call_offer_pref"}
_LISTS = {
    "identify_by",
    "supported_algorithms_uac",
    "supported_algorithms_uas",
    "default_auth_algorithms_uac",
    "default_auth_algorithms_uas",
}
_OR_EMPTY = {"method", *_LISTS}
# What sip.conf, or another option, calls it.
_MEANT = {
    ("dtmf_mode", "rfc2833"): "rfc4733",
    ("dtmf_mode", "shortinfo"): "info",
    ("media_encryption", "yes"): "sdes",
    ("media_encryption", "srtp"): "sdes",
    ("timers", "accept"): "yes",
    ("timers", "originate"): "always",
    ("timers", "refuse"): "no",
    ("auth_type", "digest"): "userpass",
}

# Numbers that are read by sscanf(), which passes over what follows the digits; tos has names, too.
_LOOSE = {"dtls_rekey", "tos", "tos_audio", "tos_video"}
_SIGNED = {
    "mwi_tps_queue_low",
    "tcp_keepalive_idle_time",
    "tcp_keepalive_interval_time",
    "tcp_keepalive_probe_count",
}
_FRACTIONS = {"qualify_timeout"}
_AT_LEAST = {"expiration": 1, "websocket_write_timeout": 1, "timers_min_se": 90, "timers_sess_expires": 90}
_LARGEST = 2**32 - 1
_LOOSE_NUMBER = re.compile(r"[+-]?[0-9]")
_DEFAULT_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_INTEGER = re.compile(r"[+-]?(?:0[xX][0-9A-Fa-f]{1,16}|[0-9]{1,20})")
_FRACTION = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]*)?|0[xX][0-9A-Fa-f]{1,16}")

# Either yes or no, or the name of something.
_NO_TRUTHS = {"debug", "cos", "tos", "stir_shaken"}
_TRUTHS = {"yes", "no", "true", "false"}
# Suggestions are dear; a file with more wrong names has another trouble.
SUGGESTIONS = 200


class Stranger(NamedTuple):
    """An option that an object does not have. near: the one that may be meant"""

    reason: str
    why: str
    near: str = ""
    fix: str = ""


def _options(kind: str) -> Dict[str, List[Option]]:
    found: Dict[str, List[Option]] = {}
    for release in RELEASES:
        for name, option in of_release(release).known(kind).items():
            found.setdefault(fold(name), []).append(option)
    return found


def is_choice(option: Option) -> bool:
    return bool(option.values) and option.name not in _NOT_ENFORCED


def is_truth(option: Option) -> bool:
    return not option.values and fold(option.really or "") in _TRUTHS and option.name not in _NO_TRUTHS


def is_number(option: Option) -> bool:
    default = _DEFAULT_NUMBER.fullmatch(option.really or option.default or "")
    return bool(default) and not option.values and option.name not in _LOOSE


_OF_KINDS = {kind: _options(kind) for kind in KINDS}
CHOICES, TRUTHS, NUMBERS = (
    tuple(sorted({key for of in _OF_KINDS.values() for key, rows in of.items() if any(map(is_one, rows))}))
    for is_one in (is_choice, is_truth, is_number)
)


class Vocabulary:
    """The options of one Asterisk, each looked up once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._names: Dict[str, FrozenSet[str]] = {}
        self._options: Dict[Tuple[str, str], Optional[Option]] = {}
        self._strangers: Dict[Tuple[str, str], Stranger] = {}

    def names(self, kind: str) -> FrozenSet[str]:
        """The options of a kind, in lower case."""
        if kind not in self._names:
            self._names[kind] = frozenset(map(fold, self.catalogue.known(kind)))
        return self._names[kind]

    def knows(self, kind: str, key: str) -> bool:
        """key: in lower case"""
        return (
            key in self.names(kind)
            or key.startswith(UNREAD)
            or (f"event_{ANY}" in self.names(kind) and key.startswith("event_"))
        )

    def option(self, kind: str, key: str) -> Optional[Option]:
        """key: in lower case"""
        if (kind, key) not in self._options:
            self._options[kind, key] = self.catalogue.find(kind, key)
        return self._options[kind, key]

    def stranger(self, kind: str, key: str) -> Stranger:
        """What is to be said of an option that is not known; key: in lower case."""
        if (kind, key) not in self._strangers:
            self._strangers[kind, key] = self._look_up(kind, key)
        return self._strangers[kind, key]

    def _look_up(self, kind: str, key: str) -> Stranger:
        version = self.catalogue.version
        lacks = f"{f'Asterisk {version}' if version else 'this Asterisk'} has no option {key} in {kind}"
        having = [release for release in RELEASES if of_release(release).find(kind, key)]
        if having:
            why = f"{lacks}, and makes nothing of the whole object; Asterisk {having[-1]} has it"
            return Stranger(
                UNKNOWN, why, fix="remove it, or name the Asterisk that reads the file with --asterisk"
            )
        others = [other for other in KINDS if other != kind and key in self.names(other)]
        if others:
            why = f"{lacks}, and makes nothing of the whole object; it is an option of {', '.join(others)}"
            return Stranger(OF_ANOTHER_KIND, why)
        if key in _SIP_CONF:
            why = f"{key} is an option of sip.conf; of an object that has it, chan_pjsip makes nothing at all"
            instead = _SIP_CONF[key]
            near = instead if instead in self.names(kind) else ""
            return Stranger(OF_SIP_CONF, why, near, f"write {instead} instead")
        near = self.near(kind, key)
        meant = f"; did you mean {near}?" if near else ""
        return Stranger(UNKNOWN, f"{lacks}, and makes nothing of the whole object{meant}", near)

    def near(self, kind: str, key: str) -> str:
        """A name that looks like it, or nothing."""
        if len(key) > 50 or len(self._strangers) > SUGGESTIONS:
            return ""
        whole = [name for name in self.names(kind) if ANY not in name]
        return next(iter(difflib.get_close_matches(key.replace("-", "_"), sorted(whole), 1, 0.7)), "")

    # Values. Each says why Asterisk does not take one, and what may be meant; None: it does.

    def wrong_choice(self, kind: str, key: str, value: str) -> Optional[Tuple[str, str]]:
        option = self.option(kind, key)
        if option is None or not is_choice(option) or (not value and key in _OR_EMPTY):
            return None
        allowed = option.values if key in _CASE_COUNTS else tuple(map(fold, option.values))
        for word in value.split(",") if key in _LISTS else [value]:
            if key in _LISTS:
                word = word.strip()
            spelled = word if key in _CASE_COUNTS else fold(word)
            if spelled in allowed or _is_taken_besides(key, spelled):
                continue
            return f"{key} takes {', '.join(option.values)}, and nothing else", self._meant(key, word, option)
        return None

    def _meant(self, key: str, word: str, option: Option) -> str:
        known = _MEANT.get((key, fold(word)), "")
        if known:
            return known if known in option.values else ""
        return next(iter(difflib.get_close_matches(fold(word[:50]), option.values, 1, 0.7)), "")

    def wrong_truth(self, kind: str, key: str, value: str) -> Optional[str]:
        """What Asterisk reads as no: the word that is rather meant, or "" where that is not clear."""
        option = self.option(kind, key)
        return truth_meant(value) if option and is_truth(option) else None

    def wrong_number(self, kind: str, key: str, value: str) -> Optional[str]:
        option = self.option(kind, key)
        if option is None or not is_number(option):
            return None
        if key in _FRACTIONS:
            return None if _FRACTION.fullmatch(value) else f"{key} takes a number"
        if not _INTEGER.fullmatch(value):
            return f"{key} takes a whole number"
        number = int(value, 16) if "x" in fold(value) else int(value)
        if number < 0 and key not in _SIGNED:
            return f"{key} takes no number below 0"
        if number > _LARGEST:
            return f"{key} takes no number above {_LARGEST}"
        least = _AT_LEAST.get(key, number)
        return f"{key} takes no number below {least}" if number < least else None


def _is_taken_besides(key: str, word: str) -> bool:
    return (key in _OR_TRUTH and (word in YES or word in NO)) or (
        key in _OR_NUMBER and bool(_LOOSE_NUMBER.match(word))
    )


# Credentials.

_DIGEST = re.compile(r"[0-9A-Fa-f]{32}")


def wrong_auth(options: Mapping[str, str], can_digest: bool) -> str:
    """Why nobody can authenticate with an auth of these options; "" when they are enough.

    can_digest: the Asterisk has password_digest, and then minds what is there, not what auth_type says
    """
    kind = fold(options.get("auth_type", ""))
    if kind == "google_oauth":
        return ""
    cred = options.get("md5_cred", "")
    if cred and len(cred.encode("utf-8", "replace")) != 32 and (can_digest or kind == "md5"):
        return "md5_cred is no MD5 sum, which has 32 digits"
    if can_digest:
        there = any(options.get(key) for key in ("password", "md5_cred", "password_digest"))
    else:
        there = bool(cred if kind == "md5" else options.get("password"))
    return "" if there else f"there is no {'md5_cred' if kind == 'md5' and not can_digest else 'password'}"
