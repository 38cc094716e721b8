# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change trunks where they stand, in files that people keep: their own lines only, and few of them.

The files of each driver hold them in their own way; what is the same for all stands in ``files``.
"""

from __future__ import annotations

from types import ModuleType
from typing import Dict, List, Sequence, Type

from ..errors import ConfigError
from ..layouts import Layout, Places
from .chan_sip import ChanSipTrunks
from .files import Trunks
from .pjsip import PjsipTrunks

__all__ = ["ChanSipTrunks", "PjsipTrunks", "Trunks", "by_likelihood", "trunks_of"]

OF_DRIVER: Dict[str, Type[Trunks]] = {kind.driver.NAME: kind for kind in (PjsipTrunks, ChanSipTrunks)}


def trunks_of(driver: ModuleType, config_dir: str, places: Places) -> Trunks:
    """The trunks of a driver in files that people keep; ConfigError when Asterisk refuses those."""
    return OF_DRIVER[driver.NAME](config_dir, places)


def by_likelihood(layout: Layout, config_dir: str, names: Sequence[str]) -> List[str]:
    """The drivers that trunks can have in a layout; first the one whose files hold most of the named trunks, or any."""
    held: Dict[str, List[str]] = {}
    for driver, places in layout.places.items():
        try:
            found = OF_DRIVER[driver](config_dir, places).trunks if places else []
        except ConfigError:
            # There is no such file, or Asterisk refuses it: it holds nothing.
            found = []
        held[driver] = [trunk["name"] for trunk in found]
    return sorted(held, key=lambda driver: (-len({*held[driver]} & {*names}), not held[driver]))
