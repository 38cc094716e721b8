# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of sip.conf: what a trunk's fields are called there, and which options there are.

The options of a peer are those of build_peer(), handle_common_options() and handle_t38_options() in
channels/chan_sip.c of Asterisk 16, of ast_rtp_dtls_cfg_parse() and of ast_cc_is_config_param().
"""

from __future__ import annotations

from .. import register_line
from ..secrets import MASK

# Refuse guests, and give callers with a known name no other answer than those with an unknown one.
GENERAL = {"allowguest": "no", "alwaysauthreject": "yes"}
# A transport that [general] does not enable is dropped from a peer, which then uses UDP.
ENABLING = {"tcp": "tcpenable", "tls": "tlsenable"}
DENY_ALL = ("0.0.0.0/0.0.0.0", "::/0")
INSECURE = "port,invite"
DTMF_MODES = {"rfc4733": "rfc2833", "inband": "inband", "info": "info", "auto": "auto"}

# Options that belong to a field of the trunk: raw, they would undo what the trunk promises.
FIELD_OF = {
    "type": "inbound.trust: a trunk is always a peer, never a friend or user that is trusted by name",
    "host": "provider.host and inbound.trust",
    "port": "provider.port",
    "transport": "provider.transport",
    "outboundproxy": "provider.outbound_proxy",
    "context": "inbound.context",
    "insecure": "inbound.trust",
    "permit": "inbound.trust",
    "deny": "inbound.trust",
    "acl": "inbound.trust",
    "secret": "registration.secret or outbound.secret",
    "remotesecret": "registration.secret or outbound.secret",
    "md5secret": "registration.secret or outbound.secret",
    "auth": "registration.secret or outbound.secret",
    "defaultuser": "registration.auth_user or outbound.user",
    "username": "registration.auth_user or outbound.user",
    "fromuser": "outbound.from_user",
    "fromdomain": "outbound.from_domain",
    "callbackextension": "registration.contact",
    "disallow": "media.codecs",
    "allow": "media.codecs",
    "description": "description",
}
# All other options of a peer; any other name is ignored by chan_sip without a word.
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
    "promiscredir", "qualify", "qualifyfreq", "recordofffeature", "recordonfeature", "regexten",
    "rfc2833compensate", "rpid_immediate", "rpid_update", "rtcp_mux", "rtp_engine", "rtpholdtimeout",
    "rtpkeepalive", "rtptimeout", "sendrpid", "session-expires", "session-minse", "session-refresher",
    "session-timers", "setvar", "snom_aoc_enabled", "subscribecontext", "subscribemwi", "supportpath",
    "t38pt_udptl", "t38pt_usertpsource", "textsupport", "timerb", "timert1", "tonezone", "trunkname",
    "trust_id_outbound", "trustrpid", "unsolicited_mailbox", "use_q850_reason", "useclientcode",
    "usereqphone", "videosupport", "vmexten",
})
# fmt: on
SECRETS = frozenset({"secret", "remotesecret", "md5secret", "auth"})


def shown(key: str, value: str) -> str:
    """A value for people. What is no option of a peer may be a mistyped secret."""
    if key == "register":
        return register_line.masked(value)
    harmless = key in RAW or key in FIELD_OF or key in GENERAL
    return value if harmless and key not in SECRETS else MASK
