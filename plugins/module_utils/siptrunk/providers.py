# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The providers of trunks that are not in order, each asked once from this host: is it them, or the way there?

They are asked OPTIONS, which changes nothing. What Asterisk itself sent and got, it does not tell.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from .expectation import ExpectedTrunk
from .probe import Unaskable, probe, wish
from .sip.exchange import Outcome, Wish
from .uris import bracketed, unbracketed

# Seconds for each, all at the same time; and for how many there is room.
PATIENCE = 5.0
MOST = 8

# Host, port, transport.
Place = Tuple[str, Optional[int], Optional[str]]


class Asked(NamedTuple):
    """trunks: names of those that call there; at: epoch seconds"""

    trunks: Tuple[str, ...]
    at: float
    wished: Wish
    outcome: Outcome


def ask(trunks: Iterable[ExpectedTrunk]) -> List[Asked]:
    """What came of it, in the order of the trunks; nothing of a host that no URI can have."""
    callers: Dict[Place, Dict[str, None]] = {}
    for trunk in trunks:
        for place in _places(trunk):
            callers.setdefault(place, {})[trunk.name] = None
    with ThreadPoolExecutor(MOST) as pool:
        answers = pool.map(_ask, list(callers)[:MOST], list(callers.values()))
        return [one for one in answers if one]


def _places(trunk: ExpectedTrunk) -> Iterator[Place]:
    """Where its calls and its registration go to first."""
    want = trunk.registration
    transport = want.transport if want else None
    calling = [(peer.host, peer.port, transport) for peer in trunk.peers if peer.calling]
    return iter(calling or ([(want.host, want.port, transport)] if want else []))


def _ask(place: Place, names: Sequence[str]) -> Optional[Asked]:
    host, port, transport = place
    uri = f"sip:{bracketed(unbracketed(host))}" + (f":{port}" if port else "")
    try:
        wished = wish("options", uri, transport=transport, timeout=PATIENCE)
    except Unaskable:
        return None
    at = time.time()
    return Asked(tuple(names), at, wished, probe(wished))
