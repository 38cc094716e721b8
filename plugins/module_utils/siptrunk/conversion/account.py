# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of an option of sip.conf: the words of the report."""

from __future__ import annotations

from typing import NamedTuple, Optional, Tuple

# pjsip.conf says the same.
CARRIED = "carried"
# pjsip.conf says it otherwise, or chan_pjsip takes it otherwise: how, and why.
CHANGED = "changed"
# It counted for a trunk, and pjsip.conf does not say it: what to do instead.
NOT_REPRESENTABLE = "not_representable"
# It is for no trunk, or chan_sip makes nothing of it either.
LEFT_ALONE = "left_alone"

# The worst last: of several things that are true of one option, it counts.
OUTCOMES = (LEFT_ALONE, CARRIED, CHANGED, NOT_REPRESENTABLE)


class Place(NamedTuple):
    """An option of pjsip.conf: type and name of the section, and its key."""

    kind: str
    section: str
    option: str

    def __str__(self) -> str:
        return f"{self.kind} {self.section}: {self.option}"


class Fate(NamedTuple):
    """What becomes of an option.

    places: where it is now; of several sections with one role, all
    how: what pjsip.conf says instead; why: the reason for it; instead: what to do
    """

    outcome: str
    places: Tuple[Place, ...] = ()
    how: str = ""
    why: str = ""
    instead: str = ""


class Account(NamedTuple):
    """An option of sip.conf and its fate; *value* is for people, maybe masked.

    line: None where the file does not say
    """

    path: str
    line: Optional[int]
    section: str
    key: str
    value: str
    fate: Fate


def carried(*places: Place) -> Fate:
    return Fate(CARRIED, places)


def changed(how: str, why: str, *places: Place) -> Fate:
    return Fate(CHANGED, places, how, why)


def lost(why: str, instead: str) -> Fate:
    return Fate(NOT_REPRESENTABLE, (), "", why, instead)


def left_alone(why: str) -> Fate:
    return Fate(LEFT_ALONE, (), "", why)


def worst(*fates: Fate) -> Fate:
    """The one that counts of several; the first of those that are alike, with the places of all of these."""
    outcome = max((fate.outcome for fate in fates), key=OUTCOMES.index)
    alike = [fate for fate in fates if fate.outcome == outcome]
    places = tuple(dict.fromkeys(place for fate in alike for place in fate.places))
    return alike[0]._replace(places=places)
