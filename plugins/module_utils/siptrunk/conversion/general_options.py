# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of [general] that are for all of chan_sip: what becomes of each, and the lines for pjsip.conf.

The settings are those of reload_config() in channels/chan_sip.c, ast_jb_read_conf() and ast_tls_read_conf().
"""

from __future__ import annotations

import re
from typing import Dict, FrozenSet, Iterator, List, Mapping, NamedTuple, Sequence, Tuple

from ..config.document import Document, Section
from ..config.text import fold
from ..drivers.shared import NO, YES
from ..errors import NotRepresentable
from ..uris import DEFAULT_PORTS, bracketed
from .account import Fate, changed, left_alone, lost

FOR_ALL = "is a setting for all of SIP, not for a trunk"
NO_SETTING = "chan_sip makes nothing of it in [general]"


class Line(NamedTuple):
    """A line of pjsip.conf, and the settings of [general] that it stands for."""

    section: str
    option: str
    value: str
    settings: FrozenSet[str]

    def __str__(self) -> str:
        return f"[{self.section}] {self.option}={self.value}"


# Settings that one object of pjsip.conf has, too, by its section; the section has the name of its type.
_OBJECTS = {
    "global": {"useragent": "user_agent", "realm": "default_realm", "callerid": "default_from_user"}
    | {"maxforwards": "max_forwards", "regcontext": "regcontext"},
    "system": {"timert1": "timer_t1", "timerb": "timer_b", "compactheaders": "compact_headers"},
}
_BINDS = {
    "udp": ("udpbindaddr", "bindport"),
    "tcp": ("tcpbindaddr", "tcpenable"),
    "tls": ("tlsbindaddr", "tlsenable"),
}
_OF_TRANSPORTS = {"tos_sip": "tos", "cos_sip": "cos"}
_EXTERNAL_PORT = {"tcp": "externtcpport", "tls": "externtlsport"}
_EXTERNAL = ("externaddr", "externhost")
_TLS = {
    "tlscertfile": "cert_file",
    "tlscert": "cert_file",
    "tlsprivatekey": "priv_key_file",
    "tlscafile": "ca_list_file",
    "tlscadir": "ca_list_path",
    "tlscapath": "ca_list_path",
    "tlscipher": "cipher",
}
_METHOD = {"tlsclientmethod", "tlsdisablev1", "tlsdisablev11", "tlsdisablev12"}


def lines(said: Mapping[str, Sequence[str]], protocols: Sequence[str]) -> List[Line]:
    """What pjsip.conf needs besides the trunks, as [general] says it.

    said: all values of each setting, by one name where it has several; protocols: those that the trunks use
    """
    last = {key: values[-1] for key, values in said.items() if values and values[-1]}
    found: List[Line] = []
    for protocol in DEFAULT_PORTS:
        enabled = fold(last.get(f"{protocol}enable", "no")) not in NO
        if protocol in protocols or protocol == "udp" or enabled:
            found += _transport(protocol, last, said)
    for kind, options in _OBJECTS.items():
        own = [Line(kind, options[key], last[key], frozenset({key})) for key in options if key in last]
        found += [Line(kind, "type", kind, frozenset()), *own] if own else []
    return found


def _transport(protocol: str, last: Mapping[str, str], said: Mapping[str, Sequence[str]]) -> Iterator[Line]:
    section = f"transport-{protocol}"
    yield Line(section, "type", "transport", frozenset())
    yield Line(section, "protocol", protocol, frozenset())
    settings = _BINDS[protocol]
    given = next((last[key] for key in settings if key.endswith("bindaddr") and key in last), None)
    host, port = _split(given or _split(last.get("udpbindaddr", "0.0.0.0"))[0])
    port = (last.get("bindport") if protocol == "udp" else None) or port or str(DEFAULT_PORTS[protocol])
    yield Line(section, "bind", f"{host}:{port}", frozenset(settings))
    for key in _EXTERNAL:
        if key in last:
            host, port = _split(last[key])
            yield Line(section, "external_media_address", host.strip("[]"), frozenset({key}))
            yield Line(section, "external_signaling_address", host.strip("[]"), frozenset({key}))
            if port and protocol == "udp":
                yield Line(section, "external_signaling_port", port, frozenset({key}))
    key = _EXTERNAL_PORT.get(protocol, "")
    if key in last:
        yield Line(section, "external_signaling_port", last[key], frozenset({key}))
    for network in said.get("localnet", ()):
        yield Line(section, "local_net", network, frozenset({"localnet"}))
    for key, option in _OF_TRANSPORTS.items():
        if key in last:
            yield Line(section, option, last[key], frozenset({key}))
    if protocol == "tls":
        yield from _tls(section, last)


def _tls(section: str, last: Mapping[str, str]) -> Iterator[Line]:
    for key, option in _TLS.items():
        if key in last:
            yield Line(section, option, last[key], frozenset({key}))
    verify = "no" if fold(last.get("tlsdontverifyserver", "no")) in YES else "yes"
    yield Line(section, "verify_server", verify, frozenset({"tlsdontverifyserver"}))
    # What Asterisk 16 and 22 both can; older ones are broken.
    yield Line(section, "method", "tlsv1_2", frozenset(_METHOD))


def _split(address: str) -> Tuple[str, str]:
    """Host, an IPv6 one in brackets, and port."""
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]+))?", address)
    return (match[1] or "0.0.0.0", match[2] or "") if match else (bracketed(address), "")


def document(found: Sequence[Line]) -> Document:
    """The lines as a part of pjsip.conf; one that it cannot hold is left out."""
    text = Document.new()
    sections: Dict[str, Section] = {}
    for line in found:
        section = sections.get(line.section) or text.add_section(line.section)
        sections[line.section] = section
        try:
            section.add(line.option, line.value)
        except NotRepresentable:
            continue
    return text


def written(key: str, found: Sequence[Line]) -> Fate:
    """The fate of a setting that other objects of pjsip.conf have."""
    own = dict.fromkeys(str(line) for line in found if key in line.settings)
    if own:
        return lost(FOR_ALL, f"write into pjsip.conf, if it is not there: {'; '.join(own)}")
    return left_alone("no trunk uses what it is for")


WRITTEN = frozenset(
    {
        *_TLS,
        *_METHOD,
        *_OF_TRANSPORTS,
        *_EXTERNAL_PORT.values(),
        *_EXTERNAL,
        "localnet",
        "tlsdontverifyserver",
    }
    | {key for keys in _BINDS.values() for key in keys}
    | {key for options in _OBJECTS.values() for key in options}
)

_BY_ADDRESS = "a call is known by its address alone"
_ALWAYS = "chan_pjsip has no switch for it"
_DEVICES = "is for devices that register here, or subscribe"
_NO_OTHER = "chan_pjsip has no setting for it"
_FATES: Dict[str, Fate] = {
    "allowguest": changed(
        "nobody but the trunks' providers is let in", "no endpoint here is named anonymous, so there are no guests"
    ),
    "alwaysauthreject": changed("always", "chan_pjsip answers all strangers alike"),
    "registerattempts": changed("a trunk tries for ever", "otherwise one outage would end it for good"),
    "register_retry_403": changed(
        "after a 403, a trunk tries again every 300 s", "otherwise one mistake of the provider would end it for good"
    ),
    "match_auth_username": changed("never", _BY_ADDRESS),
    "autocreatepeer": changed("never", "it lets everybody in"),
    "insecure": changed("identify_by=ip, and no auth", _BY_ADDRESS),
    "allowexternaldomains": changed("calls may be for any domain", _BY_ADDRESS),
    "autodomain": changed("calls may be for any domain", _BY_ADDRESS),
    "pedantic": changed("always", _ALWAYS),
    "domainsasrealm": changed("never", "no call of a provider is challenged"),
    "auth_options_requests": changed("OPTIONS of a stranger are challenged", "chan_pjsip answers strangers alike"),
    "auth_message_requests": changed("a MESSAGE of a stranger is challenged", "chan_pjsip answers strangers alike"),
    "accept_outofcall_message": changed(
        "a MESSAGE goes to message_context of the endpoint, or to context", "chan_pjsip has no switch for it"
    ),
    "t1min": changed("nothing", _ALWAYS),
    "qualifygap": changed("chan_pjsip spreads the OPTIONS by itself", _ALWAYS),
    "qualifypeers": changed("chan_pjsip spreads the OPTIONS by itself", _ALWAYS),
    "matchexternaddrlocally": changed("local_net of the transport decides", _ALWAYS),
    "matchexterniplocally": changed("local_net of the transport decides", _ALWAYS),
    "externrefresh": changed("never", "chan_pjsip looks the external address up when it starts"),
    "legacy_useroption_parsing": changed("never", "ignore_uri_user_options of [global] does the same"),
    "subscribe_network_change_event": changed("never", _ALWAYS),
    "tcpauthtimeout": changed("nothing", _ALWAYS),
    "tcpauthlimit": changed("nothing", _ALWAYS),
    "domain": lost(
        "chan_pjsip does not choose a context by the domain", "answer the calls in inbound.context of the trunk"
    ),
    "mwi": lost("chan_pjsip does not subscribe to mailboxes", "ask the provider to send MWI without a subscription"),
    "shrinkcallerid": lost(_NO_OTHER, "cut the number in the dialplan"),
    "relaxdtmf": lost(_NO_OTHER, "use rfc4733, not inband"),
    "prematuremedia": lost(_NO_OTHER, "try a call with early media"),
    "directrtpsetup": lost(_NO_OTHER, "media.direct of the trunk is the nearest"),
    "refer_addheaders": lost(_NO_OTHER, "try a transfer"),
    "storesipcause": lost(_NO_OTHER, "use HANGUPCAUSE() in the dialplan"),
    "rtpbindaddr": lost(_NO_OTHER, "write media_address and bind_rtp_to_media_address into options.endpoint"),
    "tos_text": lost("chan_pjsip has no real-time text", "remove it"),
    "cos_text": lost("chan_pjsip has no real-time text", "remove it"),
    **dict.fromkeys(
        ("jbenable", "jbforce", "jbmaxsize", "jbresyncthreshold", "jbimpl", "jbtargetextra", "jblog", "jbsyncvideo"),
        lost("chan_pjsip has no jitter buffer of its own", "set JITTERBUFFER() in the dialplan"),
    ),
    "tlsverifyclient": left_alone("chan_sip does not support it"),
    **dict.fromkeys(
        ("sipdebug", "dumphistory", "recordhistory", "authfailureevents"), left_alone("is for the logs only")
    ),
    **dict.fromkeys(
        ("maxexpiry", "maxexpirey", "minexpiry", "minexpirey", "submaxexpiry", "submaxexpirey", "subminexpiry")
        + ("subminexpirey", "mwiexpiry", "mwiexpirey", "notifyringing", "notifyhold", "notifycid", "notifymimetype")
        + ("regextenonqualify", "dynamic_exclude_static", "dynamic_excludes_static", "contactacl", "contactdeny")
        + ("contactpermit", "rtcachefriends", "rtsavesysname", "rtsavepath", "rtupdate", "rtautoclear")
        + ("ignoreregexpire", "websocket_enabled", "websocket_write_timeout"),
        left_alone(_DEVICES),
    ),
}  # fmt: skip


def fate(key: str, said: Mapping[str, Sequence[str]]) -> Fate:
    """What becomes of a setting that no field or option of a trunk stands for, and no line of pjsip.conf."""
    if key.startswith("jb") and fold(said.get("jbenable", ["no"])[-1]) not in YES:
        return left_alone("jbenable is off")
    return _FATES.get(key) or left_alone(NO_SETTING)


KNOWN = WRITTEN | _FATES.keys()
