# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the trunks stand in the configuration of a PBX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, FrozenSet, Optional, Tuple

from .drivers import DRIVERS, chan_sip


@dataclass(frozen=True)
class Places:
    """The files that lines of the trunks go into, of the directory of sip.conf.

    register, general, sections: for new register lines, settings for all, and sections
    editable: those that may be changed at all; None for every file that sip.conf includes
    whole: register and general are for the lines of a section that is elsewhere, and have no header
    """

    register: str
    general: str
    sections: str
    editable: Optional[FrozenSet[str]] = None


@dataclass(frozen=True)
class Layout:
    """sip: the trunks' places in files of others; None when they have files of their own
    drivers: those that trunks can have there, the preferred one first
    extensions, manager: what includes our part of the dialplan, and the verifier's AMI user"""

    sip: Optional[Places]
    drivers: Tuple[str, ...]
    extensions: str
    manager: str


IN_PLACE = Places("sip.conf", "sip.conf", "sip.conf")
# FreePBX, Issabel and Trixbox generate the other files, and leave these to the administrator. The first two are
# included inside of [general].
FREEPBX = Places(
    "sip_registrations_custom.conf",
    "sip_general_custom.conf",
    "sip_custom.conf",
    frozenset(
        {
            "sip_registrations_custom.conf",
            "sip_general_custom.conf",
            "sip_custom.conf",
            "sip_custom_post.conf",
        }
    ),
)

LAYOUTS: Dict[str, Layout] = {
    "included": Layout(None, tuple(DRIVERS), "extensions.conf", "manager.conf"),
    "in_place": Layout(IN_PLACE, (chan_sip.NAME,), "extensions.conf", "manager.conf"),
    "freepbx": Layout(FREEPBX, (chan_sip.NAME,), "extensions_custom.conf", "manager_custom.conf"),
}
