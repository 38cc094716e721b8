# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the trunks stand in the configuration of a PBX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, FrozenSet, Mapping, Optional

from .drivers import DRIVERS, chan_sip, pjsip
from .drivers.pjsip_conf import KINDS


@dataclass(frozen=True)
class Places:
    """The files that lines of the trunks go into, of Asterisk's configuration directory.

    sections: for new sections
    register, general: of chan_sip, for new register lines and settings for all; None for the file of sections.
        In files of their own they are lines of a section that is elsewhere, and have no header
    editable: the files that may be changed at all; None for every file that the driver's main file includes
    """

    sections: str
    register: Optional[str] = None
    general: Optional[str] = None
    editable: Optional[FrozenSet[str]] = None


@dataclass(frozen=True)
class Layout:
    """places: the drivers that trunks can have there, the preferred one first, each with the trunks' places in files of
        others; None when they have files of their own
    extensions, manager, transports: what includes our part of the dialplan, the verifier's AMI user, and the transports
        of chan_pjsip
    owner: of the files that belong to the trunks"""

    places: Mapping[str, Optional[Places]]
    extensions: str = "extensions.conf"
    manager: str = "manager.conf"
    transports: str = pjsip.MAIN
    owner: str = "root"


IN_PJSIP_CONF = Places(pjsip.MAIN)
IN_SIP_CONF = Places(chan_sip.MAIN)
# FreePBX, Issabel and Trixbox generate the other files, and leave these to the administrator. The first two are
# included inside of [general].
FREEPBX = Places(
    "sip_custom.conf",
    "sip_registrations_custom.conf",
    "sip_general_custom.conf",
    frozenset(
        {
            "sip_registrations_custom.conf",
            "sip_general_custom.conf",
            "sip_custom.conf",
            "sip_custom_post.conf",
        }
    ),
)
# It is included before what is generated, and not inside of a section.
FREEPBX_PJSIP = Places(
    "pjsip_custom.conf",
    editable=frozenset({"pjsip_custom.conf", *(f"pjsip.{kind}_custom.conf" for kind in KINDS)}),
)

LAYOUTS: Dict[str, Layout] = {
    "included": Layout(dict.fromkeys(DRIVERS)),
    "in_place": Layout({pjsip.NAME: IN_PJSIP_CONF, chan_sip.NAME: IN_SIP_CONF}),
    "freepbx": Layout(
        {chan_sip.NAME: FREEPBX, pjsip.NAME: FREEPBX_PJSIP},
        extensions="extensions_custom.conf",
        manager="manager_custom.conf",
        transports=FREEPBX_PJSIP.sections,
        owner="asterisk",
    ),
}
