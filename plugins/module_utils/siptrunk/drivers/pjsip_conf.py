# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of pjsip.conf: what a trunk's fields are called there, and which options belong to them.

Source: res/res_pjsip/pjsip_configuration.c and res/res_pjsip_outbound_registration.c of Asterisk 16 and 22.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Tuple

from ..config.text import fold
from ..secrets import MASK
from .shared import YES

# The kinds of objects that make a trunk, in the order in which they are written.
KINDS = ("registration", "auth", "aor", "endpoint", "identify")

# Of an option with @ in front, chan_pjsip makes nothing (sorcery_extended_config_handler() in main/sorcery.c).
TRUNK = "@trunk"
DESCRIPTION = "@description"
# But a registration that has another one is begun anew by a reload, and one whose account alone has changed is not.
FINGERPRINT = "@secret_fingerprint"


@dataclass(frozen=True)
class Choice:
    """Options of an endpoint that together say what one field of the trunk says.

    spellings: for each value of the field, all of those options
    """

    field: str
    spellings: Mapping[Any, Mapping[str, str]]

    @property
    def keys(self) -> Tuple[str, ...]:
        return tuple(next(iter(self.spellings.values())))

    def nearest(self, options: Mapping[str, str]) -> Tuple[Any, Dict[str, str]]:
        """The value that says most of the options, and those of them that it does not say."""
        rest = {
            value: {key: option for key, option in options.items() if spelling[key] != option}
            for value, spelling in self.spellings.items()
        }
        best = min(rest, key=lambda value: len(rest[value]))
        return best, rest[best]


def _yes_or_no(field: str, *keys: str) -> Choice:
    return Choice(field, {True: dict.fromkeys(keys, "yes"), False: dict.fromkeys(keys, "no")})


CHOICES = (
    # chan_sip's force_rport is rewrite_contact, too: it sends requests to where the last packet came from.
    _yes_or_no("nat.symmetric", "force_rport", "rewrite_contact", "rtp_symmetric"),
    Choice("media.dtmf", {mode: {"dtmf_mode": mode} for mode in ("rfc4733", "inband", "info", "auto")}),
    _yes_or_no("media.direct", "direct_media"),
    Choice("media.srtp", {"none": {"media_encryption": "no"}, "sdes": {"media_encryption": "sdes"}}),
    Choice(
        "media.t38",
        {
            "none": {"t38_udptl": "no", "t38_udptl_ec": "none"},
            "udptl": {"t38_udptl": "yes", "t38_udptl_ec": "none"},
            "fec": {"t38_udptl": "yes", "t38_udptl_ec": "fec"},
            "redundancy": {"t38_udptl": "yes", "t38_udptl_ec": "redundancy"},
        },
    ),
    _yes_or_no("inbound.trust_identity", "trust_id_inbound"),
    Choice(
        "outbound.identity_header",
        {
            "none": {"send_rpid": "no", "send_pai": "no"},
            "rpid": {"send_rpid": "yes", "send_pai": "no"},
            "pai": {"send_rpid": "no", "send_pai": "yes"},
        },
    ),
    _yes_or_no("outbound.user_phone", "user_eq_phone"),
)
CHOICE = {key: choice for choice in CHOICES for key in choice.keys}
# What chan_pjsip takes for an option of those that the endpoint does not have.
DEFAULTS = {
    "force_rport": "yes",
    "rewrite_contact": "no",
    "rtp_symmetric": "no",
    "dtmf_mode": "rfc4733",
    "direct_media": "yes",
    "media_encryption": "no",
    "t38_udptl": "no",
    "t38_udptl_ec": "none",
    "trust_id_inbound": "no",
    "send_rpid": "no",
    "send_pai": "no",
    "user_eq_phone": "no",
}
CONTEXT_DEFAULT = "default"
EXPIRATION_DEFAULT = 3600
QUALIFY_TIMEOUT_DEFAULT = "3.0"

# A registration never gives up: by default chan_pjsip does after ten answers or silences, one 401 or one 403.
NEVER_GIVE_UP = {
    # The largest number that Asterisk 16 and 22 take: 8,000 years of tries every minute.
    "max_retries": "4294967295",
    "auth_rejection_permanent": "no",
}
# Seconds. 403 and the other answers that nobody expects to change soon: not as often as silence, lest the provider
# locks the account. Without the small delay, a deployment would wait for up to 10 s.
PATIENCE = {
    "forbidden_retry_interval": "300",
    "fatal_retry_interval": "300",
    "max_random_initial_delay": "2",
}

