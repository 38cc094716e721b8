# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trunks that are changed in a pjsip.conf by hand: Asterisk 16 and 22 load every object as it is meant."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Dict, List, Sequence

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk import in_place
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.errors import InvalidTrunks
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.layouts import IN_PJSIP_CONF
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import Trunk, load_trunks

from .test_pjsip import IMAGES, NAMES, by_hand, declaration, loaded, meant

# An access list that is none of a trunk stays, and so would not be as it is meant.
ACCESS_LIST = ("permit=", "deny=")


@pytest.mark.parametrize("version", IMAGES)
def test_what_was_changed_in_place_is_loaded_as_it_is_meant(
    version: str, rng: random.Random, tmp_path: Path
) -> None:
    wanted = declared(rng)
    lines = "".join(by_hand(rng, trunk.name) for trunk in wanted).splitlines(keepends=True)
    path = tmp_path / pjsip.MAIN
    path.write_text("".join(line for line in lines if not line.startswith(ACCESS_LIST)))
    there = in_place.PjsipTrunks(str(tmp_path), IN_PJSIP_CONF)
    assert [trunk["name"] for trunk in there.trunks] == [trunk.name for trunk in wanted]

    there.change(wanted, ())
    ((_path, _before, text),) = there.files()
    events, log = loaded(IMAGES[version], text, tmp_path / "etc", wanted)
    problems: List[str] = [f"the log says {line}" for line in log]
    compared = 0
    for trunk in wanted:
        found = events[trunk.name]
        for kind, options in meant(trunk).items():
            for key, value in options.items():
                compared += 1
                if found.get(kind, {}).get(key) != value:
                    problems.append(
                        f"{kind} {key} is {found.get(kind, {}).get(key)!r}, not {value!r}\n{trunk}"
                    )
    print(f"Asterisk {version}: {len(wanted)} trunks, {compared} options compared")
    assert not problems, f"{len(problems)} differ, such as:\n" + "\n".join(problems[:10])
    assert compared > 20 * len(wanted)


def declared(rng: random.Random) -> Sequence[Trunk]:
    """As many trunks as there are names."""
    data: List[Dict[str, Any]] = []
    while len(data) < len(NAMES):
        # The objects by hand have the name of the trunk, and keep it.
        one = {**declaration(rng, f"t{len(data)}", NAMES[len(data)]), "sections": {}}
        try:
            load_trunks([*data, one], driver=pjsip.NAME)
        except InvalidTrunks:
            # A secret may have blanks at its ends, and an account may be there already.
            continue
        data.append(one)
    return load_trunks(data, driver=pjsip.NAME)
