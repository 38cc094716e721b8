# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a registrar answers, again and again: a trunk on chan_pjsip goes on trying, and waits between two tries.

That the usual waits are longer than those here, tests/unit shows.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Dict, Iterator, List

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import DRIVERS, pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks

from .conftest import container, started_registrar, wait_until_booted
from .registrar import Tried
from .test_pjsip import CONFIG, IMAGES

SECONDS = 10
# The users of these get no other answer; 0 is silence.
CODES = (401, 403, 404, 503, 0)
WAITS = {401: 2, 503: 2, 0: 2, 403: 3, 404: 3}
# Without the options of a trunk, this one gives up at once.
CONTROL = 410
# A try that nobody answers takes 32 s; with these timers, 6.4 s.
IMPATIENT = "[system]\ntype=system\ntimer_t1=100\ntimer_b=6400\n"


@pytest.fixture(autouse=True, scope="module")
def registered() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DRIVERS, pjsip.NAME, pjsip)
        yield


@pytest.mark.parametrize("version", IMAGES)
def test_a_trunk_goes_on_trying_and_does_not_hammer(version: str, tmp_path: Path) -> None:
    config = tmp_path / "etc"
    config.mkdir(mode=0o755)
    text = str(pjsip.render(load_trunks([declared(code) for code in CODES], driver=pjsip.NAME))) + by_hand()
    files = {**CONFIG, "pjsip.conf": IMPATIENT + CONFIG["pjsip.conf"], pjsip.FILENAME: text}
    for name, content in files.items():
        (config / name).write_text(content)
    directory = tmp_path / "registrar"
    directory.mkdir()
    with started_registrar(directory, ["--network", "none"]) as registrar:
        options = ["--network", f"container:{registrar.container}", "--volume", f"{config}:/etc/asterisk"]
        with container(IMAGES[version], options, "asterisk", "-f", "-n") as name:
            wait_until_booted(name)
            time.sleep(SECONDS)
            tries = tries_of(registrar.tried())
    for code, times in tries.items():
        print(f"Asterisk {version}: after {code or 'silence'}: {[round(at - times[0], 1) for at in times]}")
    assert len(tries[CONTROL]) == 1
    for code, wait in WAITS.items():
        gaps = [later - earlier for earlier, later in zip(tries[code], tries[code][1:])]
        # The timer of a try that nobody answers runs, too.
        assert len(gaps) >= (SECONDS - 1) // (wait + 1 if code else 9), code
        assert min(gaps) > wait - 0.5, code


def declared(code: int) -> Dict[str, object]:
    waits = {"forbidden_retry_interval": 3, "fatal_retry_interval": 3, "max_random_initial_delay": 0}
    return {
        "name": f"t{code}",
        "provider": {"host": "127.0.0.1"},
        "registration": {"user": f"always-{code}", "secret": "s", "retry_interval": 2},
        "inbound": {"trust": []},
        "nat": {"keepalive": 0},
        "options": {"registration": waits},
    }


def by_hand() -> str:
    uris = f"server_uri=sip:127.0.0.1\nclient_uri=sip:always-{CONTROL}@127.0.0.1\n"
    return f"[control]\ntype=registration\n{uris}max_random_initial_delay=0\n"


def tries_of(registers: List[Tried]) -> Dict[int, List[float]]:
    """When each try began. The REGISTER with credentials belongs to the one before, and a retransmission is none."""
    first: Dict[int, Dict[int, float]] = {}
    for one in registers:
        first.setdefault(one.code, {}).setdefault(one.cseq, one.at)
    return {
        code: [
            at
            for earlier, at in zip([0.0, *sorted(times.values())], sorted(times.values()))
            if at - earlier > 0.5
        ]
        for code, times in first.items()
    }
