# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in by pjsip.conf, as res_pjsip of Asterisk 16 and 22 reads it."""

from __future__ import annotations

from ..config.effective import EffectiveSection
from ..config.text import fold
from .rule import SECURITY, Rulebook, Spot, Spots
from .views import PjsipConf, said, words

book = Rulebook("pjsip.conf")

_TRUNK = "[provider]\ntype=endpoint\naors=provider\ncontext=from-provider\nallow=alaw\n"
_PROVIDER = (
    "[provider]\ntype=aor\ncontact=sip:192.0.2.1\nqualify_frequency=30\n"
    "[provider]\ntype=identify\nendpoint=provider\nmatch=192.0.2.1\n"
)


@book.section(
    "endpoint",
    id="PJ004",
    severity=SECURITY,
    title="a trunk that is recognised by its name, too",
    why="a caller who writes the endpoint's name into From is taken for it, whatever his address",
    fix="set identify_by=ip",
    bad=_TRUNK + _PROVIDER,
    good=_TRUNK + "identify_by=ip\n" + _PROVIDER,
    effect="a stranger's call that has the endpoint's name in From is answered",
)
def matched_by_name(endpoint: EffectiveSection, pjsip: PjsipConf) -> Spots:
    ways = [fold(way) for way in words(said(endpoint, "identify_by"))]
    trusting = {said(identify, "endpoint") for identify in pjsip.of_kind("identify").values()}
    # A telephone has an auth, and none that is known by its address.
    if endpoint.name in trusting and not said(endpoint, "auth") and ways != ["ip"]:
        yield Spot(endpoint)
