# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of sip.conf: which options there are, where each is read, and what else people write.

Those of Asterisk 16: handle_common_options(), handle_t38_options(), build_peer() and reload_config() in
channels/chan_sip.c, ast_rtp_dtls_cfg_parse(), ast_jb_read_conf(), ast_tls_read_conf() and ast_cc_is_config_param().
"""

from __future__ import annotations

from functools import lru_cache
from typing import Dict, FrozenSet, Iterable, Iterator, Mapping, NamedTuple, Optional, Set

from ..config.text import fold
from ..drivers.option_table import TABLE

# fmt: off
# Read in [general], for all peers, and in each peer.
_BOTH = frozenset({
    "allow", "allowoverlap", "allowsubscribe", "allowtransfer", "autoframing", "buggymwi", "callcounter", "callerid",
    "canreinvite", "context", "directmedia", "disallow", "disallowed_methods", "discard_remote_hold_retrieval",
    "dtmfmode", "faxdetect", "fromdomain", "g726nonstandard", "icesupport", "ignoresdpversion", "insecure",
    "keepalive", "language", "maxcallbitrate", "maxforwards", "mohinterpret", "mohsuggest", "mwi_from", "nat",
    "outboundproxy", "outofcall_message_context", "parkinglot", "preferred_codec_only", "progressinband",
    "promiscredir", "qualify", "qualifyfreq", "recordofffeature", "recordonfeature", "rfc2833compensate",
    "rpid_immediate", "rpid_update", "rtcp_mux", "rtpholdtimeout", "rtpkeepalive", "rtptimeout", "sendrpid",
    "session-expires", "session-minse", "session-refresher", "session-timers", "snom_aoc_enabled",
    "subscribecontext", "supportpath", "t38pt_udptl", "t38pt_usertpsource", "textsupport", "timerb", "timert1",
    "tonezone", "transport", "trust_id_outbound", "trustrpid", "use_q850_reason", "useclientcode", "usereqphone",
    "videosupport", "vmexten",
    "contactacl", "contactdeny", "contactpermit",
    "dtlsautogeneratecert", "dtlscadir", "dtlscafile", "dtlscapath", "dtlscertfile", "dtlscipher", "dtlsenable",
    "dtlsfingerprint", "dtlsprivatekey", "dtlsrekey", "dtlssetup", "dtlsverify",
})
_PEERS_ONLY = frozenset({
    "accountcode", "acl", "amaflags", "auth", "avpf", "busylevel", "call-limit", "callbackextension", "callgroup",
    "callingpres", "cid_number", "cid_tag", "defaultip", "defaultuser", "deny", "description", "directmediaacl",
    "directmediadeny", "directmediapermit", "encryption", "encryption_taglen", "force_avp", "fromuser", "fullname",
    "hasvoicemail", "header", "host", "ignore_requested_pref", "mailbox", "md5secret", "namedcallgroup",
    "namedpickupgroup", "permit", "pickupgroup", "port", "regexten", "remotesecret", "rtp_engine", "secret", "setvar",
    "subscribemwi", "trunkname", "type", "unsolicited_mailbox", "username",
    "cc_agent_dialstring", "cc_agent_policy", "cc_callback_macro", "cc_callback_sub", "cc_max_agents",
    "cc_max_monitors", "cc_monitor_policy", "cc_offer_timer", "cc_recall_timer", "ccbs_available_timer",
    "ccnr_available_timer",
})
_GENERAL_ONLY = frozenset({
    "accept_outofcall_message", "allowexternaldomains", "allowguest", "alwaysauthreject", "auth_message_requests",
    "auth_options_requests", "authfailureevents", "autocreatepeer", "autodomain", "bindaddr", "bindport",
    "compactheaders", "cos_audio", "cos_sip", "cos_text", "cos_video", "defaultexpirey", "defaultexpiry",
    "directrtpsetup", "domain", "domainsasrealm", "dumphistory", "dynamic_exclude_static", "dynamic_excludes_static",
    "externaddr", "externhost", "externip", "externrefresh", "externtcpport", "externtlsport", "ignoreregexpire",
    "legacy_useroption_parsing", "localnet", "match_auth_username", "matchexternaddrlocally",
    "matchexterniplocally", "maxexpirey", "maxexpiry", "media_address", "minexpirey", "minexpiry", "mwi", "mwiexpirey",
    "mwiexpiry", "notifycid", "notifyhold", "notifymimetype", "notifyringing", "pedantic", "prematuremedia",
    "qualifygap", "qualifypeers", "realm", "recordhistory", "refer_addheaders", "regcontext", "regextenonqualify",
    "register", "register_retry_403", "registerattempts", "registertimeout", "relaxdtmf", "rtautoclear",
    "rtcachefriends", "rtpbindaddr", "rtsavepath", "rtsavesysname", "rtupdate", "sdpowner", "sdpsession",
    "send_diversion", "shrinkcallerid", "sipdebug", "srvlookup", "storesipcause", "submaxexpirey", "submaxexpiry",
    "subminexpirey", "subminexpiry", "subscribe_network_change_event", "t1min", "tcpauthlimit", "tcpauthtimeout",
    "tcpbindaddr", "tcpenable", "tos_audio", "tos_sip", "tos_text", "tos_video", "udpbindaddr", "useragent",
    "websocket_enabled", "websocket_write_timeout",
    "jbenable", "jbforce", "jbimpl", "jblog", "jbmaxsize", "jbresyncthreshold", "jbsyncvideo", "jbtargetextra",
    "sslbindaddr", "sslcert", "sslcipher", "sslclientmethod", "sslenable", "sslprivatekey", "tlsbindaddr",
    "tlscadir", "tlscafile", "tlscapath", "tlscert", "tlscertfile", "tlscipher", "tlsclientmethod", "tlsdisablev1",
    "tlsdisablev11", "tlsdisablev12", "tlsdontverifyserver", "tlsenable", "tlsprivatekey", "tlsservercipherorder",
    "tlsverifyclient",
})
# fmt: on
IN_PEERS, IN_GENERAL = _BOTH | _PEERS_ONLY, _BOTH | _GENERAL_ONLY
# Other systems write them here for themselves.
_FOREIGN = frozenset({"dial", "secret_origional", "sipdriver"})

# Two names that chan_sip takes for one option: the older, and the one of today.
OLDER = {
    "canreinvite": "directmedia",
    "username": "defaultuser",
    "externip": "externaddr",
    "matchexterniplocally": "matchexternaddrlocally",
    "dynamic_excludes_static": "dynamic_exclude_static",
    "defaultexpirey": "defaultexpiry",
    "maxexpirey": "maxexpiry",
    "minexpirey": "minexpiry",
    "mwiexpirey": "mwiexpiry",
    "submaxexpirey": "submaxexpiry",
    "subminexpirey": "subminexpiry",
}
# What earlier releases read and Asterisk 16 does not, and what to do instead.
REMOVED = {
    "allowexternalinvites": "write allowexternaldomains",
    "callevents": "remove it: the manager has these events always",
    "checkmwi": "remove it: message waiting is sent when it changes",
    "constantssrc": "remove it",
    "incominglimit": "write call-limit",
    "limitonpeer": "write callcounter=yes, or call-limit",
    "limitonpeers": "write callcounter=yes, or call-limit",
    "localmask": "write the mask behind the network, in localnet",
    "musicclass": "write mohinterpret",
    "musiconhold": "write mohinterpret",
    "ospauth": "remove it",
    "outboundproxyport": "write the port behind the host, in outboundproxy",
    "outgoinglimit": "write call-limit",
    "registertrying": "remove it",
    "restrictcid": "write callingpres",
    "rtignoreregexpire": "write ignoreregexpire",
    "srtpcapable": "write encryption",
    "t38pt_rtp": "write t38pt_udptl",
    "t38pt_tcp": "write t38pt_udptl",
    "tos": "write tos_sip, tos_audio and tos_video into [general]",
}
# Options of pjsip.conf that have another name here. Those that differ by their underscores are found without.
_LIKE_PJSIP = {
    "aors": "host",
    "bind": "udpbindaddr",
    "ca_list_file": "tlscafile",
    "cert_file": "tlscertfile",
    "client_uri": "register in [general]",
    "contact": "host and port",
    "contact_user": "callbackextension",
    "device_state_busy_at": "busylevel",
    "expiration": "~SECONDS behind the register line",
    "external_media_address": "externaddr",
    "external_signaling_address": "externaddr",
    "force_rport": "nat=force_rport",
    "inband_progress": "progressinband",
    "local_net": "localnet",
    "mailboxes": "mailbox",
    "match": "host",
    "media_encryption": "encryption=yes",
    "message_context": "outofcall_message_context",
    "outbound_auth": "defaultuser and remotesecret",
    "password": "secret or remotesecret",
    "priv_key_file": "tlsprivatekey",
    "protocol": "transport",
    "qualify_frequency": "qualify=yes and qualifyfreq",
    "qualify_timeout": "qualify, in milliseconds",
    "rewrite_contact": "nat=force_rport,comedia",
    "rtp_symmetric": "nat=comedia",
    "rtp_timeout_hold": "rtpholdtimeout",
    "send_pai": "sendrpid=pai",
    "send_rpid": "sendrpid=rpid",
    "server_uri": "register in [general]",
    "t38_udptl": "t38pt_udptl",
    "timers": "session-timers",
    "timers_min_se": "session-minse",
    "timers_sess_expires": "session-expires",
    "trust_id_inbound": "trustrpid",
    "use_avpf": "avpf",
    "user_eq_phone": "usereqphone",
}
_PJSIP = frozenset(fold(name) for kind in TABLE.values() for name in kind if name.isidentifier())

# What is the matter with a name.
UNKNOWN, OLDER_NAME, GONE, FROM_PJSIP, OF_GENERAL, OF_PEERS = (
    "unknown", "older", "gone", "from pjsip", "of general", "of peers"
)  # fmt: skip


class Strange(NamedTuple):
    """A name that is not what it should be: one of the above, and the name of the option that is meant, or ""."""

    matter: str
    instead: str = ""


@lru_cache(maxsize=4096)
def strange(key: str, general: bool) -> Optional[Strange]:
    """What is the matter with an option, by its name in lower case; None for nothing.

    general: it stands in [general], not in a peer
    """
    here, elsewhere, place = (
        (IN_GENERAL, IN_PEERS, OF_PEERS) if general else (IN_PEERS, IN_GENERAL, OF_GENERAL)
    )
    if key in OLDER and key in here:
        return Strange(OLDER_NAME, OLDER[key])
    if key in here or key in _FOREIGN:
        return None
    if key in elsewhere:
        return Strange(place)
    if key in REMOVED:
        return Strange(GONE)
    if key in _PJSIP:
        same = near(key, here)
        return Strange(FROM_PJSIP, _LIKE_PJSIP.get(key) or (same if _bare(same) == _bare(key) else ""))
    return Strange(UNKNOWN, near(key, here))


def near(word: str, known: Iterable[str]) -> str:
    """The one word that differs by a letter (or two swapped ones), or by its hyphens and underscores; else ""."""
    # A word of this length is no slip of the pen, and would take long.
    if len(word) > 40:
        return ""
    index = _index(frozenset(known))
    same = index.get(_bare(word), set())
    found = {one for one in same if _bare(one) == _bare(word)}
    if not found:
        found = {one for form in _without_one(_bare(word)) for one in index.get(form, ())}
    return found.pop() if len(found) == 1 and len(word) > 2 else ""


@lru_cache(maxsize=64)
def _index(known: FrozenSet[str]) -> Mapping[str, Set[str]]:
    """Each word by itself, and by what is left of it without one of its letters."""
    index: Dict[str, Set[str]] = {}
    for word in known:
        for form in _without_one(_bare(word)):
            index.setdefault(form, set()).add(word)
    return index


def _without_one(word: str) -> Iterator[str]:
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def _bare(word: str) -> str:
    return word.replace("_", "").replace("-", "")
