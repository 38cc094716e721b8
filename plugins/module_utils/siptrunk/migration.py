# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From chan_sip to chan_pjsip on one PBX: the trunks leave sip.conf, and the dialplan calls their endpoints."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import AbstractSet, Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from . import dialplan, in_place
from .config.document import Document
from .config.effective import load
from .conversion import calls
from .conversion.convert import convert
from .deployment import PlannedFile
from .drivers import chan_sip
from .drivers.chan_sip_peer import CHALLENGED
from .drivers.options import Catalogue
from .drivers.shared import Leftover
from .errors import ConfigError, InvalidTrunks, SipTrunkError
from .files import read_text
from .layouts import IN_SIP_CONF

# What FreePBX, Issabel and Trixbox write.
_GENERATED = frozenset({"sip_additional.conf", "sip_registrations.conf", "sip_general_additional.conf"})
_ENDPOINT = "if it stands for a trunk, chan_pjsip takes PJSIP/NUMBER@ENDPOINT"
_HEADER = "for a call of chan_pjsip, that is PJSIP_HEADER()"
_BY_HAND = {
    r"(?<!PJ)SIP/[^,&)]*@\$\{[^,&)]*": _ENDPOINT,
    r"(?<!PJ)SIP/\$\{[^,&)/]*\}/[^,&)]*": _ENDPOINT,
    r"(?<!PJ)SIP_HEADER\(": _HEADER,
    r"\bSIP(Add|Remove)Header\b": _HEADER,
    r"CHANNEL\(peer(name|ip)\)": "for a call of chan_pjsip, that is CHANNEL(endpoint) or CHANNEL(pjsip,remote_addr)",
}
_FIELDS = frozenset({"type", "protocol", "bind"})


@dataclass(frozen=True)
class Moved:
    """What leaves sip.conf.

    trunks: in the form of ``sip_trunks``, secrets included; leftovers: what no trunk can hold
    files: sip.conf and what it includes, without them
    endpoints: for each section of a trunk, in files by hand or of our own, the endpoint that takes its place
    transports: what [general] says of them, by protocol and option
    stays: words on what looks like a trunk and is none
    """

    trunks: List[Dict[str, Any]] = field(repr=False)
    leftovers: Tuple[Leftover, ...]
    files: Tuple[PlannedFile, ...] = field(repr=False)
    endpoints: Mapping[str, str]
    transports: Mapping[str, Mapping[str, Tuple[str, ...]]]
    stays: Tuple[str, ...] = ()


def take_out(config_dir: str, ours: AbstractSet[str], catalogue: Catalogue) -> Moved:
    """What becomes of sip.conf when chan_pjsip takes over.

    ours: names of trunks that are in files of our own
    catalogue: the options that chan_pjsip knows here
    Raises SipTrunkError when a trunk cannot move.
    """
    place = in_place.trunks_of(chan_sip, config_dir, IN_SIP_CONF)
    converted = convert(load(os.path.join(config_dir, chan_sip.MAIN), config_dir=config_dir), [catalogue])
    # Whoever is challenged and does not register is a telephone or a gateway with a fixed address.
    devices = [
        trunk["name"]
        for trunk in place.trunks
        if not trunk.get("registration")
        and any(leftover.reason == CHALLENGED for leftover in place.leftovers_of([trunk["name"]]))
    ]
    kept = {*ours, *devices}
    problems = [problem for problem in converted.problems if problem.trunk not in kept]
    if problems:
        raise InvalidTrunks(problems)
    by_hand = [trunk["name"] for trunk in place.trunks if trunk["name"] not in kept]
    leftovers = place.leftovers_of(by_hand)
    place.change([], by_hand)
    for path, _old, _new in place.files():
        if os.path.basename(path) in _GENERATED:
            raise ConfigError(
                path, "FreePBX writes this file anew; remove the trunk in its pages, and declare it here"
            )
    return Moved(
        [trunk for trunk in converted.trunks if trunk["name"] not in kept],
        tuple(leftovers),
        tuple(PlannedFile(path, old, new, chan_sip.RELOAD, None) for path, old, new in place.files()),
        converted.endpoints,
        {protocol: options for protocol, options in map(_transport, converted.settings.sections) if protocol},
        tuple(
            f"[{name}] authenticates its calls and registers nothing: it stays with chan_sip"
            for name in devices
        ),
    )


def unsure(config_dir: str) -> Iterator[str]:
    """What the dialplan may do with chan_sip's calls, and only people can know."""
    extensions = load(os.path.join(config_dir, dialplan.MAIN), config_dir=config_dir)
    for section in extensions.sections:
        for entry in section.entries:
            for pattern, instead in _BY_HAND.items():
                found = re.search(pattern, entry.value, re.IGNORECASE)
                if found:
                    yield f"{entry.path}:{entry.line}: [{section.name}] {found[0]}: {instead}"


def redial(
    files: Sequence[PlannedFile], config_dir: str, endpoints: Mapping[str, str]
) -> Tuple[PlannedFile, ...]:
    """The same files, and those of the dialplan that call sections of chan_sip, with the endpoints in their place.

    Raises SipTrunkError for calls that only people can change.
    """
    planned = {file.path: file for file in files}

    def read(path: str) -> Optional[str]:
        return planned[path].after if path in planned else read_text(path)

    found = calls.references(
        load(os.path.join(config_dir, dialplan.MAIN), config_dir=config_dir, read=read), endpoints
    )
    stuck = [reference for reference in found if reference.new is None]
    if stuck:
        raise SipTrunkError(
            "\n".join(f"{one.path}:{one.line}: [{one.section}] {one.old}: {one.instead}" for one in stuck)
        )
    for path in dict.fromkeys(reference.path for reference in found):
        text = read(path) or ""
        document = Document.parse(text, path)
        calls.apply(document, endpoints)
        file = planned.get(path) or PlannedFile(path, text, text, dialplan.RELOAD, None)
        planned[path] = replace(file, after=str(document))
    return tuple(planned.values())


def _transport(section: Any) -> Tuple[str, Dict[str, Tuple[str, ...]]]:
    """Its protocol, and its options besides; no protocol for a section that is no transport."""
    options: Dict[str, Tuple[str, ...]] = {}
    for entry in section.entries:
        options[entry.key] = (*options.get(entry.key, ()), entry.value)
    protocol = "".join(options.get("protocol", ()))
    return protocol, {key: values for key, values in options.items() if key not in _FIELDS}
