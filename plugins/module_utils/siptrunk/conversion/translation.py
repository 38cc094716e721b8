# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One trunk as chan_sip has it, as it has to be for chan_pjsip."""

from __future__ import annotations

import copy
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence

from ..config.text import fold
from ..drivers import pjsip
from ..drivers.pjsip_conf import CHOICES
from ..drivers.shared import YES
from ..drivers.sip_conf import PEER_OPTION
from ..fields import is_address
from ..trunk import compact
from ..uris import DEFAULT_PORTS
from .account import Fate, Place, carried, changed, lost
from .peer_options import (
    ALSO_GENERAL,
    CHOSEN,
    CHOSEN_OTHERWISE,
    INSTEAD,
    NOT_NEEDED,
    ONLY_GENERAL,
    UNFIT,
    WORDINGS,
)

# Why the Asterisk in question does not know an option of an endpoint; None when it does.
Refuse = Callable[[str], Optional[str]]

_CHOICE = {choice.field: choice for choice in CHOICES}
_VIDEO = frozenset({"h261", "h263", "h263p", "h264", "h265", "mpeg4", "vp8", "vp9"})
_OTHER_RELEASE = "remove it, or convert for a release that has it"


class Translation(NamedTuple):
    """trunk: in the form of ``sip_trunks``; fates: of the options that are no field, or not as they are"""

    trunk: Dict[str, Any]
    fates: Dict[str, Fate]


def translate(trunk: Mapping[str, Any], general: Mapping[str, Sequence[str]], refuse: Refuse) -> Translation:
    """general: the values of each option of [general]"""
    return _Translator(trunk, general, refuse).translation()


class _Translator:
    def __init__(
        self, trunk: Mapping[str, Any], general: Mapping[str, Sequence[str]], refuse: Refuse
    ) -> None:
        self._trunk: Dict[str, Any] = copy.deepcopy(dict(trunk))
        self._refuse = refuse
        self._fates: Dict[str, Fate] = {}
        self._options: Dict[str, Any] = {}
        peer: Mapping[str, Any] = self._trunk.pop("options", {}).get("peer", {})
        self._said: Dict[str, List[str]] = {
            key: list(values) for key, values in general.items() if key in ALSO_GENERAL | ONLY_GENERAL
        }
        for key, value in peer.items():
            self._said[key] = [value] if isinstance(value, str) else list(value)
        self._no_srv = fold(general.get("srvlookup", ["yes"])[-1]) not in YES
        # Those of chan_sip's peers for calls in.
        sections = self._trunk.get("sections", {})
        sections.pop("inbound", None)
        if sections.get("outbound") == trunk["name"]:
            del sections["outbound"]
        self._endpoint = sections.get("outbound") or pjsip.default_calling(trunk["name"])

    def translation(self) -> Translation:
        for key, values in self._said.items():
            said = [value for value in values if value]
            if said:
                self._fates[key] = self._take(key, said)
        self._drop_video()
        self._pin_port()
        if self._options:
            self._trunk["options"] = {"endpoint": self._options}
        return Translation(compact(self._trunk), self._fates)

    def _take(self, key: str, values: List[str]) -> Fate:
        if key in CHOSEN:
            return self._choose(key, values)
        if key in WORDINGS:
            return self._word(key, values)
        if key in NOT_NEEDED:
            return changed(*NOT_NEEDED[key])
        if key == "call-limit" and values[-1].isdigit() and int(values[-1]):
            self._trunk.setdefault("outbound", {})["max_channels"] = int(values[-1])
        return lost(*INSTEAD[key])

    def _word(self, key: str, values: List[str]) -> Fate:
        option, spell, how, why = WORDINGS[key]
        spelled = [spell(value) for value in (values if key == "setvar" else values[-1:])]
        refused = self._refuse(option)
        if refused:
            return lost(refused, _OTHER_RELEASE)
        if None in spelled or not self._session_fits(key, values[-1]):
            return lost(*UNFIT)
        self._options[option] = spelled[0] if len(spelled) == 1 else spelled
        place = Place("endpoint", self._endpoint, option)
        return changed(how, why, place) if how else carried(place)

    def _session_fits(self, key: str, value: str) -> bool:
        """A session must not expire before the least time that it may take."""
        if key != "session-expires":
            return True
        least = self._said.get("session-minse", ["90"])[-1]
        return least.isdigit() and value.isdigit() and int(value) >= int(least)

    def _choose(self, key: str, values: List[str]) -> Fate:
        """A value that the field does not have, in the options that the field stands for, and further ones."""
        choice = _CHOICE[PEER_OPTION[key].field]
        spelled = CHOSEN[key](values)
        own = {option: spelled.pop(option) for option in choice.keys}
        group, _dot, field = choice.field.partition(".")
        nearest, rest = choice.nearest(own)
        self._trunk.setdefault(group, {})[field] = nearest
        self._options.update(rest)
        for option, value in spelled.items():
            refused = self._refuse(option)
            if refused:
                return lost(refused, _OTHER_RELEASE)
            self._options[option] = value
        places = [Place("endpoint", self._endpoint, option) for option in [*own, *spelled]]
        differs = CHOSEN_OTHERWISE.get(key)
        if differs and (key != "nat" or "auto_" in values[0]):
            return changed(*differs, *places)
        return carried(*places)

    def _drop_video(self) -> None:
        """Without videosupport, chan_sip offers no video, whatever allow says."""
        codecs = self._trunk.get("media", {}).get("codecs", [])
        audio = [codec for codec in codecs if codec not in _VIDEO]
        wanted = fold(self._said.get("videosupport", ["no"])[-1])
        if wanted in YES or wanted == "always" or not audio or audio == codecs:
            return
        self._trunk["media"]["codecs"] = audio
        without = ", ".join(codec for codec in codecs if codec in _VIDEO)
        self._fates["allow"] = changed(
            f"without {without}",
            "videosupport is off, so that chan_sip offers no video, and chan_pjsip would",
            Place("endpoint", self._endpoint, "allow"),
        )

    def _pin_port(self) -> None:
        provider = self._trunk["provider"]
        if self._no_srv and not provider.get("port") and not is_address(provider.get("host", "")):
            provider["port"] = DEFAULT_PORTS[provider.get("transport", "udp")]