_ACCOUNT = "registration.secret or outbound.secret"
_BY_ADDRESS = "inbound.trust: callers are known by their address, and by nothing that they can write"
# Options that belong to a field of the trunk, by kind of object: raw, they would undo what the trunk promises.
FIELD_OF: Dict[str, Dict[str, str]] = {
    "registration": {
        "type": "registration",
        "server_uri": "provider.host, port and transport, or registration.domain",
        "client_uri": "registration.user and registration.domain",
        "contact_user": "registration.contact",
        "expiration": "registration.expiry",
        "retry_interval": "registration.retry_interval",
        "outbound_proxy": "provider.outbound_proxy, or provider.host, port and transport",
        "outbound_auth": _ACCOUNT,
        "max_retries": "registration.retry_interval: a trunk never gives up",
        "auth_rejection_permanent": "registration.retry_interval: a trunk never gives up",
        "line": _BY_ADDRESS,
        "endpoint": _BY_ADDRESS,
    },
    "auth": {
        "type": _ACCOUNT,
        "auth_type": _ACCOUNT,
        "username": "registration.auth_user or outbound.user",
        "password": _ACCOUNT,
        "md5_cred": "registration.secret_md5 or outbound.secret_md5",
        "password_digest": "registration.secret_md5 or outbound.secret_md5",
        "refresh_token": _ACCOUNT,
        "oauth_clientid": _ACCOUNT,
        "oauth_secret": _ACCOUNT,
    },
    "aor": {
        "type": "provider.host",
        "contact": "provider.host, port and transport",
        "max_contacts": "provider.host: a trunk never waits for registrations",
        "qualify_frequency": "nat.keepalive",
        "qualify_timeout": "nat.keepalive_timeout",
        "outbound_proxy": "provider.outbound_proxy",
    },
    "endpoint": {
        "type": "name",
        "aors": "provider.host",
        "auth": "inbound.trust: a trunk that challenges its provider gets no calls",
        "outbound_auth": "outbound.auth",
        "identify_by": _BY_ADDRESS,
        "context": "inbound.context",
        "permit": "inbound.permit",
        "deny": "inbound.permit",
        "acl": "inbound.permit",
        "from_user": "outbound.from_user",
        "from_domain": "outbound.from_domain",
        "outbound_proxy": "provider.outbound_proxy",
        "disallow": "media.codecs",
        "allow": "media.codecs",
        **{key: choice.field for key, choice in CHOICE.items()},
    },
    "identify": {
        "type": _BY_ADDRESS,
        "endpoint": _BY_ADDRESS,
        "match": _BY_ADDRESS,
        "match_header": _BY_ADDRESS,
        "match_request_uri": _BY_ADDRESS,
        "srv_lookups": "provider.port: without it, SRV counts",
    },
}
_PASSWORD_IN_URI = re.compile(r":[^@]*:[^@]*@")
_SECRET = {"password", "md5_cred", "password_digest", "refresh_token", "oauth_secret"}


def shown(kind: str, key: str, value: str) -> str:
    """A value for people. What no field stands for may be a mistyped secret."""
    key = fold(key)
    harmless = FIELD_OF.get(kind, {}).keys() | PATIENCE.keys() | {"transport", DESCRIPTION, TRUNK}
    return value if key in harmless - _SECRET and not _PASSWORD_IN_URI.search(value) else MASK


def shown_in_file(key: str, value: str) -> str:
    """The same where the kind of object is not known."""
    return next((seen for seen in (shown(kind, key, value) for kind in KINDS) if seen != MASK), MASK)


def canonical(key: str, value: str) -> str:
    """The value as it stands in CHOICES: a truth is written yes or no."""
    if DEFAULTS.get(key) in ("yes", "no") and key != "media_encryption":
        return "yes" if fold(value) in YES else "no"
    return value


# What an outbound_proxy needs so that a request goes there, and is otherwise the same.
BY_WAY_OF = ("lr", "hide")
