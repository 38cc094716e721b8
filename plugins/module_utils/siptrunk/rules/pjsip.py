# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for pjsip.conf, with the options that one Asterisk knows."""

from __future__ import annotations

import functools
from typing import Iterator, Tuple

from ..config.effective import Effective, EffectiveSection
from ..config.text import fold
from ..drivers.options import Catalogue
from .finding import ERROR, SECURITY, Rule, Spot


def option_unknown(catalogue: Catalogue, effective: Effective) -> Iterator[Spot]:
    for section in effective.sections:
        kind = _kind(section)
        if not section.template and kind in catalogue.kinds:
            for entry in section.entries:
                reason = None if fold(entry.key) == "type" else catalogue.check(kind, entry.key)
                if reason:
                    why = f"{reason}; of an object with such an option chan_pjsip makes nothing at all"
                    spot = Spot.of_entry(section, entry)
                    yield Spot(spot.path, spot.line, spot.section, spot.option, why=why)


def type_unknown(catalogue: Catalogue, effective: Effective) -> Iterator[Spot]:
    for section in effective.sections:
        if not section.template and _kind(section) not in catalogue.kinds:
            yield Spot.of_section(section)


def matched_by_name(effective: Effective) -> Iterator[Spot]:
    trusting = {_value(section, "endpoint") for section in effective.sections if _kind(section) == "identify"}
    for section in effective.sections:
        ways = [fold(way.strip()) for way in _value(section, "identify_by").split(",")]
        # A telephone has an auth, and none that is known by its address.
        if (
            _kind(section) == "endpoint"
            and not section.template
            and section.name in trusting
            and not _value(section, "auth")
            and ways != ["ip"]
        ):
            yield Spot.of_section(section)


def rules(catalogue: Catalogue) -> Tuple[Rule, ...]:
    """The rules for the Asterisk of a catalogue."""
    return (
        Rule(
            "PJ002",
            ERROR,
            "of an object with an option that it does not know chan_pjsip makes nothing at all",
            "correct or remove it",
            functools.partial(option_unknown, catalogue),
        ),
        Rule(
            "PJ003",
            ERROR,
            "chan_pjsip ignores a section without a type that it knows, and says nothing",
            "give it a type, in lower case",
            functools.partial(type_unknown, catalogue),
        ),
        Rule(
            "PJ004",
            SECURITY,
            "a caller who writes the endpoint's name into From is taken for it, whatever his address",
            "set identify_by=ip",
            matched_by_name,
        ),
    )


def _kind(section: EffectiveSection) -> str:
    return _value(section, "type")


def _value(section: EffectiveSection, key: str) -> str:
    last = section.last(key)
    return "" if last is None else last.value
