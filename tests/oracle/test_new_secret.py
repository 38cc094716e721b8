# SPDX-FileCopyrightText: 2026 The telephony.asterisk authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new password takes effect at the reload of chan_pjsip, and at no other trunk than its own.

Left to itself, chan_pjsip would stay registered with the old one until the next refresh.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Dict, List

import pytest
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers import pjsip
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.drivers.pjsip_conf import (
    FINGERPRINT,
)
from ansible_collections.telephony.asterisk.plugins.module_utils.siptrunk.trunk import load_trunks

from .conftest import Asterisk, container, started_registrar, wait_until_booted
from .registrar import Registrar, Seen
from .test_pjsip import CONFIG, IMAGES

EXPIRY = "600"
SECONDS = 6.0


@pytest.mark.parametrize("version", IMAGES)
def test_a_new_secret_counts_at_once(version: str, tmp_path: Path) -> None:
    config = tmp_path / "etc"
    config.mkdir(mode=0o755)
    for name, content in {**CONFIG, pjsip.FILENAME: rendered("old")}.items():
        (config / name).write_text(content)
    directory = tmp_path / "registrar"
    directory.mkdir()
    with started_registrar(directory, ["--network", "none"]) as registrar:
        registrar.expect({"changes": "old", "stays": "old"})
        options = ["--network", f"container:{registrar.container}", "--volume", f"{config}:/etc/asterisk"]
        with container(IMAGES[version], options, "asterisk", "-f", "-n") as name:
            wait_until_booted(name)
            assert {one.to_user for one in right(registrar, 2)} == {"changes", "stays"}
            asterisk = Asterisk(name, config)

            reload(asterisk, registrar, rendered("new"))
            (new,) = right(registrar, 1)
            assert (new.to_user, new.expires) == ("changes", EXPIRY)
            assert all(one.to_user == "changes" for one in registrar.seen())

            # The control: nothing tells chan_pjsip that it is another account.
            reload(asterisk, registrar, without_fingerprint(rendered("new")))
            right(registrar, 2)
            reload(asterisk, registrar, without_fingerprint(rendered("newer")))
            time.sleep(SECONDS)
            assert registrar.seen() == []
            asterisk.close()


def rendered(secret: str) -> str:
    trunks = [trunk("changes", secret), trunk("stays", "old")]
    return str(pjsip.render(load_trunks(trunks, driver=pjsip.NAME)))


def trunk(user: str, secret: str) -> Dict[str, object]:
    return {
        "name": user,
        "provider": {"host": "127.0.0.1"},
        "registration": {"user": user, "secret": secret, "expiry": int(EXPIRY)},
        "inbound": {"trust": []},
        "nat": {"keepalive": 0},
        "options": {"registration": {"max_random_initial_delay": 0}},
    }


def without_fingerprint(text: str) -> str:
    return re.sub(f"^{FINGERPRINT}.*\n", "", text, flags=re.MULTILINE)


def reload(asterisk: Asterisk, registrar: Registrar, text: str) -> None:
    """What was seen before is forgotten."""
    registrar.expect({"changes": "new", "stays": "old"})
    asterisk.write(pjsip.FILENAME, text)
    asterisk.run("asterisk", "-rx", pjsip.RELOAD)


def right(registrar: Registrar, count: int) -> List[Seen]:
    """So many REGISTERs with credentials that are right and a time to expire, or fewer when they do not come."""
    give_up = time.monotonic() + SECONDS
    while True:
        found = [one for one in registrar.seen() if one.verdict == "right" and one.expires != "0"]
        if len(found) >= count or time.monotonic() > give_up:
            return found
        time.sleep(0.2)
