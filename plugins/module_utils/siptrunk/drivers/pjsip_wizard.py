# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the wizards of pjsip_wizard.conf make for trunks, as pjsip.conf would say it (res/res_pjsip_config_wizard.c)."""

from __future__ import annotations

import re
from typing import Iterator, List, Tuple

from ..config.effective import Effective, EffectiveSection
from ..config.text import fold
from .options import WIZARD
from .shared import YES

MAIN = "pjsip_wizard.conf"
# The options that a wizard passes on, and that are of interest to who looks at the trunk that runs.
_PASSED_ON = {
    "endpoint": ("aors", "context"),
    "registration": ("server_uri", "client_uri", "expiration", "outbound_proxy"),
}

_Object = Tuple[str, str, List[Tuple[str, str]]]


def as_pjsip_conf(wizards: Effective) -> str:
    """The objects of all wizards that have a provider, and not a telephone, at their end."""
    objects = (
        one
        for section in wizards.sections
        if not section.template and any(entry.value == WIZARD for entry in section.values("type"))
        for one in _objects(section)
    )
    return "".join(
        f"[{name}]\ntype={kind}\n{''.join(f'{key}={_escaped(value)}' for key, value in options)}"
        for name, kind, options in objects
    )


def _objects(wizard: EffectiveSection) -> Iterator[_Object]:
    name = wizard.name
    hosts = [host.strip() for host in _said(wizard, "remote_hosts").split(",") if host.strip()]
    if not hosts or fold(_said(wizard, "accepts_registrations")) in YES:
        return
    contacts = [("contact", _filled(wizard, "contact_pattern", "sip:${REMOTE_HOST}", host)) for host in hosts]
    yield name, "aor", contacts
    yield name, "endpoint", [("aors", name), *_passed_on(wizard, "endpoint")]
    matches = [("match", re.sub(r":[0-9]+$", "", host) if host.count(":") == 1 else host) for host in hosts]
    yield f"{name}-identify", "identify", [("endpoint", name), *matches]
    if fold(_said(wizard, "sends_registrations")) in YES:
        for number, host in enumerate(hosts):
            server = _filled(wizard, "server_uri_pattern", "sip:${REMOTE_HOST}", host)
            client = _filled(wizard, "client_uri_pattern", "sip:${USERNAME}@${REMOTE_HOST}", host)
            uris = [("server_uri", server), ("client_uri", client)]
            yield f"{name}-reg-{number}", "registration", [*uris, *_passed_on(wizard, "registration")]


def _said(wizard: EffectiveSection, key: str) -> str:
    entry = wizard.last(key)
    return entry.value if entry else ""


def _filled(wizard: EffectiveSection, key: str, usual: str, host: str) -> str:
    user = _said(wizard, "outbound_auth/username")
    return (_said(wizard, key) or usual).replace("${REMOTE_HOST}", host).replace("${USERNAME}", user)


def _passed_on(wizard: EffectiveSection, kind: str) -> Iterator[Tuple[str, str]]:
    for key in _PASSED_ON[kind]:
        value = _said(wizard, f"{kind}/{key}")
        if value:
            yield key, value


def _escaped(value: str) -> str:
    return value.replace(";", "\\;") + "\n"
